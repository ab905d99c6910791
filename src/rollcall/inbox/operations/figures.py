"""Counting calls without a statement for each, and waking workers likewise.

What happened is noted in memory; a thread writes it down a moment later and ends when there is
nothing more. A process that is killed loses the figures of that moment, and nothing else: events
are rows already, and the sweep finds those for which nobody was woken.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog
from django.db import Error as DatabaseError
from django.db import connection, transaction

from rollcall.embedded.errors import EmbeddedServerError
from rollcall.jobs import wake

log = structlog.get_logger()

#: How long notes are gathered, in seconds.
_GATHER_S: Final = 0.1
#: After a database that was away.
_AWAY_S: Final = 2.0

#: (retailer, connection, outcome); the first two are None of calls that came to no address.
Key = tuple[int | None, int | None, str]

_ADD: Final = """
insert into inbox_callfigures as held (retailer_id, connection_id, outcome, calls, seconds, last_at)
select %s, %s, %s, %s, %s, %s where exists (select from sync_posconnection where id = %s)
on conflict (retailer_id, connection_id, outcome) do update set
  calls = held.calls + excluded.calls, seconds = held.seconds + excluded.seconds,
  last_at = greatest(held.last_at, excluded.last_at)
"""
_ADD_STRAY: Final = """
insert into inbox_straycalls as held (reason, calls, last_at) values (%s, %s, %s)
on conflict (reason) do update set
  calls = held.calls + excluded.calls, last_at = greatest(held.last_at, excluded.last_at)
"""
_USED: Final = """
update inbox_inboxaddress set last_used_at = %s
 where id = %s and (last_used_at is null or last_used_at < %s)
"""


@dataclass(kw_only=True, slots=True)
class Figure:
    """What one outcome adds up to."""

    calls: int = 0
    seconds: float = 0.0
    last_at: dt.datetime

    def add(self, *, calls: int, seconds: float, at: dt.datetime) -> None:
        """Take in more of the same."""
        self.calls += calls
        self.seconds += seconds
        self.last_at = max(self.last_at, at)


def add_figures(figures: Mapping[Key, Figure]) -> None:
    """Add to the tables; always in the same order, so that nobody waits in a circle."""
    with connection.cursor() as cursor:
        for key in sorted(figures, key=lambda one: (one[1] or 0, one[2])):
            retailer_id, connection_id, outcome = key
            one = figures[key]
            if connection_id is None:
                cursor.execute(_ADD_STRAY, [outcome, one.calls, one.last_at])
                continue
            cursor.execute(
                _ADD,
                [
                    retailer_id, connection_id, outcome, one.calls, one.seconds, one.last_at,
                    connection_id,
                ],
            )  # fmt: skip


@dataclass(kw_only=True)
class _Notes:
    figures: dict[Key, Figure] = field(default_factory=dict)
    used: dict[int, dt.datetime] = field(default_factory=dict)
    to_wake: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.figures or self.used or self.to_wake)


class Notebook:
    """The notes of this process. Thread-safe."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, as after a fork: the parent writes its own notes down."""
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._notes = _Notes()
        self._is_writing = False

    def count(
        self, outcome: str, *, at: dt.datetime, whose: tuple[int | None, int | None] = (None, None)
    ) -> None:
        """Note a call.

        :param whose: retailer and connection.
        """
        with self._lock:
            key = (*whose, outcome)
            figure = self._notes.figures.setdefault(key, Figure(last_at=at))
            figure.add(calls=1, seconds=0.0, at=at)
            self._begin()

    def use(self, address_id: int, *, at: dt.datetime) -> None:
        """Note that an address was called."""
        with self._lock:
            self._notes.used[address_id] = at
            self._begin()

    def wake(self, connection_id: int) -> None:
        """Have a worker look for events of a connection soon."""
        with self._lock:
            self._notes.to_wake.add(connection_id)
            self._begin()

    def settle(self, timeout_s: float = 10.0) -> bool:
        """Wait until everything is written down; False if that takes longer."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._is_writing, timeout_s)

    def _begin(self) -> None:
        if not self._is_writing:
            self._is_writing = True
            threading.Thread(target=self._work, name="inbox notes", daemon=True).start()

    def _work(self) -> None:
        try:
            while True:
                time.sleep(_GATHER_S)
                with self._lock:
                    taken, self._notes = self._notes, _Notes()
                    if not taken:
                        self._is_writing = False
                        self._idle.notify_all()
                        return
                self._write(taken)
        finally:
            connection.close()

    def _write(self, taken: _Notes) -> None:
        try:
            # Workers first: they have something to do.
            for connection_id in sorted(taken.to_wake):
                wake("inbox.drain", connection_id=connection_id)
            taken.to_wake.clear()
            with transaction.atomic(), connection.cursor() as cursor:
                for address_id, at in sorted(taken.used.items()):
                    cursor.execute(_USED, [at, address_id, at])
                add_figures(taken.figures)
        except (DatabaseError, EmbeddedServerError) as error:
            log.warning("inbox.notes.not_kept", error=type(error).__name__)
            connection.close()
            time.sleep(_AWAY_S)
            self._put_back(taken)
        except Exception:
            # These notes are lost; the thread must not be, or nothing would be noted any more.
            log.exception("inbox.notes.failed")

    def _put_back(self, taken: _Notes) -> None:
        with self._lock:
            for key, one in taken.figures.items():
                held = self._notes.figures.setdefault(key, Figure(last_at=one.last_at))
                held.add(calls=one.calls, seconds=one.seconds, at=one.last_at)
            self._notes.used = {**taken.used, **self._notes.used}
            self._notes.to_wake |= taken.to_wake


def sum_figures(
    whose: tuple[int, int], done: Mapping[str, list[float]], *, at: dt.datetime
) -> dict[Key, Figure]:
    """Return figures of events that a worker is done with: outcome → seconds of each."""
    figures: dict[Key, Figure] = defaultdict(lambda: Figure(last_at=at))
    for outcome, seconds in done.items():
        key = (*whose, f"done_{outcome}")
        figures[key].add(calls=len(seconds), seconds=sum(seconds), at=at)
    return dict(figures)


#: The one of this process.
notebook: Final = Notebook()

os.register_at_fork(after_in_child=notebook.forget)
