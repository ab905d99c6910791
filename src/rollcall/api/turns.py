"""Requests take turns in a process, in two lanes; whoever waits for a POS lets the next one go.

``rollcall serve`` answers look-ups and the rest in different processes; with one process for all,
both lanes are busy.

Threads that fight for the interpreter make every look-up slower, so one look-up at a time computes,
and beside it one other request. A look-up never waits for what another request does in the
database, and a request that waits for a POS gives its turn away until it goes on.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

#: Requests of one process that may wait at a time; the server has that many threads more than one.
SEATS: Final = 6

WsgiApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Lane:
    """A lock that goes to whoever came first: a plain one goes to whoever is quickest."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queue: deque[threading.Lock] = deque()
        self._is_taken = False

    def acquire(self) -> None:
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            place = threading.Lock()
            place.acquire()
            self._queue.append(place)
        place.acquire()  # until the one before hands it over

    def release(self) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._is_taken = False


#: Look-ups that must be quick; and everything else.
QUICK: Final = Lane()
USUAL: Final = Lane()

_seats = threading.BoundedSemaphore(SEATS)
_mine = threading.local()


def in_lane(lane: Lane, application: WsgiApplication) -> WsgiApplication:
    """Let one request at a time into a WSGI application."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI's
        with turn(lane):
            return application(environ, start_response)

    return answer


@contextmanager
def turn(lane: Lane) -> Iterator[None]:
    """Take a turn for the length of the block."""
    lane.acquire()
    _mine.lane = lane
    try:
        yield
    finally:
        _mine.lane = None
        lane.release()


@contextmanager
def waiting() -> Iterator[bool]:
    """Give the turn away for the length of the block; False: all seats are taken, do not wait."""
    if not _seats.acquire(blocking=False):
        yield False
        return
    lane: Lane | None = getattr(_mine, "lane", None)
    try:
        if lane is not None:
            lane.release()
        try:
            yield True
        finally:
            if lane is not None:
                lane.acquire()
    finally:
        _seats.release()
