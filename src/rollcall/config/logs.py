"""Structured logs on standard error: events with ids, no sentences, no people."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from rollcall.config import environment

#: Keys that may carry a person's values or a secret; they are cut whatever anybody logs.
_SENSITIVE = frozenset(
    [
        "address",
        "apikey",
        "api_key",
        "authorization",
        "born_on",
        "birthday",
        "body",
        "city",
        "client_id",
        "client_secret",
        "cookie",
        "dob",
        "email",
        "family_name",
        "first_name",
        "given_name",
        "last_name",
        "licence",
        "license",
        "medical_id",
        "name",
        "notes",
        "params",
        "password",
        "payload",
        "phone",
        "query",
        "query_string",
        "raw",
        "secret",
        "street",
        "token",
        "url",
        "zip",
    ]
)


def redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Cut values under sensitive keys."""
    for key in event.keys() & _SENSITIVE:
        event[key] = "[redacted]"
    return event


def trace_without_values(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Say what was raised and where, but not its message: a database puts people's values there."""
    info = event.pop("exc_info", None)
    raised = sys.exc_info()[1] if info is True else info
    if isinstance(raised, tuple):
        raised = raised[1]
    if isinstance(raised, BaseException):
        event["exception"] = type(raised).__name__
        event["where"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(raised.__traceback__)[-12:]
        ]
    return event


def configure_logs() -> None:
    """Send structlog and the standard library's loggers to standard error.

    JSON lines, or readable lines with ``ROLLCALL_LOG=text`` and on a terminal.
    """
    level = getattr(logging, environment.text("ROLLCALL_LOG_LEVEL", "INFO").upper(), logging.INFO)
    style = environment.text("ROLLCALL_LOG") or ("text" if sys.stderr.isatty() else "json")
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        trace_without_values,
        redact,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # httpx logs whole addresses; a POS address may hold a phone number.
    for name in ("httpx", "httpcore", "procrastinate", "django.request", "django.security"):
        logging.getLogger(name).setLevel(logging.WARNING)
