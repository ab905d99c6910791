from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from rollcall.kit.scope import Role, Scope
from rollcall.notifications.models import Delivery, Notice
from rollcall.notifications.operations import recover, report
from rollcall.notifications.tests.conftest import Hire, broken
from rollcall.stores.models import Membership, Store, User
from rollcall.sync.models import CustomerSync, PosConnection
from rollcall.testing.fixtures import NOON

pytestmark = pytest.mark.urls("rollcall.notifications.tests.urls")


@pytest.fixture(autouse=True)
def _a_worker(db: None) -> None:
    beat()


def beat() -> None:
    """As a worker that lives does."""
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (now())")


def nobody_works() -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_workers")


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def mia(hire: Hire, store_a: Store) -> User:
    return hire("mia", Role.MANAGER, store_a)


def titles(page: str) -> list[str]:
    return re.findall(r"<h3[^>]*>(.*?)</h3>", page)


def shown(client: Client) -> str:
    answer = client.get("/notices/")
    assert answer.status_code == 200
    return answer.content.decode()


def count(client: Client) -> str:
    text = client.get("/notices/count/").content.decode()
    return re.sub(r"<[^>]*>", "", text).strip()


class TestNotices:
    def test_say_that_all_is_well(self, admin: Client) -> None:
        page = shown(admin)

        assert "All is well" in page
        assert titles(page) == []

    def test_are_listed_open_ones_first_and_urgent_before_others(
        self, admin: Client, scope_a: Scope
    ) -> None:
        report(scope_a, broken(thing="door"), now=NOON)
        recover(scope_a, broken(thing="door").key, now=NOON)
        report(scope_a, broken(thing="till"), now=NOON)
        report(scope_a, broken(kind="test.internal"), now=NOON)

        page = shown(admin)

        assert titles(page) == [
            "Something inside is broken",
            "The till is broken",
            "The door is broken",
        ]
        assert "Mend the till. It broke 3 times." in page
        assert "Mend the door" not in page

    def test_of_other_stores_are_not_shown_to_managers(
        self, client: Client, scope_a: Scope, store_a: Store, store_2: Store, mia: User
    ) -> None:
        client.force_login(mia)
        report(scope_a, broken(store_a, store_2, thing="till"), now=NOON)
        report(scope_a, broken(store_2, thing="door"), now=NOON)
        report(scope_a, broken(thing="roof"), now=NOON)
        report(scope_a, broken(store_a, kind="test.internal"), now=NOON)

        page = shown(client)

        assert titles(page) == ["The till is broken"]
        assert "Alder Way" in page
        assert "Bay Street" not in page
        assert count(client) == "1 open"

    def test_are_none_for_a_manager_without_a_store(
        self, client: Client, scope_a: Scope, store_a: Store, mia: User
    ) -> None:
        client.force_login(mia)
        Membership.objects.scoped(scope_a).get(user=mia).stores.clear()
        report(scope_a, broken(store_a), now=NOON)

        assert titles(shown(client)) == []
        assert count(client) == ""

    def test_are_not_for_staff(
        self, client: Client, scope_a: Scope, store_a: Store, bob: User
    ) -> None:
        client.force_login(bob)
        report(scope_a, broken(store_a), now=NOON)

        assert client.get("/notices/").status_code == 403
        assert client.post("/notices/seen/", {"notice": "all"}).status_code == 403
        assert count(client) == ""
        assert "/notices/" not in client.get("/customers/").content.decode()

    def test_of_a_are_not_shown_to_charlie(
        self, client: Client, scope_a: Scope, store_a: Store, charlie: User
    ) -> None:
        client.force_login(charlie)
        report(scope_a, broken(store_a), now=NOON)

        assert titles(shown(client)) == []
        assert count(client) == ""

    def test_are_plain_text_whatever_their_data_says(self, admin: Client, scope_a: Scope) -> None:
        report(scope_a, broken(thing="<script>alert(1)</script>"), now=NOON)

        assert "<script>alert" not in shown(admin)

    def test_tell_how_their_mail_fared(
        self, admin: Client, settings: Settings, scope_a: Scope, alice: User
    ) -> None:
        assert "E-mail is not set up here" in shown(admin)
        settings.MAIL_SERVER = object()
        report(scope_a, broken(), now=NOON)
        Delivery.objects.scoped(scope_a).filter(channel="email").update(state="given_up")

        page = shown(admin)

        assert "1 given up" in page
        assert "E-mail is not set up here" not in page


