"""Deleting the bodies of calls that are done with; that they came, and how it ended, stays."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.conf import settings

from rollcall.inbox.models import InboxEvent

#: Unless ``INBOX_KEEP_DAYS`` says otherwise.
KEEP_DAYS: Final = 30
_BATCH: Final = 1_000
_MOST_BATCHES: Final = 50


def keep_for() -> dt.timedelta:
    """Return how long the body of a processed call is kept."""
    return dt.timedelta(days=int(getattr(settings, "INBOX_KEEP_DAYS", KEEP_DAYS)))


def forget_bodies(*, now: dt.datetime) -> int:
    """Delete what was done with long enough ago, in small steps; returns how many bodies."""
    events = InboxEvent.objects.across_retailers(reason="retention is the installation's upkeep")
    old = events.filter(sealed_body__isnull=False, processed_at__lt=now - keep_for())
    forgotten = 0
    for _ in range(_MOST_BATCHES):
        ids = list(old.order_by("processed_at").values_list("pk", flat=True)[:_BATCH])
        forgotten += events.filter(pk__in=ids).update(sealed_body=None)
        if len(ids) < _BATCH:
            break
    return forgotten
