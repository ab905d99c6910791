"""What waits to be compared with the other records."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Min, Q

from rollcall.identity.models import PendingMatch
from rollcall.kit.scope import Scope

#: How long a record may wait; a first sync of everybody takes minutes.
LATE: Final = dt.timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Records that wait.

    :param records: that are to be compared as soon as a worker comes to them.
    :param late: how many of these have waited for longer than ``LATE``.
    :param set_aside: that could not be compared; they are tried again every hour.
    """

    records: int
    late: int
    set_aside: int
    oldest: dt.datetime | None


def count_waiting(scope: Scope, *, now: dt.datetime) -> Waiting:
    """Count what waits to be compared."""
    due = Q(not_before__isnull=True)
    counted = PendingMatch.objects.scoped(scope).aggregate(
        records=Count("pk", filter=due),
        late=Count("pk", filter=due & Q(noted_at__lt=now - LATE)),
        set_aside=Count("pk", filter=~due),
        oldest=Min("noted_at", filter=due),
    )
    return Waiting(**counted)
