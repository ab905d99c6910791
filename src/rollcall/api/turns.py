"""Requests take turns in a process; whoever waits for something else lets the next one go.

One thread at a time computes: threads that fight for the interpreter make every look-up slower. A
request that waits for a POS gives its turn away until it goes on, so that it costs others nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

#: Requests of one process that may wait at a time; the server has that many threads more than one.
SEATS: Final = 12

_turn = threading.Lock()
_seats = threading.BoundedSemaphore(SEATS)
_mine = threading.local()

WsgiApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]


def in_turns(application: WsgiApplication) -> WsgiApplication:
    """Let one request at a time into a WSGI application."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI's
        with _turn:
            _mine.has_turn = True
            try:
                return application(environ, start_response)
            finally:
                _mine.has_turn = False

    return answer


@contextmanager
def waiting() -> Iterator[bool]:
    """Give the turn away for the length of the block; False: all seats are taken, do not wait."""
    if not _seats.acquire(blocking=False):
        yield False
        return
    has_turn = getattr(_mine, "has_turn", False)
    try:
        if has_turn:
            _turn.release()
        try:
            yield True
        finally:
            if has_turn:
                _turn.acquire()
    finally:
        _seats.release()