class TestSeen:
    def test_is_noted_with_the_person(
        self, admin: Client, scope_a: Scope, alice: User, mia: User
    ) -> None:
        report(scope_a, broken(), now=NOON)
        assert "nobody yet" in shown(admin)
        notice = Notice.objects.scoped(scope_a).get()

        answer = admin.post("/notices/seen/", {"notice": str(notice.pk)})

        assert answer["Location"] == "/notices/"
        page = shown(admin)
        assert re.search(r"Alice\s*\(<time", page)
        assert "Mark as seen" not in page
        seen = Delivery.objects.scoped(scope_a).filter(seen_at__isnull=False)
        assert [row.user_id for row in seen] == [alice.pk]

    def test_twice_keeps_the_first_time(self, admin: Client, scope_a: Scope) -> None:
        report(scope_a, broken(), now=NOON)
        admin.post("/notices/seen/", {"notice": "all"})
        first = Delivery.objects.scoped(scope_a).get(seen_at__isnull=False).seen_at

        admin.post("/notices/seen/", {"notice": "all"})

        assert Delivery.objects.scoped(scope_a).get(seen_at__isnull=False).seen_at == first

    def test_by_somebody_who_came_later_is_noted_too(
        self, client: Client, scope_a: Scope, hire: Hire
    ) -> None:
        report(scope_a, broken(), now=NOON)
        client.force_login(hire("new", Role.ADMIN))

        client.post("/notices/seen/", {"notice": "all"})

        assert re.search(r"New\s*\(<time", shown(client))

    def test_is_not_for_what_one_may_not_see(
        self, client: Client, scope_a: Scope, store_2: Store, mia: User, charlie: User
    ) -> None:
        report(scope_a, broken(store_2), now=NOON)
        notice = Notice.objects.scoped(scope_a).get()
        for person in (mia, charlie):
            client.force_login(person)

            assert client.post("/notices/seen/", {"notice": str(notice.pk)}).status_code == 404
            client.post("/notices/seen/", {"notice": "all"})

        assert not Delivery.objects.scoped(scope_a).filter(seen_at__isnull=False).exists()

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ("", 400),
            ("x", 400),
            ("-1", 400),
            ("²", 400),
            ("9" * 400, 400),
            ("1' or 1=1", 400),
            ("999999", 404),
        ],
    )
    def test_of_nonsense_is_refused(self, admin: Client, given: str, status: int) -> None:
        assert admin.post("/notices/seen/", {"notice": given}).status_code == status

    def test_is_posted(self, admin: Client) -> None:
        assert admin.get("/notices/seen/").status_code == 405


class TestBell:
    def test_counts_open_notices_at_the_top_of_every_page(
        self, admin: Client, scope_a: Scope
    ) -> None:
        report(scope_a, broken(thing="till"), now=NOON)
        report(scope_a, broken(thing="door"), now=NOON)
        recover(scope_a, broken(thing="door").key, now=NOON)

        page = admin.get("/customers/").content.decode()

        assert 'href="/notices/"' in page
        assert 'hx-get="/notices/count/" hx-trigger="every 60s"' in page
        assert re.search(r'<span class="chip warn">1<span', page)
        assert count(admin) == "1 open"

    def test_says_nothing_when_nothing_is_open(self, admin: Client) -> None:
        assert count(admin) == ""

    def test_finds_without_a_worker_that_there_is_none(
        self, admin: Client, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        CustomerSync.objects.scoped(scope_a).create(
            connection=connection_a, requested_by="user:1", requested_at=NOON
        )
        assert count(admin) == ""
        nobody_works()

        assert count(admin) == "1 open"
        assert "Syncs wait, and no worker runs" in shown(admin)

    def test_marks_where_one_is(self, admin: Client) -> None:
        assert re.search(r'href="/notices/" aria-current="page"', shown(admin))

    def test_is_gone_for_who_is_no_manager_any_more(
        self, admin: Client, scope_a: Scope, alice: User
    ) -> None:
        report(scope_a, broken(), now=NOON)
        Membership.objects.scoped(scope_a).filter(user=alice).update(role="staff")

        assert count(admin) == ""
