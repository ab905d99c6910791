"""Unexpected errors also go to a Sentry-compatible tracker, if one is configured: without people.

What is sent is built anew from a list of what may leave: the exception's type, our own files and
lines, and code words. A message, a request, a variable or a person never does.
"""

from __future__ import annotations

import importlib
import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

import structlog

import rollcall
from rollcall.config import environment

Event = dict[str, Any]
Capture = Callable[[BaseException], object]

log = structlog.get_logger()

_CODE_WORD: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*", re.ASCII)
_TYPE_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*", re.ASCII)
_LONGEST: Final = 120
#: Of the event itself: made by the library or by us, never by a request.
_PLAIN_KEYS: Final = ("event_id", "timestamp", "platform", "level", "release", "environment")
_OUR_PACKAGE: Final = "rollcall"


def configure_error_tracker() -> bool:
    """Send unexpected errors to ``ROLLCALL_SENTRY_DSN``; False if there is none, or no library.

    :raises SettingError: the DSN cannot be used; its text is not repeated.
    """
    dsn = environment.secret("ROLLCALL_SENTRY_DSN")
    if not dsn:
        return False
    try:
        library = importlib.import_module("sentry_sdk")
    except ImportError:
        log.warning("error_tracker.library_missing", install="sentry-sdk")
        return False
    try:
        library.init(**tracker_options(dsn))
    except ValueError:
        # The library's own words repeat the DSN.
        raise environment.SettingError("ROLLCALL_SENTRY_DSN is not a Sentry address") from None
    watch_for_errors(library.capture_exception)
    return True


def tracker_options(dsn: str) -> dict[str, Any]:
    """How the library is set up: nothing that collects by itself, everything scrubbed."""
    return {
        "dsn": dsn,
        "release": f"rollcall@{rollcall.__version__}",
        "environment": environment.text("ROLLCALL_SENTRY_ENVIRONMENT", "production"),
        "before_send": scrub,
        "before_send_transaction": _drop,
        "before_breadcrumb": _drop,
        "max_breadcrumbs": 0,
        "default_integrations": False,
        "auto_enabling_integrations": False,
        "send_default_pii": False,
        "include_local_variables": False,
        "include_source_context": False,
        "max_request_body_size": "never",
        "server_name": "",
        "traces_sample_rate": 0.0,
        "auto_session_tracking": False,
        "shutdown_timeout": 2,
    }


def _drop(_event: object, _hint: object) -> None:
    return None


def watch_for_errors(capture: Capture) -> None:
    """Hand what is logged as an error with its exception to ``capture``: pages, jobs, our own."""

    def forward(
        _logger: object, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        if method in ("error", "exception", "critical"):
            _capture(capture, event.get("exc_info"))
        return event

    # First, because the next ones leave nothing of the exception but its name.
    structlog.configure(processors=[forward, *structlog.get_config()["processors"]])
    logging.getLogger().addHandler(_Forwarder(capture))


class _Forwarder(logging.Handler):
    """What others log (Django for pages, the queue for jobs); ours was forwarded before."""

    def __init__(self, capture: Capture) -> None:
        super().__init__(level=logging.ERROR)
        self._capture = capture

    def emit(self, record: logging.LogRecord) -> None:
        ours = isinstance(record.msg, dict)
        if not ours and not record.name.startswith("sentry_sdk"):
            _capture(self._capture, record.exc_info)


def _capture(capture: Capture, info: object) -> None:
    raised = sys.exc_info()[1] if info is True else info
    if isinstance(raised, tuple):
        raised = raised[1]
    if isinstance(raised, BaseException):
        capture(raised)


def scrub(event: Event, _hint: object = None) -> Event | None:
    """Only what may leave of an event; None, which drops it, if it has no shape that is known."""
    try:
        return _scrubbed(event)
    except (AttributeError, TypeError, ValueError, KeyError):
        return None


def _scrubbed(event: Mapping[str, Any]) -> Event:
    kept: Event = {
        key: event[key] for key in _PLAIN_KEYS if isinstance(event.get(key), str | int | float)
    }
    exceptions = (event.get("exception") or {}).get("values") or []
    if exceptions:
        kept["exception"] = {"values": [_exception(one) for one in exceptions]}
    words = {
        key: value
        for key, value in dict(event.get("tags") or {}).items()
        if _is_code_word(key) and _is_code_word(value)
    }
    if words:
        kept["tags"] = words
    return kept


def _exception(one: Mapping[str, Any]) -> Event:
    name = one.get("type")
    kept: Event = {"type": name if _is_name(name) else "Error"}
    if _is_name(one.get("module")):
        kept["module"] = one["module"]
    frames = (one.get("stacktrace") or {}).get("frames") or []
    ours = [frame for frame in map(_frame, frames) if frame is not None]
    if ours:
        kept["stacktrace"] = {"frames": ours}
    return kept


def _frame(frame: Mapping[str, Any]) -> Event | None:
    module = frame.get("module")
    if not _is_name(module) or str(module).partition(".")[0] != _OUR_PACKAGE:
        return None
    line, function = frame.get("lineno"), frame.get("function")
    return {
        "filename": f"{str(module).replace('.', '/')}.py",
        "module": module,
        "lineno": line if isinstance(line, int) else 0,
        "function": function if _is_name(function) else "",
        "in_app": True,
    }


def _is_name(text: object) -> bool:
    return isinstance(text, str) and len(text) <= _LONGEST and bool(_TYPE_NAME.fullmatch(text))


def _is_code_word(text: object) -> bool:
    return isinstance(text, str) and len(text) <= _LONGEST and bool(_CODE_WORD.fullmatch(text))
