"""Deleting deliveries that were done with long ago; the audit keeps what happened."""

from __future__ import annotations

import datetime as dt
from typing import Final

from rollcall.events.models import WebhookDelivery, WebhookSecret

KEEP: Final = dt.timedelta(days=30)
_BATCH: Final = 1_000
_MOST_BATCHES: Final = 20


def forget_deliveries(*, now: dt.datetime) -> int:
    """Delete what is older than is kept, in small steps, and secrets that sign no more."""
    reason = "retention is the installation's upkeep"
    WebhookSecret.objects.across_retailers(reason=reason).filter(expires_at__lt=now).delete()
    deliveries = WebhookDelivery.objects.across_retailers(reason=reason)
    old = deliveries.filter(finished_at__lt=now - KEEP)
    forgotten = 0
    for _ in range(_MOST_BATCHES):
        ids = list(old.order_by("finished_at").values_list("pk", flat=True)[:_BATCH])
        forgotten += deliveries.filter(pk__in=ids).delete()[0]
        if len(ids) < _BATCH:
            break
    return forgotten
