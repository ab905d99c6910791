from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from rollcall.kit.scope import Role, Scope
from rollcall.notifications.models import Delivery, Notice
from rollcall.notifications.operations import recover, report
from rollcall.notifications.rules.kinds import Finding, UnknownKindError
from rollcall.notifications.rules.mail_server import parse_mail_server
from rollcall.notifications.tests.conftest import Hire, broken
from rollcall.stores.models import Store, User
from rollcall.sync.tests.sabotage import jobs
from rollcall.testing.fixtures import NOON

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _with_mail(settings: Settings) -> None:
    settings.MAIL_SERVER = parse_mail_server("smtp://localhost:1?tls=none")
    settings.MAIL_FROM = "rollcall@rollcall.example"


def told(scope: Scope, transition: str = "opened") -> list[tuple[str, str, str]]:
    rows = Delivery.objects.scoped(scope).filter(transition=transition)
    return sorted(rows.values_list("user__name", "channel", "state"))


def only(scope: Scope) -> Notice:
    return Notice.objects.scoped(scope).get()


class TestReport:
    def test_opens_a_notice_and_writes_down_who_is_told(
        self, scope_a: Scope, store_a: Store, alice: User, bob: User, charlie: User
    ) -> None:
        opened = report(scope_a, broken(store_a), now=NOON)

        notice = only(scope_a)
        assert opened is True
        assert (notice.key, notice.kind) == ("test.broken:thing:till", "test.broken")
        assert (notice.severity, notice.store_ids) == ("warning", [store_a.pk])
        assert (notice.opened_at, notice.recovered_at) == (NOON, None)
        assert told(scope_a) == [("Alice", "email", "waiting"), ("Alice", "in_app", "sent")]

    def test_again_only_brings_it_up_to_date(
        self, scope_a: Scope, store_a: Store, alice: User
    ) -> None:
        report(scope_a, broken(store_a), now=NOON)

        opened = report(
            scope_a,
            Finding(kind="test.broken", subject="thing:till", data={"thing": "till", "count": 4}),
            now=NOON + MINUTE,
        )

        notice = only(scope_a)
        assert opened is False
        assert (notice.data["count"], notice.opened_at, notice.last_seen_at) == (
            4,
            NOON,
            NOON + MINUTE,
        )
        assert len(told(scope_a)) == 2

    def test_of_one_key_at_two_retailers_opens_two(
        self, scope_a: Scope, scope_b: Scope, alice: User, charlie: User
    ) -> None:
        report(scope_a, broken(), now=NOON)
        report(scope_b, broken(), now=NOON)

        assert [name for name, channel, _ in told(scope_b) if channel == "email"] == ["Charlie"]
        assert only(scope_a).key == only(scope_b).key

    def test_tells_managers_of_the_stores_concerned(
        self, scope_a: Scope, store_a: Store, store_2: Store, alice: User, bob: User, hire: Hire
    ) -> None:
        hire("mia", Role.MANAGER, store_a)
        hire("max", Role.MANAGER, store_2)
        hire("ona", Role.MANAGER)

        report(scope_a, broken(store_a), now=NOON)

        assert [name for name, channel, _ in told(scope_a) if channel == "email"] == [
            "Alice",
            "Mia",
            "Ona",
        ]

    def test_tells_administrators_alone_where_the_kind_says_so(
        self, scope_a: Scope, store_a: Store, alice: User, hire: Hire
    ) -> None:
        hire("mia", Role.MANAGER, store_a)

        report(scope_a, broken(store_a, kind="test.internal"), now=NOON)

        assert {name for name, _, _ in told(scope_a)} == {"Alice"}

    def test_tells_nobody_who_cannot_sign_in(self, scope_a: Scope, alice: User, hire: Hire) -> None:
        gone = hire("gone", Role.ADMIN)
        gone.is_active = False
        gone.save()

        report(scope_a, broken(), now=NOON)

        assert {name for name, _, _ in told(scope_a)} == {"Alice"}

    def test_writes_no_mail_without_a_mail_server(
        self, settings: Settings, scope_a: Scope, alice: User
    ) -> None:
        settings.MAIL_SERVER = None

        report(scope_a, broken(), now=NOON)

        assert told(scope_a) == [("Alice", "in_app", "sent")]

    def test_refuses_a_kind_that_nobody_declared(self, scope_a: Scope) -> None:
        with pytest.raises(UnknownKindError):
            report(scope_a, Finding(kind="test.unheard_of"), now=NOON)

        assert Notice.objects.scoped(scope_a).count() == 0

    def test_leaves_nothing_behind_when_its_transaction_fails(
        self, scope_a: Scope, alice: User
    ) -> None:
        with transaction.atomic():
            report(scope_a, broken(), now=NOON)
            transaction.set_rollback(True)

        assert Notice.objects.scoped(scope_a).count() == 0
        assert Delivery.objects.scoped(scope_a).count() == 0


