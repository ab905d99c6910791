"""One call of a webhook: the only door to addresses that somebody typed in.

A plain socket, because everything about it matters: it goes to an address that was judged, follows
nothing, reads no more than the status of the answer, and ends in time whatever the other side does.
"""

from __future__ import annotations

import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from typing import Final

from django.conf import settings

from rollcall.events.rules.targets import (
    Target,
    TargetRefusedError,
    judge_addresses,
    judge_plain,
    parse_target,
)

#: Seconds for the whole call, and for looking a name up.
CALL_S: Final = 15.0
_LOOK_UP_S: Final = 5.0
_CONNECT_S: Final = 5.0
#: Bytes of an answer in which its status must stand.
_LARGEST_ANSWER: Final = 8_192
_MOST_ADDRESSES: Final = 4
_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?: [^\r\n]*)?\r?\n")
_INTERIM: Final = re.compile(rb"HTTP/1\.[01] 1[0-9][0-9].*?\r?\n\r?\n", re.DOTALL)


class CallError(Exception):
    """There was no answer; the code says why, without the other side's words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send JSON to an address; returns the status of the answer.

    Must not be called inside a transaction.

    :raises CallError: no connection, no answer in time, none that can be read, or an address that
        is not called.
    """
    deadline = time.monotonic() + CALL_S
    try:
        target = parse_target(url, opens_loopback=settings.WEBHOOKS_TO_LOOPBACK)
        addresses = _look_up(target)
        with _connect(target, addresses, deadline) as connection:
            connection.settimeout(_left(deadline))
            connection.sendall(_request(target, body, headers))
            return _read_status(connection, deadline)
    except TargetRefusedError as error:
        raise CallError(error.code) from None
    except (OSError, ValueError) as error:
        raise CallError(_code_of(error)) from None


def _look_up(target: Target) -> list[str]:
    """The addresses that the name has now; every one was judged."""
    answers: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()
    # The resolver knows no time limit of ours; who waits too long leaves it behind.
    threading.Thread(target=_resolve, args=(target, answers), daemon=True).start()
    try:
        found = answers.get(timeout=_LOOK_UP_S)
    except queue.Empty:
        raise TimeoutError from None
    judged = judge_addresses(found or [], opens_loopback=settings.WEBHOOKS_TO_LOOPBACK)
    if not target.is_https:
        judge_plain(judged)
    return judged


def _resolve(target: Target, answers: queue.SimpleQueue[list[str] | None]) -> None:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        answers.put([str(address[0]) for *_, address in found])
    except (OSError, UnicodeError):
        answers.put(None)


def _connect(target: Target, addresses: list[str], deadline: float) -> socket.socket:
    failed: OSError = TimeoutError()
    for address in addresses[:_MOST_ADDRESSES]:
        try:
            opened = socket.create_connection(
                (address, target.port), timeout=min(_CONNECT_S, _left(deadline))
            )
        except OSError as error:
            failed = error
            continue
        return _encrypt(opened, target, deadline) if target.is_https else opened
    raise failed


def _encrypt(opened: socket.socket, target: Target, deadline: float) -> ssl.SSLSocket:
    try:
        opened.settimeout(_left(deadline))
        context = ssl.create_default_context()
        # The certificate is the name's, wherever the name leads.
        return context.wrap_socket(opened, server_hostname=target.host)
    except BaseException:
        opened.close()
        raise


def _request(target: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"POST {target.path} HTTP/1.1",
        f"Host: {target.host_header}",
        "User-Agent: Rollcall-Webhooks/1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _read_status(connection: socket.socket, deadline: float) -> int:
    answer = b""
    received = 0
    while received < _LARGEST_ANSWER:
        connection.settimeout(_left(deadline))
        part = connection.recv(min(2_048, _LARGEST_ANSWER - received))
        received += len(part)
        answer = _INTERIM.sub(b"", answer + part)
        found = _STATUS.match(answer)
        if found is not None and not found[1].startswith(b"1"):
            return int(found[1])
        if not part:
            raise ConnectionResetError
    raise ValueError


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _code_of(error: Exception) -> str:
    match error:
        case ssl.SSLError():
            return "tls_failed"
        case TimeoutError():
            return "timed_out"
        case ConnectionRefusedError():
            return "refused"
        case ConnectionError():
            return "disconnected"
        case OSError():
            return "unreachable"
        case _:
            return "bad_answer"
