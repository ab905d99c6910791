from __future__ import annotations

import copy
import logging
import sys
import types
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from rollcall.config.environment import SettingError
from rollcall.config.errors import (
    configure_error_tracker,
    scrub,
    tracker_options,
    watch_for_errors,
)
from rollcall.config.logs import configure_logs

EVENT: dict[str, Any] = {
    "event_id": "9f3c1d2e",
    "timestamp": "2026-11-20T12:00:00Z",
    "platform": "python",
    "level": "error",
    "release": "rollcall@0.1",
    "environment": "production",
    "message": "Ana Reyes was not found",
    "logentry": {"message": "Ana %s", "params": ["Reyes"]},
    "server_name": "till-3.alder.example",
    "transaction": "/customers/ana",
    "user": {"email": "ana@example.com", "ip_address": "203.0.113.9"},
    "request": {
        "url": "https://rollcall.example/customers/?text=Reyes",
        "query_string": "text=Reyes",
        "data": {"phone": "+14155550134"},
        "cookies": {"sessionid": "abc"},
        "headers": {"Authorization": "Bearer t0psecret"},
        "env": {"REMOTE_ADDR": "203.0.113.9"},
    },
    "extra": {"sys.argv": ["rollcall", "Reyes"]},
    "breadcrumbs": {"values": [{"message": "select 'Reyes'"}]},
    "contexts": {"trace": {"description": "Reyes"}},
    "modules": {"django": "5.2"},
    "tags": {"event": "sync.run.failed", "code": "http_503", "person": "Ana Reyes", "Ana": "x"},
    "fingerprint": ["Reyes"],
    "exception": {
        "values": [
            {
                "type": "IntegrityError",
                "module": "django.db.utils",
                "value": "Key (email)=(ana@example.com) already exists",
                "mechanism": {"type": "generic", "data": {"text": "Reyes"}},
                "stacktrace": {
                    "frames": [
                        {
                            "filename": "django/db/backends/utils.py",
                            "abs_path": "/srv/reyes/site-packages/django/db/backends/utils.py",
                            "module": "django.db.backends.utils",
                            "function": "execute",
                            "lineno": 105,
                            "vars": {"params": ["+14155550134"]},
                        },
                        {
                            "filename": "rollcall/customers/web.py",
                            "abs_path": "/srv/reyes/rollcall/customers/web.py",
                            "module": "rollcall.customers.web",
                            "function": "search_page",
                            "lineno": 41,
                            "vars": {"text": "Reyes"},
                            "pre_context": ["text = 'Reyes'"],
                            "context_line": "find('Reyes')",
                            "post_context": ["return 'Reyes'"],
                        },
                    ]
                },
            }
        ]
    },
}
PERSONAL = (
    "Ana", "Reyes", "reyes", "ana@", "5550134", "203.0.113", "t0psecret", "abc", "till-3", "find(",
)  # fmt: skip


@pytest.fixture
def _logs_as_they_were() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configuration = structlog.get_config()
    configure_logs()
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**configuration)


