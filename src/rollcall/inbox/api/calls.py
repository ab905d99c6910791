"""The address that POS systems call: straight from WSGI, like the kiosk's hot reads.

No session, cookie or CSRF token is known here; the secret part of the address, and what the POS
sends beside it, decide. Whatever is refused gets the same body. The address is a secret: it goes
into no log, and nothing that Django does sees it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from rollcall.api.turns import USUAL, turn
from rollcall.embedded.errors import EmbeddedServerError
from rollcall.inbox.operations.receiving import (
    Call,
    CallRefusedError,
    Refusal,
    receive,
    receive_from_known,
)
from rollcall.inbox.rules.addresses import PREFIX, split_path
from rollcall.kit.clock import utc_now

WsgiApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]
StartResponse = Callable[[str, list[tuple[str, str]]], object]

#: Bytes of a body, unless ``INBOX_LARGEST_BODY`` says otherwise; a customer has a few thousand.
LARGEST_BODY: Final = 1_000_000
_BLOCK: Final = 65_536
_LOST: Final = (OperationalError, InterfaceError, EmbeddedServerError)
_TAKEN: Final = b'{"status":"received"}'
_REFUSED: Final = b'{"title":"The call was not taken"}'
_STATUS: Final[Mapping[Refusal, HTTPStatus]] = {
    Refusal.UNKNOWN_ADDRESS: HTTPStatus.NOT_FOUND,
    Refusal.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Refusal.UNSUPPORTED_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Refusal.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Refusal.MALFORMED: HTTPStatus.BAD_REQUEST,
    Refusal.NOT_READY: HTTPStatus.SERVICE_UNAVAILABLE,
    Refusal.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
}
log = structlog.get_logger()


def hooks(application: WsgiApplication) -> WsgiApplication:
    """Put the address before a WSGI application."""

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(PREFIX):
            return application(environ, start_response)
        status = _answer(environ)
        body = _TAKEN if status is HTTPStatus.OK else _REFUSED
        start_response(f"{status.value} {status.phrase}", _headers(status, body))
        return [body]

    return answer


def _headers(status: HTTPStatus, body: bytes) -> list[tuple[str, str]]:
    plain = status is HTTPStatus.OK
    headers = [
        ("Content-Type", "application/json" if plain else "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("Allow", "POST"))
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("Retry-After", "5"))
    return headers


def _answer(environ: Mapping[str, Any]) -> HTTPStatus:
    if environ["REQUEST_METHOD"] != "POST":
        return HTTPStatus.METHOD_NOT_ALLOWED
    kind, token, topic = split_path(environ["PATH_INFO"])
    body = _Body(environ)
    call = Call(
        kind=kind, token=token, topic=topic, headers=_headers_of(environ), read_body=body.read
    )
    try:
        return _taken(call, now=utc_now())
    except CallRefusedError as error:
        return _STATUS[error.refusal]
    except _LOST as error:
        log.warning("inbox.database_lost", exception=type(error).__name__)
        return HTTPStatus.SERVICE_UNAVAILABLE
    except Exception:
        # The last place where it can become an answer; the POS may come again.
        log.exception("inbox.failed")
        return HTTPStatus.INTERNAL_SERVER_ERROR


def _taken(call: Call, *, now: dt.datetime) -> HTTPStatus:
    if receive_from_known(call, now=now):
        return HTTPStatus.OK
    with turn(USUAL):
        return _received(call, now=now)


def _received(call: Call, *, now: dt.datetime) -> HTTPStatus:
    try:
        receive(call, now=now)
    except _LOST:
        # Whether the connection still stands is not asked beforehand: nearly always it does. If the
        # row was committed after all, it is there twice, and that does no harm.
        connection.close()
        receive(call, now=now)
    return HTTPStatus.OK


def _headers_of(environ: Mapping[str, Any]) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") and isinstance(value, str)
    }
    headers["content-type"] = environ.get("CONTENT_TYPE") or ""
    return headers


class _Body:
    """A body that is read once, and not at all if it says beforehand that it is no good.

    What was wrong is wrong whenever it is asked for again.
    """

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._environ = environ
        self._content: bytes | None = None
        self._refusal: Refusal | None = None

    def read(self) -> bytes:
        """Return the whole body.

        :raises CallRefusedError: too large, cut off, compressed, or declared as something else.
        """
        if self._refusal is not None:
            raise CallRefusedError(self._refusal)
        if self._content is None:
            try:
                _refuse_other_types(self._environ)
                self._content = self._read(_length_of(self._environ))
            except CallRefusedError as error:
                self._refusal = error.refusal
                raise
        return self._content

    def _read(self, length: int | None) -> bytes:
        most = largest_body() if length is None else length
        blocks: list[bytes] = []
        left = most + (length is None)
        try:
            while left > 0 and (block := self._environ["wsgi.input"].read(min(_BLOCK, left))):
                blocks.append(bytes(block))
                left -= len(block)
        except (OSError, ValueError, RuntimeError):
            raise CallRefusedError(Refusal.MALFORMED) from None
        content = b"".join(blocks)
        if len(content) > most:
            raise CallRefusedError(Refusal.TOO_LARGE)
        if length is not None and len(content) != length:
            raise CallRefusedError(Refusal.MALFORMED)
        return content


def largest_body() -> int:
    """Bytes that a body may have."""
    return int(getattr(settings, "INBOX_LARGEST_BODY", LARGEST_BODY))


def _length_of(environ: Mapping[str, Any]) -> int | None:
    """Return what the call says; None of one in chunks, whose end the server tells."""
    text = environ.get("CONTENT_LENGTH") or ""
    if not text:
        return None if environ.get("wsgi.input_terminated") else 0
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise CallRefusedError(Refusal.MALFORMED)
    if int(text) > largest_body():
        raise CallRefusedError(Refusal.TOO_LARGE)
    return int(text)


def _refuse_other_types(environ: Mapping[str, Any]) -> None:
    """Refuse what is not plain JSON; nothing is ever unpacked, so no bomb can go off."""
    media, _, options = (environ.get("CONTENT_TYPE") or "").lower().partition(";")
    charset = options.partition("charset=")[2].strip().strip('"')
    is_json = media.strip() in ("", "application/json", "text/json") or media.strip().endswith(
        "+json"
    )
    packed = (environ.get("HTTP_CONTENT_ENCODING") or "identity").strip().lower() != "identity"
    if packed or not is_json or charset not in ("", "utf-8", "utf8"):
        raise CallRefusedError(Refusal.UNSUPPORTED_TYPE)
