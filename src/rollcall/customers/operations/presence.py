"""Records that the POS no longer has, and records that are there again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rollcall.audit import operations as audit
from rollcall.customers.models import PosRecord
from rollcall.customers.watching import tell_of_absence
from rollcall.kit.scope import Scope


def mark_gone(scope: Scope, record_ids: Sequence[int], *, now: dt.datetime) -> int:
    """Note that the POS has these records no longer; their values stay, marked as history.

    Idempotent; returns how many were there until now. Call it inside a transaction.
    """
    alive = PosRecord.objects.scoped(scope).filter(pk__in=record_ids, gone_at__isnull=True)
    going = list(alive.values_list("pk", flat=True))
    if going:
        PosRecord.objects.scoped(scope).filter(pk__in=going).update(gone_at=now)
        audit.record(scope, "record.gone", subject_kind="record", subject_ids=going)
        tell_of_absence(scope, going)
    return len(going)


def mark_back(scope: Scope, record_ids: Sequence[int]) -> int:
    """Note that the POS has these records again, unchanged. Idempotent."""
    gone = PosRecord.objects.scoped(scope).filter(pk__in=record_ids, gone_at__isnull=False)
    back = list(gone.values_list("pk", flat=True))
    if back:
        PosRecord.objects.scoped(scope).filter(pk__in=back).update(gone_at=None)
        audit.record(scope, "record.back", subject_kind="record", subject_ids=back)
    return len(back)
