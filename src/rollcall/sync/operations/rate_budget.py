"""A rate limit that all processes using one credential share, in PostgreSQL."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Final

from django.db import connection

from rollcall.jobs import pause

#: Where a limit is as high as none, slots are booked some seconds at a time: a statement for each
#: request would cost more than the request. At real limits a slot is one request.
_BLOCK_S: Final = 0.02
_MOST_SLOTS: Final = 16


class NetworkInTransactionError(RuntimeError):
    """A bug: commit first, then talk to the world."""


@dataclass(kw_only=True)
class SharedRateLimiter:
    """Spaces requests evenly over all processes; who is waited for goes first. Not thread-safe.

    Interactive callers book the next slot, whatever syncs wait. Syncs book nothing in advance: they
    take a slot only when it has come, so an interactive caller waits for one slot at most, and for
    those that other interactive callers have booked.

    :param key: names the credential without telling it (a keyed hash).
    :param burst: requests that may go out at once after a pause.
    """

    key: str
    requests_per_second: float
    burst: int = 4
    interactive: bool = False
    _left: int = field(default=0, init=False)
    _left_until: float = field(default=0.0, init=False)

    def acquire(self) -> None:
        """Sleep until one more request may go out.

        :raises NetworkInTransactionError: a transaction is open; a POS must never hold one up.
        """
        if connection.in_atomic_block:
            raise NetworkInTransactionError("a POS was about to be called inside a transaction")
        if self._left and time.monotonic() < self._left_until:
            self._left -= 1
            return
        self._wait_for_slots()
        self._left = self._slots - 1
        self._left_until = time.monotonic() + _BLOCK_S

    @property
    def _slots(self) -> int:
        """How many requests are booked together."""
        return max(1, min(_MOST_SLOTS, int(self.requests_per_second * _BLOCK_S / 4)))

    def _wait_for_slots(self) -> None:
        if self.interactive:
            wait = self._take(in_advance=True) or 0.0
            if wait > 0:
                pause(wait)
            return
        while self._take(in_advance=False) is None:
            # Not all at the same moment; what that loses, the burst gives back.
            pause(self._until_next() + random.uniform(0, self._step / 4))  # noqa: S311

    @property
    def _step(self) -> float:
        return 1.0 / self.requests_per_second

    def _take(self, *, in_advance: bool) -> float | None:
        """Take a slot; returns seconds until it comes, None if there is none yet."""
        with connection.cursor() as cursor:
            # Losing a booking in a crash only means one early request, so no wait for the disk.
            cursor.execute(
                "insert into sync_ratebudget as budget (key, next_at)"
                " select %(key)s, clock_timestamp() - %(slack)s * interval '1 second'"
                " from set_config('synchronous_commit', 'off', true)"
                " on conflict (key) do update set next_at = %(slots)s * %(step)s"
                " * interval '1 second'"
                " + greatest(budget.next_at,"
                " clock_timestamp() - %(slack)s * interval '1 second')"
                " where %(in_advance)s"
                " or budget.next_at + %(step)s * interval '1 second' <= clock_timestamp()"
                " returning extract(epoch from next_at - clock_timestamp())::float8",
                {
                    "key": self.key,
                    "step": self._step,
                    "slots": self._slots,
                    "slack": self._step * self.burst,
                    "in_advance": in_advance,
                },
            )
            row = cursor.fetchone()
        return None if row is None else float(row[0])

    def _until_next(self) -> float:
        with connection.cursor() as cursor:
            cursor.execute(
                "select extract(epoch from next_at - clock_timestamp())::float8"
                " from sync_ratebudget where key = %s",
                [self.key],
            )
            row = cursor.fetchone()
        return 0.0 if row is None else max(0.0, float(row[0]) + self._step)