@pytest.mark.usefixtures("transactional_db")
class TestManyWorkersAtOnce:
    def test_open_one_notice_and_tell_once(self, scope_a: Scope, alice: User) -> None:
        opened: list[bool] = []
        start = threading.Barrier(6)

        def work() -> None:
            start.wait()
            try:
                opened.append(report(scope_a, broken(), now=NOON))
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(opened) == [False] * 5 + [True]
        assert only(scope_a).recovered_at is None
        assert len(told(scope_a)) == 2

    def test_wake_a_worker_for_the_mail(self, scope_a: Scope, alice: User) -> None:
        report(scope_a, broken(), now=NOON)

        assert ("notifications.send", {}) in jobs()

    def test_cannot_open_a_second_one_past_the_operation(self, scope_a: Scope) -> None:
        report(scope_a, broken(), now=NOON)

        with pytest.raises(IntegrityError):
            Notice.objects.scoped(scope_a).create(
                key="test.broken:thing:till",
                kind="test.broken",
                severity="warning",
                role="admin",
                opened_at=NOON,
                last_seen_at=NOON,
            )


class TestRecover:
    def test_closes_once_and_mails_when_it_has_stayed_so(
        self, scope_a: Scope, store_a: Store, alice: User
    ) -> None:
        report(scope_a, broken(store_a), now=NOON)

        closed = recover(scope_a, broken().key, now=NOON + MINUTE)
        again = recover(scope_a, broken().key, now=NOON + 2 * MINUTE)

        mail = Delivery.objects.scoped(scope_a).get(transition="recovered", channel="email")
        assert (closed, again) == (True, False)
        assert only(scope_a).recovered_at == NOON + MINUTE
        assert mail.next_try_at == NOON + 31 * MINUTE
        assert told(scope_a, "recovered") == [
            ("Alice", "email", "waiting"),
            ("Alice", "in_app", "sent"),
        ]

    def test_mails_those_who_were_told_of_the_beginning(
        self, scope_a: Scope, alice: User, hire: Hire
    ) -> None:
        report(scope_a, broken(), now=NOON)
        hire("new", Role.ADMIN)

        recover(scope_a, broken().key, now=NOON)

        assert ("Alice", "email", "waiting") in told(scope_a, "recovered")
        assert ("New", "email", "waiting") not in told(scope_a, "recovered")

    def test_of_what_was_never_wrong_does_nothing(self, scope_a: Scope) -> None:
        assert recover(scope_a, "test.broken:thing:till", now=NOON) is False


class TestFlapping:
    def test_goes_on_silently_within_half_an_hour(self, scope_a: Scope, alice: User) -> None:
        report(scope_a, broken(), now=NOON)
        for minutes in range(1, 60, 2):
            recover(scope_a, broken().key, now=NOON + minutes * MINUTE)
            report(scope_a, broken(), now=NOON + (minutes + 1) * MINUTE)

        notice = only(scope_a)
        assert (notice.recovered_at, notice.reopened, notice.opened_at) == (None, 30, NOON)
        assert told(scope_a, "recovered") == []
        assert len(told(scope_a)) == 2

    def test_mails_that_it_is_over_when_it_has_calmed_down(
        self, scope_a: Scope, alice: User
    ) -> None:
        report(scope_a, broken(), now=NOON)
        recover(scope_a, broken().key, now=NOON + MINUTE)
        report(scope_a, broken(), now=NOON + 2 * MINUTE)
        recover(scope_a, broken().key, now=NOON + 3 * MINUTE)

        assert len(told(scope_a, "recovered")) == 2

    def test_later_than_that_is_a_new_notice(self, scope_a: Scope, alice: User) -> None:
        report(scope_a, broken(), now=NOON)
        recover(scope_a, broken().key, now=NOON + MINUTE)

        opened = report(scope_a, broken(), now=NOON + 31 * MINUTE)

        assert opened is True
        assert Notice.objects.scoped(scope_a).count() == 2
        assert len(told(scope_a)) == 4
