from __future__ import annotations

from pathlib import Path

import pytest

from rollcall.config import settings
from rollcall.config.environment import SettingError
from rollcall.kit.crypto import KEY_BYTES, format_key, parse_key

KEY_1, KEY_2 = bytes([1]) * KEY_BYTES, bytes([2]) * KEY_BYTES


@pytest.fixture
def external(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "EMBEDDED_DATABASE", False)


class TestDatabase:
    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            (
                "postgresql://ana:p%40ss@db.example.com:5433/hub?sslmode=require",
                {
                    "NAME": "hub", "USER": "ana", "PASSWORD": "p@ss", "HOST": "db.example.com",
                    "PORT": "5433", "OPTIONS": {"connect_timeout": 5, "sslmode": "require"},
                },
            ),
            (
                "host=/var/run/postgresql dbname=hub",
                {"NAME": "hub", "HOST": "/var/run/postgresql", "OPTIONS": {"connect_timeout": 5}},
            ),
        ],
    )  # fmt: skip
    def test_is_read_from_an_address(
        self,
        monkeypatch: pytest.MonkeyPatch,
        external: None,
        address: str,
        expected: dict[str, object],
    ) -> None:
        monkeypatch.setattr(settings, "DATABASE_URL", address)

        assert settings._database() == {"ENGINE": "django.db.backends.postgresql", **expected}

    def test_address_that_is_none_is_refused_without_repeating_it(
        self, monkeypatch: pytest.MonkeyPatch, external: None
    ) -> None:
        monkeypatch.setattr(settings, "DATABASE_URL", "t0psecret nonsense")

        with pytest.raises(SettingError, match=r"^DATABASE_URL is not a PostgreSQL address$"):
            settings._database()


class TestMasterKeys:
    def test_come_from_the_environment(
        self, monkeypatch: pytest.MonkeyPatch, external: None
    ) -> None:
        monkeypatch.setenv("ROLLCALL_MASTER_KEY", KEY_1.hex())
        monkeypatch.setenv("ROLLCALL_MASTER_KEY_PREVIOUS", format_key(KEY_2))

        keys = settings._master_keys()

        assert (keys.current, keys.previous) == (KEY_1, (KEY_2,))

    def test_must_be_set_beside_a_database_of_ones_own(
        self, monkeypatch: pytest.MonkeyPatch, external: None
    ) -> None:
        monkeypatch.delenv("ROLLCALL_MASTER_KEY", raising=False)

        with pytest.raises(SettingError, match="must be set beside DATABASE_URL"):
            settings._master_keys()

    def test_are_made_once_for_the_embedded_database(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("ROLLCALL_MASTER_KEY", raising=False)
        monkeypatch.setattr(settings, "EMBEDDED_DATABASE", True)
        monkeypatch.setattr(settings, "DATA_DIR", tmp_path)

        first, second = settings._master_keys(), settings._master_keys()

        assert first.current == second.current
        assert parse_key((tmp_path / "master.key").read_text()) == first.current

    def test_that_are_malformed_are_refused_without_repeating_them(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ROLLCALL_MASTER_KEY", "t0psecret")

        with pytest.raises(SettingError) as refused:
            settings._master_keys()

        assert "t0psecret" not in str(refused.value)
        assert str(refused.value).startswith("ROLLCALL_MASTER_KEY: a key is 32 bytes")


class TestSecretKey:
    @pytest.mark.parametrize("written", ["s" * 31, ""])
    def test_must_be_long_beside_a_database_of_ones_own(
        self, monkeypatch: pytest.MonkeyPatch, external: None, written: str
    ) -> None:
        monkeypatch.setenv("ROLLCALL_SECRET_KEY", written)

        with pytest.raises(SettingError, match=r"^ROLLCALL_SECRET_KEY "):
            settings._secret_key()

    def test_is_taken_as_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROLLCALL_SECRET_KEY", "s" * 32)

        assert settings._secret_key() == "s" * 32

    def test_is_another_one_than_the_master_key(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("ROLLCALL_SECRET_KEY", raising=False)
        monkeypatch.delenv("ROLLCALL_MASTER_KEY", raising=False)
        monkeypatch.setattr(settings, "EMBEDDED_DATABASE", True)
        monkeypatch.setattr(settings, "DATA_DIR", tmp_path)

        assert settings._secret_key() != format_key(settings._master_keys().current)


class TestPages:
    def test_are_never_served_with_debugging_on(self) -> None:
        assert settings.DEBUG is False

    def test_keep_their_cookies_to_themselves(self) -> None:
        assert settings.CSRF_COOKIE_HTTPONLY is True
        assert (settings.SESSION_COOKIE_SAMESITE, settings.X_FRAME_OPTIONS) == ("Lax", "DENY")


class TestDemoLogIns:
    @pytest.mark.parametrize(
        "origin", ["https://rollcall.example.com", "http://10.0.0.7:8000", "http://localhost.evil"]
    )
    def test_are_refused_beside_a_public_address(
        self, monkeypatch: pytest.MonkeyPatch, origin: str
    ) -> None:
        monkeypatch.setattr(settings, "ORIGIN", origin)
        monkeypatch.setenv("ROLLCALL_DEMO_LOG_INS", "yes")

        with pytest.raises(SettingError, match="for this machine only"):
            settings._demo_log_ins()

    def test_are_off_unless_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ROLLCALL_DEMO_LOG_INS")

        assert not settings._demo_log_ins()