class TestScrub:
    def test_keeps_types_our_own_lines_and_code_words(self) -> None:
        assert scrub(copy.deepcopy(EVENT), {}) == {
            "event_id": "9f3c1d2e",
            "timestamp": "2026-11-20T12:00:00Z",
            "platform": "python",
            "level": "error",
            "release": "rollcall@0.1",
            "environment": "production",
            "tags": {"event": "sync.run.failed", "code": "http_503"},
            "exception": {
                "values": [
                    {
                        "type": "IntegrityError",
                        "module": "django.db.utils",
                        "stacktrace": {
                            "frames": [
                                {
                                    "filename": "rollcall/customers/web.py",
                                    "module": "rollcall.customers.web",
                                    "lineno": 41,
                                    "function": "search_page",
                                    "in_app": True,
                                }
                            ]
                        },
                    }
                ]
            },
        }

    def test_lets_nothing_of_a_person_pass(self) -> None:
        sent = orjson.dumps(scrub(copy.deepcopy(EVENT))).decode()

        assert [word for word in PERSONAL if word in sent] == []

    @pytest.mark.parametrize(
        "event",
        [
            {"exception": "Reyes"},
            {"exception": {"values": ["Reyes"]}},
            {"exception": {"values": 7}},
            {"exception": {"values": [{"stacktrace": {"frames": ["Reyes"]}}]}},
            {"tags": "Reyes"},
            {"tags": [["a", "b", "c"]]},
        ],
    )
    def test_drops_what_has_no_shape_that_is_known(self, event: dict[str, Any]) -> None:
        assert scrub(event) is None

    @given(
        st.recursive(
            st.just("Reyes +14155550134"),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(sorted(EVENT)), inner),
        )
    )
    def test_lets_no_value_pass_wherever_it_stands(self, value: object) -> None:
        for key in EVENT:
            if key in ("event_id", "timestamp", "platform", "level", "release", "environment"):
                continue
            assert "Reyes" not in repr(scrub({**EVENT, key: value}))

    def test_leaves_a_long_or_odd_name_out(self) -> None:
        for name in ("Ana Reyes", "x" * 500, "Ana\nReyes", None, 7):
            event = {"exception": {"values": [{"type": name, "module": name}]}}

            assert scrub(event) == {"exception": {"values": [{"type": "Error"}]}}


class TestOptions:
    def test_let_nothing_be_collected(self) -> None:
        options = tracker_options("https://key@tracker.example/1")

        assert options["before_send"] is scrub
        assert options["before_breadcrumb"]({}, {}) is None
        assert options["before_send_transaction"]({}, {}) is None
        assert options["default_integrations"] is False
        assert options["include_local_variables"] is False
        assert options["send_default_pii"] is False
        assert options["max_request_body_size"] == "never"


@pytest.mark.usefixtures("_logs_as_they_were")
class TestWatching:
    def test_hands_over_what_we_log_with_an_exception(self) -> None:
        caught: list[BaseException] = []
        watch_for_errors(caught.append)
        error = ValueError("Reyes")

        try:
            raise error
        except ValueError:
            structlog.get_logger("one").exception("sync.task.crashed", task_id=7)

        assert caught == [error]

    def test_hands_over_what_others_log_with_an_exception(self) -> None:
        caught: list[BaseException] = []
        watch_for_errors(caught.append)
        error = ValueError("Reyes")

        try:
            raise error
        except ValueError:
            logging.getLogger("django.request").exception("Internal Server Error")

        assert caught == [error]

    def test_leaves_warnings_and_errors_without_an_exception_alone(self) -> None:
        caught: list[BaseException] = []
        watch_for_errors(caught.append)

        structlog.get_logger("two").error("sync.run.failed", code="http_503")
        structlog.get_logger("two").warning("sync.run.failed", exc_info=ValueError("x"))
        logging.getLogger("two").error("no exception")

        assert caught == []


class TestConfigure:
    def test_does_nothing_without_an_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ROLLCALL_SENTRY_DSN", raising=False)

        assert configure_error_tracker() is False

    @pytest.mark.usefixtures("_logs_as_they_were")
    def test_says_that_the_library_is_missing(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("ROLLCALL_SENTRY_DSN", "https://t0psecret@tracker.example/1")
        monkeypatch.setitem(sys.modules, "sentry_sdk", None)
        configure_logs()

        assert configure_error_tracker() is False
        said = capsys.readouterr().err
        assert "error_tracker.library_missing" in said
        assert "t0psecret" not in said

    def test_refuses_an_address_that_is_none_without_repeating_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(**options: object) -> None:
            raise ValueError(f"Unsupported scheme in {options['dsn']}")

        library = types.ModuleType("sentry_sdk")
        library.init = refuse  # type: ignore[attr-defined]  # stands in for the library
        monkeypatch.setitem(sys.modules, "sentry_sdk", library)
        monkeypatch.setenv("ROLLCALL_SENTRY_DSN", "t0psecret")

        with pytest.raises(SettingError) as caught:
            configure_error_tracker()

        assert "t0psecret" not in str(caught.value)
        assert caught.value.__cause__ is None
