"""Deleting what kiosks asked for long ago: what was typed with it is nobody's business any more."""

from __future__ import annotations

import datetime as dt
from typing import Final

from rollcall.orders.models import OrderWrite

#: The order itself stays, as its POS holds it.
KEPT: Final = dt.timedelta(days=30)
_AT_ONCE: Final = 500
_REASON: Final = "the worker serves all retailers"


def forget_writes(*, now: dt.datetime) -> int:
    """Delete what is over since a month, mails with it; returns how many, at most five hundred."""
    rows = OrderWrite.objects.across_retailers(reason=_REASON).filter(closed_at__lt=now - KEPT)
    old = list(rows.order_by("closed_at").values_list("pk", flat=True)[:_AT_ONCE])
    if old:
        rows.filter(pk__in=old).delete()
    return len(old)
