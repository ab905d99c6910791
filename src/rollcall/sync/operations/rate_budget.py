"""A rate limit that all processes using one credential share, in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from rollcall.jobs import pause


class NetworkInTransactionError(RuntimeError):
    """A bug: commit first, then talk to the world."""


@dataclass(frozen=True, kw_only=True)
class SharedRateLimiter:
    """Spaces requests evenly over all processes.

    :param key: names the credential without telling it (a keyed hash).
    :param burst: requests that may go out at once after a pause.
    """

    key: str
    requests_per_second: float
    burst: int = 4

    def acquire(self) -> None:
        """Book the next free moment and sleep until it comes.

        :raises NetworkInTransactionError: a transaction is open; a POS must never hold one up.
        """
        if connection.in_atomic_block:
            raise NetworkInTransactionError("a POS was about to be called inside a transaction")
        step = 1.0 / self.requests_per_second
        with connection.cursor() as cursor:
            # Losing a booking in a crash only means one early request, so no wait for the disk.
            cursor.execute(
                "insert into sync_ratebudget as budget (key, next_at)"
                " select %(key)s, clock_timestamp() - %(slack)s * interval '1 second'"
                " from set_config('synchronous_commit', 'off', true)"
                " on conflict (key) do update set next_at = %(step)s * interval '1 second'"
                " + greatest(budget.next_at,"
                " clock_timestamp() - %(slack)s * interval '1 second')"
                " returning extract(epoch from next_at - clock_timestamp())::float8",
                {"key": self.key, "step": step, "slack": step * self.burst},
            )
            wait = cursor.fetchone()[0]
        if wait > 0:
            pause(wait)
