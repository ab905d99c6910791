"""How long requests to POS systems take: counted in each process, added up in PostgreSQL.

Workers serve no pages, so nobody could scrape them; the table gives the same figures to whoever is
asked. A process that is killed loses the few seconds that it had not handed on.
"""

from __future__ import annotations

import bisect
import threading
import time
from dataclasses import dataclass, field
from typing import Final

import structlog
from django.db import Error as DatabaseError
from django.db import connection

from rollcall.embedded.errors import EmbeddedServerError

log = structlog.get_logger()

#: Upper ends of the buckets, in seconds; whatever is longer goes into one more.
CALL_BUCKETS_S: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_FLUSH_EVERY_S: Final = 5.0
#: Series that one process hands on: outcomes come from outside, and labels must stay few.
_MOST_SERIES: Final = 2_000
_LONGEST_OUTCOME: Final = 40
_LONGEST_OPERATION: Final = 200

_ADD: Final = """
insert into sync_callfigures as held (kind, operation, outcome, buckets, seconds)
select %s, %s, %s, %s, %s from set_config('synchronous_commit', 'off', true)
on conflict (kind, operation, outcome) do update set
  seconds = held.seconds + excluded.seconds,
  buckets = (select array_agg(old + new order by place)
               from unnest(held.buckets, excluded.buckets)
                    with ordinality as pairs(old, new, place))
"""


@dataclass(kw_only=True, slots=True)
class _Series:
    buckets: list[int] = field(default_factory=lambda: [0] * (len(CALL_BUCKETS_S) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        self.buckets[bisect.bisect_left(CALL_BUCKETS_S, seconds)] += 1
        self.seconds += seconds

    def join(self, other: _Series) -> None:
        pairs = zip(self.buckets, other.buckets, strict=True)
        self.buckets = [mine + others for mine, others in pairs]
        self.seconds += other.seconds


class CallCounter:
    """Counts the requests of this process; all its clients share one. Thread-safe."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, str, str], _Series] = {}
        self._lock = threading.Lock()
        self._flushed_at = time.monotonic()

    def observe(self, *, kind: str, operation: str, outcome: str, seconds: float) -> None:
        """Note one request; hand on what was noted every few seconds."""
        key = (kind, operation[:_LONGEST_OPERATION], outcome[:_LONGEST_OUTCOME])
        with self._lock:
            if key not in self._series and len(self._series) >= _MOST_SERIES:
                key = (kind, "other", "other")
            self._series.setdefault(key, _Series()).add(seconds)
        if time.monotonic() - self._flushed_at >= _FLUSH_EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Add what was noted to the table; kept for later if the database is away."""
        if connection.in_atomic_block:
            return  # a transaction that is taken back must not take figures with it
        with self._lock:
            taken, self._series = self._series, {}
            self._flushed_at = time.monotonic()
        for key in sorted(taken):
            series = taken.pop(key)
            try:
                with connection.cursor() as cursor:
                    cursor.execute(_ADD, [*key, series.buckets, series.seconds])
            except (DatabaseError, EmbeddedServerError) as error:
                log.warning("pos.figures.not_kept", error=type(error).__name__)
                self._put_back({**taken, key: series})
                return

    def _put_back(self, left: dict[tuple[str, str, str], _Series]) -> None:
        with self._lock:
            for key, series in left.items():
                self._series.setdefault(key, _Series()).join(series)


#: The one of this process.
call_counter: Final = CallCounter()
