from __future__ import annotations

import pytest

from rollcall.notifications.rules.mail_server import (
    MailAddressError,
    MailServer,
    Tls,
    parse_mail_server,
    parse_sender,
)


class TestMailServer:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (
                "smtp://hub:p%40ss%2F@mail.example.com",
                MailServer(
                    host="mail.example.com",
                    port=587,
                    tls=Tls.STARTTLS,
                    user="hub",
                    password="p@ss/",
                ),
            ),
            (
                "smtp://mail.example.com:25?tls=none",
                MailServer(host="mail.example.com", port=25, tls=Tls.NONE),
            ),
            (
                "smtps://mail.example.com",
                MailServer(host="mail.example.com", port=465, tls=Tls.IMPLICIT),
            ),
            ("smtp://[::1]:2525?tls=starttls", MailServer(host="::1", port=2525, tls=Tls.STARTTLS)),
            (
                "smtp://hub:x@127.0.0.1?tls=none",
                MailServer(host="127.0.0.1", port=587, tls=Tls.NONE, user="hub", password="x"),
            ),
        ],
    )
    def test_is_read_from_an_address(self, text: str, expected: MailServer) -> None:
        assert parse_mail_server(text) == expected

    @pytest.mark.parametrize(
        "text",
        [
            "mail.example.com",
            "http://mail.example.com",
            "smtp://",
            "smtp://hub:t0psecret@mail.example.com:99999",
            "smtp://hub:t0psecret@mail.example.com:port",
            "smtp://hub:t0psecret@mail.example.com/inbox",
            "smtp://hub:t0psecret@mail.example.com?tls=maybe",
            "smtp://hub:t0psecret@mail.example.com?ssl=1",
            "smtp://hub:t0psecret@mail.example.com?tls",
            "smtp://hub:t0psecret@mail.example.com?tls=none",
            "smtps://hub:t0psecret@mail.example.com?tls=none",
            "smtp://:t0psecret@mail.example.com",
            "smtp://hub:t0psecret@[mail.example.com",
        ],
    )
    def test_address_that_is_none_is_refused_without_repeating_it(self, text: str) -> None:
        with pytest.raises(MailAddressError) as caught:
            parse_mail_server(text)

        assert "t0psecret" not in str(caught.value)
        assert "t0psecret" not in repr(caught.value.__cause__)

    def test_keeps_its_password_to_itself(self) -> None:
        assert "t0psecret" not in repr(parse_mail_server("smtp://hub:t0psecret@mail.example.com"))


class TestSender:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("rollcall@example.com", "rollcall@example.com"),
            ("Roll Call <rollcall@example.com>", "Roll Call <rollcall@example.com>"),
            ('"Call, Roll" <rollcall@example.com>', '"Call, Roll" <rollcall@example.com>'),
        ],
    )
    def test_is_an_address_with_or_without_a_name(self, text: str, expected: str) -> None:
        assert str(parse_sender(text)) == expected

    @pytest.mark.parametrize(
        "text", ["", "rollcall", "rollcall@", "@example.com", "Rollcall <>", "a@b c@d", "é@x.com"]
    )
    def test_that_is_no_address_is_refused(self, text: str) -> None:
        with pytest.raises(MailAddressError):
            parse_sender(text)
