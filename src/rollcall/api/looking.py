"""Waiting a moment for what workers do, for callers who would like to know how it ends.

Many may wait in a process; one thread looks for all of them, in its turn, with one statement.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import psycopg
from django.db import Error as DatabaseError

from rollcall.api import database
from rollcall.api.turns import SEATS, USUAL, turn, waiting

_LOOK_EVERY_S: Final = 0.05


@dataclass(eq=False, kw_only=True)
class _Waiter:
    ids: set[int]
    told: threading.Event = field(default_factory=threading.Event)


class Looker:
    """Looks for the ends of rows of one table.

    :param statement: returns the ids among ``%(ids)s`` (a JSON list) that have told what they had
        to tell.
    :param name: of the thread.
    :param most: how many may wait at a time, so that seats are left for who waits for other things.
    """

    def __init__(self, statement: str, *, name: str, most: int = SEATS) -> None:
        self._statement = statement
        self._places = threading.BoundedSemaphore(most)
        self._name = name
        self._waiters: set[_Waiter] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def wait(self, ids: Collection[int], *, timeout_s: float) -> None:
        """Return when each row has told, or time is up; at once if too many wait already.

        Never inside a transaction. Other requests of this process go on meanwhile.
        """
        if not ids or not self._places.acquire(blocking=False):
            return
        try:
            with waiting() as may_wait:
                if may_wait:
                    self._wait(_Waiter(ids=set(ids)), timeout_s)
        finally:
            self._places.release()

    def _wait(self, waiter: _Waiter, timeout_s: float) -> None:
        with self._lock:
            self._waiters.add(waiter)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look, name=self._name, daemon=True)
                self._thread.start()
        waiter.told.wait(timeout_s)
        with self._lock:
            self._waiters.discard(waiter)

    def _look(self) -> None:
        """Look until nobody waits any more."""
        while True:
            time.sleep(_LOOK_EVERY_S)
            with self._lock:
                if not self._waiters:
                    self._thread = None
                    return
                present = list(self._waiters)
            # A database that is away for a moment is asked again; whoever waits has a time limit.
            with contextlib.suppress(psycopg.Error, DatabaseError):
                self._tell(present)

    def _tell(self, waiters: Sequence[_Waiter]) -> None:
        wanted = {one for waiter in waiters for one in waiter.ids}
        listed = "[" + ",".join(map(str, sorted(wanted))) + "]"
        with turn(USUAL):
            told = {row[0] for row in database.execute(self._statement, {"ids": listed})}
        for waiter in waiters:
            waiter.ids -= told
            if not waiter.ids:
                waiter.told.set()
