"""Who works at the moment, as the queue's heartbeats tell."""

from __future__ import annotations

from django.db import connection


def count_live_workers(*, within_s: float = 40.0) -> int:
    """Workers that gave a sign of life within so many seconds (they give one every ten)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from procrastinate_workers"
            " where last_heartbeat > now() - %s * interval '1 second'",
            [within_s],
        )
        count: int = cursor.fetchone()[0]
    return count
