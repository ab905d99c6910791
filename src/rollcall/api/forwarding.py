"""Requests that another group of processes answers: handed over a Unix socket, answer and all.

Look-ups must be quick, and whatever else happens in their process takes the interpreter from them.
So the processes that listen answer look-ups themselves and forward the rest; who waits for an
answer from behind waits for a socket, which costs nobody anything. The socket lies in a folder that
only this user can open, so what is told over it beside the request is believed.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import structlog

from rollcall.api import problems
from rollcall.api.answers import Answer, StartResponse, to_wsgi
from rollcall.api.problems import ProblemError
from rollcall.api.requests import SECOND

WsgiApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]

#: Requests of one process that may be behind at a time; the server has threads for them.
MOST_AT_ONCE: Final = 64
#: Who is connected, and that a look-up was counted and found nobody: told beside the request.
_PEER: Final = "X-Rollcall-Peer"
_SECOND: Final = "X-Rollcall-Second"
_TOLD: Final = frozenset({_PEER.upper(), _SECOND.upper()})
#: Of one connection, not of the message (RFC 9110 §7.6.1); and what the server adds itself.
_NOT_PASSED: Final = frozenset(
    {
        "CONNECTION",
        "KEEP-ALIVE",
        "PROXY-CONNECTION",
        "TE",
        "TRAILER",
        "TRANSFER-ENCODING",
        "UPGRADE",
        "EXPECT",
        "PROXY",
        "CONTENT-LENGTH",
    }
)
_SERVERS_OWN: Final = frozenset({"CONNECTION", "KEEP-ALIVE", "TRANSFER-ENCODING", "DATE", "SERVER"})
_BLOCK: Final = 65_536
_SHORT: Final = 1_000_000
_CONNECT_PATIENCE_S: Final = 10.0
_CONNECT_EVERY_S: Final = 0.05
#: No request takes longer; a process that hangs must not take a thread here for good.
_ANSWER_PATIENCE_S: Final = 120.0
_VISIBLE: Final = "".join(map(chr, range(0x21, 0x7F)))
_DIGITS: Final = re.compile(r"[0-9]{1,18}")
log = structlog.get_logger(__name__)

_seats = threading.BoundedSemaphore(MOST_AT_ONCE)


class ElsewhereError(Exception):
    """Raised by a handler that leaves its request to the processes behind."""


class _Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_ANSWER_PATIENCE_S)
        self._path = path

    def connect(self) -> None:
        """Wait for the socket a moment: the processes behind may just be starting again."""
        deadline = time.monotonic() + _CONNECT_PATIENCE_S
        while True:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.settimeout(_ANSWER_PATIENCE_S)
            try:
                self.sock.connect(self._path)
            except OSError:
                self.sock.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(_CONNECT_EVERY_S)
            else:
                return


def forwarder(path: str) -> WsgiApplication:
    """Return a WSGI application that has the processes at a Unix socket answer.

    Nothing is sent twice: whether a request whose answer was lost took effect is not known here.
    """

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if not _seats.acquire(blocking=False):
            return to_wsgi(_refusal("Too many requests wait; try again."), start_response)
        try:
            return _pass_back(_forward(path, environ), start_response)
        except (OSError, http.client.HTTPException) as error:
            log.warning("api.nobody_behind", exception=type(error).__name__)
            return to_wsgi(_refusal("Try again in a moment."), start_response)
        finally:
            _seats.release()

    return answer


def forwarded(application: WsgiApplication) -> WsgiApplication:
    """Believe what the forwarder tells beside a request; for an application behind it only."""

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = environ.pop(_variable(_PEER), "")
        environ[SECOND] = environ.pop(_variable(_SECOND), "") == "1"
        return application(environ, start_response)

    return answer


def _variable(header: str) -> str:
    return "HTTP_" + header.upper().replace("-", "_")


def _forward(path: str, environ: Mapping[str, Any]) -> http.client.HTTPResponse:
    connection = _Connection(path)
    try:
        connection.putrequest(
            environ["REQUEST_METHOD"], _target(environ), skip_host=True, skip_accept_encoding=True
        )
        for name, value in _headers(environ):
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders()
        _send_body(connection, environ)
        response = connection.getresponse()
    except BaseException:
        connection.close()
        raise
    if connection.sock is not None:
        connection.sock.close()  # for us; the answer is still read from it
    return response


def _target(environ: Mapping[str, Any]) -> str:
    # Quoted anew byte by byte: WSGI hands the path over decoded.
    path = quote(environ["PATH_INFO"].encode("latin-1"), safe="/!$&'()*+,;=:@~")
    # As it came; only what a request line must not hold (some clients send raw UTF-8) is quoted.
    query = quote(environ.get("QUERY_STRING", "").encode("latin-1"), safe=_VISIBLE)
    return f"{path}?{query}" if query else path


def _headers(environ: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for variable, value in environ.items():
        if variable.startswith("HTTP_"):
            name = variable.removeprefix("HTTP_").replace("_", "-")
            if name not in _NOT_PASSED and name not in _TOLD:
                yield name, value
    if environ.get("CONTENT_TYPE"):
        yield "Content-Type", environ["CONTENT_TYPE"]
    if environ.get("CONTENT_LENGTH"):
        yield "Content-Length", environ["CONTENT_LENGTH"]
    elif "HTTP_TRANSFER_ENCODING" in environ:
        yield "Transfer-Encoding", "chunked"
    yield "Connection", "close"
    yield _PEER, environ.get("REMOTE_ADDR", "")
    yield _SECOND, "1" if environ.get(SECOND) else "0"


def _send_body(connection: http.client.HTTPConnection, environ: Mapping[str, Any]) -> None:
    length = environ.get("CONTENT_LENGTH") or ""
    is_chunked = not length and "HTTP_TRANSFER_ENCODING" in environ
    try:
        for block in _blocks(environ["wsgi.input"], length, is_chunked=is_chunked):
            connection.send(b"%x\r\n%b\r\n" % (len(block), block) if is_chunked else block)
        if is_chunked:
            connection.send(b"0\r\n\r\n")
    except (BrokenPipeError, ConnectionResetError):
        return  # refused before all of it was read: the answer says why


def _blocks(body: Any, length: str, *, is_chunked: bool) -> Iterator[bytes]:  # noqa: ANN401 - WSGI's
    left = int(length) if _DIGITS.fullmatch(length) else 0
    while is_chunked or left > 0:
        block = body.read(_BLOCK if is_chunked else min(left, _BLOCK))
        if not block:
            return
        left -= len(block)
        yield block


def _pass_back(
    response: http.client.HTTPResponse, start_response: StartResponse
) -> Iterable[bytes]:
    headers = [
        (name, value) for name, value in response.getheaders() if name.upper() not in _SERVERS_OWN
    ]
    # What is short is read before anything is said: an answer that breaks off is none.
    begun = _begun(response)
    start_response(f"{response.status} {response.reason}", headers)
    if response.isclosed():
        return [begun]
    return _rest(begun, response)


def _begun(response: http.client.HTTPResponse) -> bytes:
    with contextlib.ExitStack() as on_error:
        on_error.callback(response.close)
        begun = response.read(_SHORT)
        if len(begun) < _SHORT and response.length:
            raise http.client.IncompleteRead(begun, response.length)
        on_error.pop_all()
    return begun


def _rest(begun: bytes, response: http.client.HTTPResponse) -> Iterator[bytes]:
    with response:
        yield begun
        while block := response.read(_BLOCK):
            yield block


def _refusal(detail: str) -> Answer:
    error = ProblemError(problems.UNAVAILABLE, detail, headers=(("Retry-After", "2"),))
    return error.problem.answer()
