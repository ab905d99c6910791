from __future__ import annotations

import logging
from collections.abc import Iterator

import orjson
import pytest
import structlog

from rollcall.config.logs import configure_logs, redact


@pytest.fixture
def _logs_as_they_were() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configuration = structlog.get_config()
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**configuration)


class TestRedact:
    @pytest.mark.parametrize(
        "key",
        [
            "phone", "email", "given_name", "family_name", "born_on", "licence", "medical_id",
            "notes", "street", "zip", "name", "api_key", "password", "secret", "token",
            "authorization", "cookie", "query", "url", "raw", "payload", "body",
        ],
    )  # fmt: skip
    def test_cuts_values_under_sensitive_keys(self, key: str) -> None:
        assert redact(None, "info", {"event": "x", key: "Ana"}) == {"event": "x", key: "[redacted]"}

    def test_leaves_ids_and_counts(self) -> None:
        event = {"event": "sync.run.finished", "sync_id": 7, "rows": 120}

        assert redact(None, "info", dict(event)) == event


@pytest.mark.usefixtures("_logs_as_they_were")
class TestConfigureLogs:
    def test_writes_one_object_a_line_to_standard_error(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("ROLLCALL_LOG", "json")
        monkeypatch.setenv("ROLLCALL_LOG_LEVEL", "INFO")
        configure_logs()

        structlog.get_logger("one").info("sync.run.finished", sync_id=7, email="ana@example.com")
        logging.getLogger("another").warning("disk full", extra={"phone": "4155550134"})

        printed = capsys.readouterr()
        first, second = (orjson.loads(line) for line in printed.err.splitlines())
        assert printed.out == ""
        assert (first["event"], first["level"], first["sync_id"]) == (
            "sync.run.finished",
            "info",
            7,
        )
        assert first["email"] == "[redacted]"
        assert (second["event"], "4155550134" in printed.err) == ("disk full", False)

    def test_keeps_addresses_of_a_pos_out(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("ROLLCALL_LOG_LEVEL", "INFO")
        configure_logs()

        logging.getLogger("httpx").info("GET https://pos/customer/phone/4155550134")

        assert capsys.readouterr().err == ""

    @pytest.mark.parametrize(("level", "shown"), [("WARNING", 1), ("info", 2), ("nonsense", 2)])
    def test_takes_the_level_from_the_environment(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        level: str,
        shown: int,
    ) -> None:
        monkeypatch.setenv("ROLLCALL_LOG_LEVEL", level)
        configure_logs()

        logging.getLogger("one").info("said")
        logging.getLogger("one").warning("warned")

        assert len(capsys.readouterr().err.splitlines()) == shown
