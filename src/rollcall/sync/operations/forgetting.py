"""Runs that found nothing are forgotten after a while: there are hundreds a day."""

from __future__ import annotations

import datetime as dt
from typing import Final

from rollcall.kit.scope import Scope
from rollcall.sync.models import CustomerSync

KEPT_FOR: Final = dt.timedelta(days=14)


def forget_empty_runs(scope: Scope, *, connection_id: int, now: dt.datetime) -> int:
    """Delete old incremental runs of a connection that changed nothing; says how many.

    The audit keeps that they were; the metrics count on (``run_figures``).
    """
    runs = CustomerSync.objects.scoped(scope).filter(
        connection_id=connection_id,
        state=CustomerSync.State.FINISHED,
        full=False,
        finished_at__lt=now - KEPT_FOR,
        rows_new=0,
        rows_changed=0,
        rows_quarantined=0,
        records_merged=0,
        records_gone=0,
    )
    deleted, _ = runs.delete()
    return deleted
