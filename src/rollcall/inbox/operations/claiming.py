"""Which events a worker has: claims run out, so that nothing is lost with whoever dies."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from rollcall.inbox.models import InboxEvent
from rollcall.inbox.queries import due_events
from rollcall.kit.scope import Scope

State = InboxEvent.State

BATCH: Final = 100
#: Of one customer, that one look at the POS settles.
_MOST_JOINED: Final = 1_000


def claim_for() -> dt.timedelta:
    """Return how long a claim lives; it is renewed before each call to a POS."""
    return dt.timedelta(seconds=3 * settings.LEASE_SECONDS)


def claim_batch(
    scope: Scope, connection_id: int, *, now: dt.datetime, limit: int = BATCH
) -> list[InboxEvent]:
    """Claim events that are due, the oldest first; call it outside of any transaction."""
    due = due_events(now).filter(retailer_id=scope.retailer_id, connection_id=connection_id)
    return _claim(scope, due, uuid.uuid4(), now=now, limit=limit)


def join_waiting(
    scope: Scope, event: InboxEvent, held: Sequence[InboxEvent], *, now: dt.datetime
) -> list[InboxEvent]:
    """Claim, too, what else waits for the same customer; renew the claim of what is held.

    :param held: all events of the worker's claim that are not done yet.
    """
    own(scope, held).update(claimed_until=now + claim_for())
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    others = (
        InboxEvent.objects.scoped(scope)
        .filter(free, connection_id=event.connection_id, external_id=event.external_id)
        .filter(state=State.RECEIVED)
    )
    claim = event.claim or uuid.uuid4()
    return _claim(scope, others, claim, now=now, limit=_MOST_JOINED)


def own(scope: Scope, events: Sequence[InboxEvent]) -> QuerySet[InboxEvent]:
    """Those of the events that are still the claim's; others have taken the rest over."""
    return InboxEvent.objects.scoped(scope).filter(
        pk__in=[event.pk for event in events],
        claim__in={event.claim for event in events},
        state=State.RECEIVED,
    )


def lock_own(scope: Scope, events: Sequence[InboxEvent]) -> list[InboxEvent]:
    """Lock what is still ours, within a transaction; the others are left out."""
    rows = own(scope, events).order_by("id").select_for_update().values_list("pk", flat=True)
    mine = set(rows)
    return [event for event in events if event.pk in mine]


def _claim(
    scope: Scope, rows: QuerySet[InboxEvent], claim: uuid.UUID, *, now: dt.datetime, limit: int
) -> list[InboxEvent]:
    with transaction.atomic():
        locked = rows.order_by("id").select_for_update(skip_locked=True, of=("self",))
        ids = list(locked.values_list("pk", flat=True)[:limit])
        mine = InboxEvent.objects.scoped(scope).filter(pk__in=ids)
        mine.update(claim=claim, claimed_until=now + claim_for(), attempts=F("attempts") + 1)
        return list(mine.order_by("id"))
