from __future__ import annotations

import email
import email.policy
import re

import pytest
from pytest_django import Settings

from rollcall.kit.scope import Scope
from rollcall.notifications.models import Delivery
from rollcall.notifications.operations import report, send_next
from rollcall.notifications.operations.letters import on_one_line, write_letter
from rollcall.notifications.tests.conftest import broken
from rollcall.notifications.tests.mail_catcher import MailCatcher
from rollcall.stores.models import Retailer, User
from rollcall.testing.fixtures import NOON

HOSTILE = [
    "Ana\r\nBcc: everybody@example.org",
    "Ana\nSubject: Win",
    "Ana\rX: y",
    "Ana\u2028Bcc: everybody@example.org",
    "Ana\x00\x1b[31m",
    '"Ana" <everybody@example.org>, x',
    "Ana\r\n\r\n<script>alert(1)</script>",
    "A" * 10_000,
    "José Ñandú 测试 🌲",
    "",
]


def sent(post: MailCatcher) -> email.message.EmailMessage:
    send_next(now=NOON)
    (caught,) = post.caught
    assert caught.recipients == ["alice@example.com"]
    return caught.message


def parts(message: email.message.EmailMessage) -> tuple[str, str]:
    plain, html = message.iter_parts()
    return plain.get_content(), html.get_content()


class TestLetters:
    def test_say_what_is_wrong_and_where_to_look(
        self, post: MailCatcher, scope_a: Scope, alice: User
    ) -> None:
        report(scope_a, broken(), now=NOON)

        message = sent(post)

        assert message["Subject"] == "[Alder Group] The till is broken"
        assert message["From"] == "Rollcall <rollcall@rollcall.example>"
        assert message["To"] == "Alice <alice@example.com>"
        assert message["Auto-Submitted"] == "auto-generated"
        assert re.fullmatch(r"<[0-9a-f]{32}@rollcall\.example>", message["Message-ID"])
        for text in parts(message):
            assert "The till is broken" in text
            assert "Mend the till. It broke 3 times." in text
            assert "2026-11-20 12:00 UTC" in text
            assert "https://rollcall.example/connections/" in text

    def test_have_no_links_where_the_public_address_is_not_known(
        self, post: MailCatcher, settings: Settings, scope_a: Scope, alice: User
    ) -> None:
        settings.ORIGIN = ""
        report(scope_a, broken(), now=NOON)

        for text in parts(sent(post)):
            assert "http" not in text
            assert "/connections/" not in text

    @pytest.mark.parametrize("name", HOSTILE)
    def test_are_not_broken_by_a_persons_name(
        self, post: MailCatcher, scope_a: Scope, alice: User, name: str
    ) -> None:
        User.objects.filter(pk=alice.pk).update(name=name.replace("\x00", "\x01"))
        report(scope_a, broken(), now=NOON)

        message = sent(post)

        assert [one.addr_spec for one in message["To"].addresses] == ["alice@example.com"]
        assert message["Bcc"] is None
        assert message["X"] is None
        assert message.get_all("Subject") == ["[Alder Group] The till is broken"]

    @pytest.mark.parametrize("name", HOSTILE)
    def test_are_not_broken_by_a_retailers_name_or_by_data(
        self, post: MailCatcher, scope_a: Scope, alice: User, name: str
    ) -> None:
        name = name.replace("\x00", "\x01")
        Retailer.objects.filter(pk=scope_a.retailer_id).update(name=name)
        report(scope_a, broken(thing=name[:150]), now=NOON)

        message = sent(post)

        assert message["Bcc"] is None
        assert message["X"] is None
        assert len(message.get_all("Subject") or []) == 1
        assert len(message["Subject"]) <= 200
        assert "<script>" not in parts(message)[1]

    def test_to_an_address_that_cannot_stand_in_a_header_are_given_up(
        self, post: MailCatcher, scope_a: Scope, alice: User
    ) -> None:
        User.objects.filter(pk=alice.pk).update(email="alice@example.com\r\nBcc: x@example.org")
        report(scope_a, broken(), now=NOON)

        send_next(now=NOON)

        mail = Delivery.objects.scoped(scope_a).get(channel="email")
        assert (mail.state, mail.error_code) == ("given_up", "address_unusable")
        assert post.connections == 0

    def test_of_a_kind_that_this_version_does_not_know_say_its_code(
        self, post: MailCatcher, scope_a: Scope, alice: User
    ) -> None:
        report(scope_a, broken(), now=NOON)
        delivery = Delivery.objects.scoped(scope_a).get(channel="email")
        delivery.notice.kind = "later.kind"

        letter = write_letter(delivery, opened_message_id=None, now=NOON)

        assert letter["Subject"] == "[Alder Group] later.kind"


class TestOnOneLine:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [("a\r\nb", "a b"), ("  a \t b ", "a b"), ("a\u2028\u0085b", "a b"), ("", "")],
    )
    def test_leaves_words(self, text: str, expected: str) -> None:
        assert on_one_line(text) == expected

    def test_shortens(self) -> None:
        assert on_one_line("abcdef", longest=4) == "abc…"
