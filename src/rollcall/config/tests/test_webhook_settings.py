from __future__ import annotations

import pytest

from rollcall.config import settings
from rollcall.config.environment import SettingError


class TestWebhooksToThisMachine:
    def test_are_closed_unless_they_are_opened(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ROLLCALL_WEBHOOKS_TO_LOOPBACK", raising=False)
        assert settings._webhooks_to_loopback() is False

        monkeypatch.setenv("ROLLCALL_WEBHOOKS_TO_LOOPBACK", "yes")
        for origin in ("", "http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]"):
            monkeypatch.setattr(settings, "ORIGIN", origin)
            assert settings._webhooks_to_loopback() is True

    def test_are_refused_on_a_real_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROLLCALL_WEBHOOKS_TO_LOOPBACK", "yes")
        for origin in ("https://rollcall.example", "http://10.0.0.7"):
            monkeypatch.setattr(settings, "ORIGIN", origin)
            with pytest.raises(SettingError, match="ROLLCALL_WEBHOOKS_TO_LOOPBACK is for trying"):
                settings._webhooks_to_loopback()
