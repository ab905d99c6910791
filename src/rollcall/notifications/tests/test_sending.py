from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from rollcall.jobs import stopping
from rollcall.kit.scope import Role, Scope
from rollcall.notifications.models import Delivery
from rollcall.notifications.operations import (
    Outcome,
    recover,
    report,
    send_next,
    sending,
    smtp,
)
from rollcall.notifications.operations.sending import claim_next
from rollcall.notifications.rules.mail_server import parse_mail_server
from rollcall.notifications.rules.retrying import CLAIM
from rollcall.notifications.tasks import send, sweep
from rollcall.notifications.tests.conftest import Hire, broken
from rollcall.notifications.tests.mail_catcher import MailCatcher, free_port, write_certificate
from rollcall.stores.models import Membership, Store, User
from rollcall.sync.tests.sabotage import empty_queue, jobs
from rollcall.testing.fixtures import NOON

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "ANSWER_S", 0.3)
    monkeypatch.setattr(smtp, "CONVERSATION_S", 1.0)


def mails(scope: Scope) -> dict[str, tuple[str, int, str]]:
    rows = Delivery.objects.scoped(scope).filter(channel="email").order_by("id")
    return {
        name: (state, attempts, code)
        for name, state, attempts, code in rows.values_list(
            "user__name", "state", "attempts", "error_code"
        )
    }


def send_all(now: dt.datetime) -> list[Outcome]:
    outcomes: list[Outcome] = []
    while (outcome := send_next(now=now)) is not Outcome.NOTHING_DUE:
        outcomes.append(outcome)
    return outcomes


class TestSending:
    def test_takes_a_mail_to_everybody_concerned_once(
        self, post: MailCatcher, scope_a: Scope, store_a: Store, alice: User, hire: Hire
    ) -> None:
        hire("mia", Role.MANAGER, store_a)
        report(scope_a, broken(store_a), now=NOON)

        assert send_all(NOON) == [Outcome.SENT, Outcome.SENT]
        assert send_all(NOON + DAY) == []

        assert [mail.recipients for mail in post.caught] == [
            ["alice@example.com"],
            ["mia@example.com"],
        ]
        assert {mail.sender for mail in post.caught} == {"rollcall@rollcall.example"}
        assert mails(scope_a) == {"Alice": ("sent", 1, ""), "Mia": ("sent", 1, "")}

    def test_does_nothing_without_a_mail_server(
        self, post: MailCatcher, settings: Settings, scope_a: Scope, alice: User
    ) -> None:
        report(scope_a, broken(), now=NOON)
        settings.MAIL_SERVER = None

        assert send_all(NOON) == []
        assert mails(scope_a) == {"Alice": ("waiting", 0, "")}

    def test_leaves_out_who_is_not_concerned_any_more(
        self, post: MailCatcher, scope_a: Scope, alice: User
    ) -> None:
        report(scope_a, broken(), now=NOON)
        Membership.objects.scoped(scope_a).filter(user=alice).update(role="staff")

        assert send_all(NOON) == [Outcome.NOT_SENT]
        assert mails(scope_a) == {"Alice": ("given_up", 1, "not_concerned_any_more")}
        assert post.caught == []

    def test_tells_that_it_is_over_after_the_quiet_time(
        self, post: MailCatcher, scope_a: Scope, alice: User
    ) -> None:
        report(scope_a, broken(), now=NOON)
        send_all(NOON)
        recover(scope_a, broken().key, now=NOON + MINUTE)

        assert send_all(NOON + 30 * MINUTE) == []
        assert send_all(NOON + 31 * MINUTE) == [Outcome.SENT]

        first, second = (mail.message for mail in post.caught)
        assert second["Subject"] == "[Alder Group] Over: The till is broken"
        assert second["In-Reply-To"] == first["Message-ID"]

    def test_never_tells_the_end_before_the_beginning(
        self, post: MailCatcher, scope_a: Scope, alice: User
    ) -> None:
        post.habits.recipients = {"alice@example.com": "450 Later"}
        report(scope_a, broken(), now=NOON)
        send_all(NOON)
        recover(scope_a, broken().key, now=NOON)
        Delivery.objects.scoped(scope_a).filter(transition="opened").update(
            next_try_at=NOON + 2 * DAY
        )
        post.habits.recipients = {}

        assert send_all(NOON + DAY) == []
        assert send_all(NOON + 2 * DAY) == [Outcome.SENT, Outcome.SENT]
        assert [mail.message["Subject"] for mail in post.caught] == [
            "[Alder Group] The till is broken",
            "[Alder Group] Over: The till is broken",
        ]


