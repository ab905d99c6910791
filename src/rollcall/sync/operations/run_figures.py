"""What ended runs add up to, for the metrics: counters never go back, whatever is tidied up."""

from __future__ import annotations

import bisect
import datetime as dt
from typing import Final

from django.db.models import F

from rollcall.kit.scope import Scope
from rollcall.sync.models import CustomerSync, RunFigures

#: Upper ends of the buckets, in seconds; whatever is longer goes into one more.
RUN_BUCKETS_S: Final = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 43_200.0)
_COUNTS: Final = ("rows_new", "rows_changed", "rows_unchanged", "rows_quarantined")


def count_run(scope: Scope, run: CustomerSync, *, finished: bool, now: dt.datetime) -> None:
    """Add a run that ends, in the transaction that ends it."""
    read = CustomerSync.objects.scoped(scope).filter(pk=run.pk).values("started_at", *_COUNTS).get()
    rows = RunFigures.objects.scoped(scope)
    held, _ = rows.select_for_update().get_or_create(
        connection_id=run.connection_id,
        defaults={
            "retailer_id": scope.retailer_id,
            "buckets": [0] * (len(RUN_BUCKETS_S) + 1),
        },
    )
    started = read.pop("started_at") or now
    seconds = max((now - started).total_seconds(), 0.0)
    held.buckets[bisect.bisect_left(RUN_BUCKETS_S, seconds)] += 1
    rows.filter(pk=held.pk).update(
        finished=F("finished") + int(finished),
        failed=F("failed") + int(not finished),
        buckets=held.buckets,
        seconds=F("seconds") + seconds,
        **{name: F(name) + count for name, count in read.items()},
    )
