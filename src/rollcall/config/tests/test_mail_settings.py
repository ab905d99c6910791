from __future__ import annotations

import pytest

from rollcall.config import settings
from rollcall.config.environment import SettingError
from rollcall.notifications.rules.mail_server import parse_mail_server


class TestMailServer:
    def test_is_none_by_default(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ROLLCALL_SMTP_URL", raising=False)

        assert settings._mail_server() is None

    def test_comes_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROLLCALL_SMTP_URL", "smtp://hub:s3cret@mail.example.com")

        assert settings._mail_server() == parse_mail_server("smtp://hub:s3cret@mail.example.com")

    def test_address_that_is_none_is_refused_without_repeating_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ROLLCALL_SMTP_URL", "smtp://hub:s3cret@mail.example.com?tls=none")

        with pytest.raises(SettingError, match=r"^ROLLCALL_SMTP_URL would send") as caught:
            settings._mail_server()

        assert "s3cret" not in str(caught.value)


class TestSender:
    def test_must_be_set_beside_a_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ROLLCALL_MAIL_FROM", raising=False)
        monkeypatch.setattr(settings, "MAIL_SERVER", parse_mail_server("smtp://mail.example.com"))

        with pytest.raises(SettingError, match="ROLLCALL_MAIL_FROM must be set"):
            settings._mail_from()

    def test_that_is_no_address_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROLLCALL_MAIL_FROM", "rollcall")

        with pytest.raises(SettingError, match="ROLLCALL_MAIL_FROM is not an address"):
            settings._mail_from()
