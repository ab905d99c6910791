"""Which entry is sent next: one at a time for each person, and only one sender for each."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import IntegrityError, connection, transaction

from rollcall.kit.scope import Scope
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry

#: Longer than all calls of one write may take together.
CLAIM: Final = dt.timedelta(seconds=120)
_TRIES: Final = 5

_NEXT: Final = """
update outbox_outboxentry claimed
   set state = 'sending', claimed_until = %(until)s, attempts = attempts + 1, claim = claim + 1
 where id = (
    select entry.id from outbox_outboxentry entry
     where entry.retailer_id = %(retailer)s and entry.connection_id = %(connection)s
       and (entry.state = 'queued' and entry.not_before <= %(now)s
            or entry.state = 'sending' and entry.claimed_until < %(now)s)
       and not exists (
          select from outbox_outboxentry other
           where other.retailer_id = entry.retailer_id
             and other.customer_id = entry.customer_id
             and other.connection_id = entry.connection_id and other.id <> entry.id
             and (other.state = 'sending'
                  or other.intent = 'create' and other.id < entry.id
                     and other.state in ('held', 'queued', 'refused', 'dead')))
     order by entry.not_before, entry.id
     limit 1 for update skip locked)
 returning id
"""


def claim_next(scope: Scope, connection_id: int, *, now: dt.datetime) -> OutboxEntry | None:
    """Claim the entry that is due first; None if there is none that may be sent now.

    An entry whose sender died (its claim ran out) is claimed again.
    """
    if not may_send(scope, connection_id, now=now):
        return None
    for _ in range(_TRIES):
        try:
            entry_id = _claim(scope, connection_id, now)
        except IntegrityError:
            # Another sender took an entry of the same person at this very moment: the next one.
            continue
        if entry_id is None:
            return None
        entries = OutboxEntry.objects.scoped(scope).select_related(
            "connection", "customer", "hub_record", "store"
        )
        return entries.get(pk=entry_id)
    return None


def _claim(scope: Scope, connection_id: int, now: dt.datetime) -> int | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _NEXT,
            {
                "retailer": scope.retailer_id,
                "connection": connection_id,
                "now": now,
                "until": now + CLAIM,
            },
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def may_send(scope: Scope, connection_id: int, *, now: dt.datetime) -> bool:
    """Tell whether the switches and the hour's cap let another write out."""
    switch = queries.find_switch(scope, connection_id)
    if switch is None or switch.enabled_at is None or switch.stopped_at is not None:
        return False
    if queries.find_stop(scope) is not None:
        return False
    if switch.hourly_cap is None:
        return True
    since = now - dt.timedelta(hours=1)
    return queries.count_sent_since(scope, connection_id, since) < switch.hourly_cap


def is_ours(scope: Scope, entry: OutboxEntry) -> bool:
    """Lock an entry within a transaction; False if another sender has taken it over."""
    return (
        OutboxEntry.objects.scoped(scope)
        .select_for_update()
        .filter(pk=entry.pk, state=OutboxEntry.State.SENDING, claim=entry.claim)
        .exists()
    )