class TestTrouble:
    def test_with_a_server_that_is_down_delays_and_loses_nothing(
        self, post: MailCatcher, settings: Settings, scope_a: Scope, alice: User
    ) -> None:
        alive = settings.MAIL_SERVER
        settings.MAIL_SERVER = parse_mail_server(f"smtp://localhost:{free_port()}?tls=none")
        report(scope_a, broken(), now=NOON)

        assert send_next(now=NOON) is Outcome.SERVER_DOWN
        assert mails(scope_a) == {"Alice": ("failed", 1, "unreachable")}
        assert send_all(NOON + 59 * dt.timedelta(seconds=1)) == []

        settings.MAIL_SERVER = alive
        assert send_all(NOON + MINUTE) == [Outcome.SENT]
        assert mails(scope_a) == {"Alice": ("sent", 2, "")}

    def test_is_tried_for_a_day_in_growing_pauses_then_given_up(
        self, post: MailCatcher, settings: Settings, scope_a: Scope, alice: User
    ) -> None:
        settings.MAIL_SERVER = parse_mail_server(f"smtp://localhost:{free_port()}?tls=none")
        report(scope_a, broken(), now=NOON)
        tries = []
        now = NOON
        while send_next(now=now) is Outcome.SERVER_DOWN:
            tries.append((now - NOON) // MINUTE)
            row = Delivery.objects.scoped(scope_a).get(channel="email")
            now = row.next_try_at

        assert tries[:8] == [0, 1, 3, 7, 15, 31, 63, 123]
        assert tries[-1] == 1443
        assert mails(scope_a)["Alice"][0] == "given_up"

    def test_later_is_tried_again(self, post: MailCatcher, scope_a: Scope, alice: User) -> None:
        post.habits.recipients = {"alice@example.com": "451 4.7.1 Greylisted"}
        report(scope_a, broken(), now=NOON)

        assert send_next(now=NOON) is Outcome.NOT_SENT
        assert mails(scope_a) == {"Alice": ("failed", 1, "smtp_451")}

        post.habits.recipients = {}
        assert send_all(NOON + MINUTE) == [Outcome.SENT]

    def test_with_one_recipient_does_not_touch_the_others(
        self, post: MailCatcher, scope_a: Scope, alice: User, hire: Hire
    ) -> None:
        hire("mia", Role.MANAGER)
        post.habits.recipients = {"alice@example.com": "550 5.1.1 No such user"}
        report(scope_a, broken(), now=NOON)

        assert send_all(NOON) == [Outcome.NOT_SENT, Outcome.SENT]
        assert mails(scope_a) == {
            "Alice": ("given_up", 1, "smtp_550"),
            "Mia": ("sent", 1, ""),
        }

    @pytest.mark.parametrize(
        ("answer", "state", "code"),
        [
            ("552 Too large", "given_up", "smtp_552"),
            ("452 No room", "failed", "smtp_452"),
            ("421 Closing", "failed", "smtp_421"),
        ],
    )
    def test_after_the_whole_mail_is_noted(
        self, post: MailCatcher, scope_a: Scope, alice: User, answer: str, state: str, code: str
    ) -> None:
        post.habits.after_data = answer
        report(scope_a, broken(), now=NOON)

        send_next(now=NOON)

        assert mails(scope_a) == {"Alice": (state, 1, code)}

    def test_with_our_own_address_is_the_servers_not_the_recipients(
        self, post: MailCatcher, scope_a: Scope, alice: User
    ) -> None:
        post.habits.sender = "550 Not from you"
        report(scope_a, broken(), now=NOON)

        assert send_next(now=NOON) is Outcome.SERVER_DOWN
        assert mails(scope_a) == {"Alice": ("failed", 1, "sender_550")}

    @pytest.mark.parametrize("verb", ["", "EHLO", "RCPT", "mail"])
    def test_of_a_server_that_falls_silent_ends_in_time(
        self, impatient: None, post: MailCatcher, scope_a: Scope, alice: User, verb: str
    ) -> None:
        post.habits.silent_at = verb
        report(scope_a, broken(), now=NOON)

        send_next(now=NOON)

        state, attempts, code = mails(scope_a)["Alice"]
        assert (state, attempts) == ("failed", 1)
        assert code in ("timed_out", "disconnected")

    def test_of_a_server_that_drips_ends_in_time(
        self, impatient: None, post: MailCatcher, scope_a: Scope, alice: User
    ) -> None:
        post.habits.drip = 0.1
        report(scope_a, broken(), now=NOON)

        assert send_next(now=NOON) is Outcome.SERVER_DOWN
        assert mails(scope_a)["Alice"][0] == "failed"

    def test_at_the_farewell_changes_nothing(
        self, impatient: None, post: MailCatcher, scope_a: Scope, alice: User
    ) -> None:
        post.habits.silent_at = "QUIT"
        report(scope_a, broken(), now=NOON)

        assert send_next(now=NOON) is Outcome.SENT

    @pytest.mark.parametrize("greeting", ["", "220", "554 No", "HTTP/1.1 200 OK", "x" * 9_000])
    def test_of_a_server_that_talks_nonsense_is_tried_again(
        self, impatient: None, post: MailCatcher, scope_a: Scope, alice: User, greeting: str
    ) -> None:
        post.habits.greeting = greeting
        post.habits.after_data = "4"
        report(scope_a, broken(), now=NOON)

        send_next(now=NOON)

        assert mails(scope_a)["Alice"][0] == "failed"


class TestClaims:
    def test_keep_two_workers_from_sending_the_same(
        self, transactional_db: None, post: MailCatcher, scope_a: Scope, alice: User, hire: Hire
    ) -> None:
        for name in ("mia", "ona", "kim"):
            hire(name, Role.MANAGER)
        report(scope_a, broken(), now=NOON)

        def work() -> None:
            try:
                while send_next(now=NOON) is not Outcome.NOTHING_DUE:
                    pass
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        send_all(NOON)

        assert sorted(mail.recipients[0] for mail in post.caught) == [
            f"{name}@example.com" for name in ("alice", "kim", "mia", "ona")
        ]

    def test_of_a_worker_that_was_killed_run_out_and_the_repeat_is_recognised(
        self, post: MailCatcher, settings: Settings, scope_a: Scope, alice: User
    ) -> None:
        report(scope_a, broken(), now=NOON)
        claimed = claim_next(now=NOON)
        assert claimed is not None
        sending._send(settings.MAIL_SERVER, claimed, now=NOON)  # and here it dies

        assert send_next(now=NOON + CLAIM - MINUTE) is Outcome.NOTHING_DUE
        assert send_next(now=NOON + CLAIM) is Outcome.SENT

        first, second = (mail.message["Message-ID"] for mail in post.caught)
        assert first == second
        assert mails(scope_a) == {"Alice": ("sent", 2, "")}

    def test_that_ran_out_do_not_undo_what_another_worker_did(
        self, post: MailCatcher, scope_a: Scope, alice: User
    ) -> None:
        report(scope_a, broken(), now=NOON)
        slow = claim_next(now=NOON)
        assert slow is not None
        send_next(now=NOON + CLAIM)

        sending._note_failure(slow, smtp.NotNowError("timed_out"), now=NOON + CLAIM)

        assert mails(scope_a) == {"Alice": ("sent", 2, "")}

    def test_end_when_the_server_left_without_a_word_and_the_repeat_is_recognised(
        self, post: MailCatcher, scope_a: Scope, alice: User
    ) -> None:
        post.habits.cut_after_data = True
        report(scope_a, broken(), now=NOON)

        assert send_next(now=NOON) is Outcome.NOT_SENT
        assert mails(scope_a) == {"Alice": ("failed", 1, "disconnected")}
        post.habits.cut_after_data = False
        send_next(now=NOON + MINUTE)

        first, second = (mail.message["Message-ID"] for mail in post.caught)
        assert first == second

    def test_let_few_be_under_way_at_once(
        self, post: MailCatcher, scope_a: Scope, alice: User, hire: Hire
    ) -> None:
        for name in ("mia", "ona"):
            hire(name, Role.MANAGER)
        report(scope_a, broken(), now=NOON)

        assert claim_next(now=NOON) is not None
        assert claim_next(now=NOON) is not None
        assert claim_next(now=NOON) is None


class TestEncryption:
    @pytest.fixture
    def certificate(self, post: MailCatcher, tmp_path: Path) -> Path:
        post.habits.certificate = write_certificate(tmp_path)
        post.habits.password = "s3cret"
        return post.habits.certificate

    def address(self, post: MailCatcher, password: str) -> str:
        return f"smtp://hub:{password}@localhost:{post.port}"

    def test_is_refused_with_a_stranger_who_learns_nothing(
        self, post: MailCatcher, settings: Settings, certificate: Path, scope_a: Scope, alice: User
    ) -> None:
        settings.MAIL_SERVER = parse_mail_server(self.address(post, "s3cret"))
        report(scope_a, broken(), now=NOON)

        assert send_next(now=NOON) is Outcome.SERVER_DOWN
        assert mails(scope_a) == {"Alice": ("failed", 1, "tls_failed")}
        assert {"AUTH", "MAIL"}.isdisjoint(post.verbs)

    def test_is_demanded_where_it_is_not_offered(
        self, post: MailCatcher, settings: Settings, scope_a: Scope, alice: User
    ) -> None:
        post.habits.password = "s3cret"
        settings.MAIL_SERVER = parse_mail_server(self.address(post, "s3cret"))
        report(scope_a, broken(), now=NOON)

        assert send_next(now=NOON) is Outcome.SERVER_DOWN
        assert mails(scope_a) == {"Alice": ("failed", 1, "tls_or_login_not_offered")}
        assert {"AUTH", "MAIL"}.isdisjoint(post.verbs)

    def test_comes_before_the_password_and_the_mail(
        self,
        monkeypatch: pytest.MonkeyPatch,
        post: MailCatcher,
        settings: Settings,
        certificate: Path,
        scope_a: Scope,
        alice: User,
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        settings.MAIL_SERVER = parse_mail_server(self.address(post, "s3cret"))
        report(scope_a, broken(), now=NOON)

        assert send_next(now=NOON) is Outcome.SENT
        assert [mail.secure for mail in post.caught] == [True]

    def test_from_the_start_takes_mail_too(
        self,
        monkeypatch: pytest.MonkeyPatch,
        post: MailCatcher,
        settings: Settings,
        certificate: Path,
        scope_a: Scope,
        alice: User,
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        post.habits.encrypted_from_start = True
        settings.MAIL_SERVER = parse_mail_server(f"smtps://hub:s3cret@localhost:{post.port}")
        report(scope_a, broken(), now=NOON)

        assert send_next(now=NOON) is Outcome.SENT
        assert "STARTTLS" not in post.verbs

    def test_from_the_start_is_refused_with_a_server_that_does_not_speak_it(
        self, post: MailCatcher, settings: Settings, scope_a: Scope, alice: User
    ) -> None:
        settings.MAIL_SERVER = parse_mail_server(f"smtps://localhost:{post.port}")
        report(scope_a, broken(), now=NOON)

        assert send_next(now=NOON) is Outcome.SERVER_DOWN
        assert mails(scope_a) == {"Alice": ("failed", 1, "tls_failed")}

    def test_with_a_wrong_password_is_tried_again(
        self,
        monkeypatch: pytest.MonkeyPatch,
        post: MailCatcher,
        settings: Settings,
        certificate: Path,
        scope_a: Scope,
        alice: User,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        settings.MAIL_SERVER = parse_mail_server(self.address(post, "t0p-secret"))
        report(scope_a, broken(), now=NOON)

        assert send_next(now=NOON) is Outcome.SERVER_DOWN
        assert mails(scope_a) == {"Alice": ("failed", 1, "credentials_refused")}
        said = "".join(capfd.readouterr())
        assert "t0p-secret" not in said
        assert "alice@example.com" not in said


@pytest.mark.usefixtures("transactional_db")
class TestTasks:
    def test_send_what_is_due(self, post: MailCatcher, scope_a: Scope, alice: User) -> None:
        report(scope_a, broken(), now=NOON)

        send(word_of_a_later_version=1)

        assert len(post.caught) == 1

    def test_stop_at_a_server_that_is_down(
        self, post: MailCatcher, scope_a: Scope, alice: User, hire: Hire
    ) -> None:
        hire("mia", Role.MANAGER)
        post.habits.greeting = "421 Closing"
        report(scope_a, broken(), now=NOON)

        send()

        assert post.connections == 1
        assert [attempts for _, attempts, _ in mails(scope_a).values()] == [1, 0]

    def test_stop_after_a_few_that_failed(
        self, post: MailCatcher, scope_a: Scope, alice: User, hire: Hire
    ) -> None:
        for name in ("mia", "ona", "kim"):
            hire(name, Role.MANAGER)
        post.habits.after_data = "450 Later"
        report(scope_a, broken(), now=NOON)

        send()

        assert [attempts for _, attempts, _ in mails(scope_a).values()] == [1, 1, 1, 0]

    def test_send_nothing_when_the_worker_is_told_to_end(
        self, post: MailCatcher, scope_a: Scope, alice: User
    ) -> None:
        report(scope_a, broken(), now=NOON)
        stopping.set()
        try:
            send()
        finally:
            stopping.clear()

        assert post.caught == []

    def test_wake_a_worker_when_mail_is_due(
        self, post: MailCatcher, scope_a: Scope, alice: User
    ) -> None:
        report(scope_a, broken(), now=NOON)
        empty_queue()

        sweep()

        assert ("notifications.send", {}) in jobs()

    def test_wake_nobody_when_none_is(self, post: MailCatcher, scope_a: Scope) -> None:
        sweep()

        assert jobs() == []
