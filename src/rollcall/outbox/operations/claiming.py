"""Which entries are sent next: one at a time for each person, and only one sender for each.

An entry may only be sent under a claim, and a claim that ran out is anybody's. So whatever writes
to a POS starts with :func:`begin_call`: one statement that renews the claim, asks the kill switches
once more and notes what is about to be said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from django.db import IntegrityError, connection, transaction

from rollcall.kit.scope import Scope
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry, WriteSwitch

#: Longer than all calls of one write may take together.
CLAIM: Final = dt.timedelta(seconds=120)
_TRIES: Final = 5

# Somebody waits at a counter for many a new record, and for hardly a change.
_INTENTS: Final = (OutboxEntry.Intent.CREATE, OutboxEntry.Intent.UPDATE)

# Materialised: a plan that asks for the limited rows once more would find others: too many.
_NEXT: Final = """
with due as materialized (
    select entry.id from outbox_outboxentry entry
     where entry.retailer_id = %(retailer)s and entry.connection_id = %(connection)s
       and entry.intent = %(intent)s
       and (entry.state = 'queued' and entry.not_before <= %(now)s
            or entry.state = 'sending' and entry.claimed_until < %(now)s)
       and not exists (
          select from outbox_outboxentry other
           where other.retailer_id = entry.retailer_id
             and other.holder_id = entry.holder_id
             and other.connection_id = entry.connection_id and other.id <> entry.id
             and (other.state = 'sending'
                  or other.intent = 'create' and other.id < entry.id
                     and other.state in ('held', 'queued', 'refused', 'dead')
                     and (other.customer_id = entry.customer_id
                          or other.hub_record_id = entry.hub_record_id)
                  -- of merged people: what was wished for later is written later
                  or other.external_id = entry.external_id and entry.external_id <> ''
                     and other.id < entry.id and other.state = 'queued'))
     order by entry.not_before, entry.id
     limit %(most)s for update skip locked)
update outbox_outboxentry claimed
   set state = 'sending', claimed_until = %(until)s, attempts = attempts + 1, claim = claim + 1
  from due where claimed.id = due.id
returning claimed.id
"""

_BEGIN_CALL: Final = """
update outbox_outboxentry entry
   set claimed_until = %(until)s, calls = calls + %(writes)s,
       sent_at = case when %(sealed)s::bytea is null then sent_at else %(now)s end,
       sealed_sent = coalesce(%(sealed)s, sealed_sent)
 where id = %(id)s and retailer_id = %(retailer)s and state = 'sending' and claim = %(claim)s
   and exists (select from outbox_writeswitch switch
                where switch.connection_id = entry.connection_id
                  and switch.retailer_id = entry.retailer_id
                  and switch.enabled_at is not null and switch.stopped_at is null)
   and not exists (select from outbox_writestop stop
                    where stop.retailer_id = entry.retailer_id and stop.released_at is null)
"""


class NotAllowedError(RuntimeError):
    """Nothing may be written for this entry: the claim is lost, or a kill switch was pulled."""


def claim_next(scope: Scope, connection_id: int, *, now: dt.datetime) -> OutboxEntry | None:
    """Claim the entry that is due first; None if there is none that may be sent now."""
    return next(iter(claim_some(scope, connection_id, most=1, now=now)), None)


def claim_some(
    scope: Scope, connection_id: int, *, most: int, now: dt.datetime
) -> list[OutboxEntry]:
    """Claim the entries that are due first, new records before changes.

    An entry whose sender died (its claim ran out) is claimed again.
    """
    for _ in range(_TRIES):
        try:
            entry_ids = _claim(scope, connection_id, most, now)
        except IntegrityError:
            # Another sender took an entry of the same person at this very moment: the next ones.
            continue
        return _read(scope, entry_ids) if entry_ids else []
    return []


@transaction.atomic
def _claim(scope: Scope, connection_id: int, most: int, now: dt.datetime) -> list[int]:
    room = min(most, allowance(scope, connection_id, most=most, now=now))
    entry_ids: list[int] = []
    for intent in _INTENTS:
        if len(entry_ids) < room:
            with connection.cursor() as cursor:
                cursor.execute(
                    _NEXT,
                    {
                        "retailer": scope.retailer_id,
                        "connection": connection_id,
                        "intent": intent.value,
                        "most": room - len(entry_ids),
                        "now": now,
                        "until": now + CLAIM,
                    },
                )
                entry_ids += [row[0] for row in cursor.fetchall()]
    return entry_ids


def _read(scope: Scope, entry_ids: Sequence[int]) -> list[OutboxEntry]:
    entries = OutboxEntry.objects.scoped(scope).select_related(
        "connection", "customer", "hub_record", "store"
    )
    return list(entries.filter(pk__in=entry_ids).order_by("intent", "not_before", "pk"))


def allowance(scope: Scope, connection_id: int, *, most: int, now: dt.datetime) -> int:
    """Tell how many writes the switches and the hour's cap let out now, at most so many.

    Call it in the transaction that claims them: those who count against a cap wait for each other.
    """
    switch = queries.find_switch(scope, connection_id)
    if switch is None or switch.enabled_at is None or switch.stopped_at is not None:
        return 0
    if queries.find_stop(scope) is not None:
        return 0
    if switch.hourly_cap is None:
        return most
    WriteSwitch.objects.scoped(scope).select_for_update().get(pk=switch.pk)
    sent = queries.count_sent_since(scope, connection_id, now - dt.timedelta(hours=1))
    return max(0, min(most, switch.hourly_cap - sent))


def begin_call(
    scope: Scope,
    entry: OutboxEntry,
    *,
    sealed: bytes | None = None,
    writes: int = 1,
    now: dt.datetime,
) -> None:
    """Note, committed before the POS is asked to write, that it is about to be.

    :param sealed: what is about to be said, if it has to be known after a crash.
    :param writes: 0 if it is only to be looked whether an earlier try arrived.
    :raises NotAllowedError: do not write.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _BEGIN_CALL,
            {
                "id": entry.pk,
                "retailer": scope.retailer_id,
                "claim": entry.claim,
                "until": now + CLAIM,
                "writes": writes,
                "sealed": sealed,
                "now": now,
            },
        )
        if cursor.rowcount != 1:
            raise NotAllowedError
    entry.calls += writes
    if sealed is not None:
        entry.sent_at = now


def is_ours(scope: Scope, entry: OutboxEntry) -> bool:
    """Lock an entry within a transaction; False if another sender has taken it over."""
    return (
        OutboxEntry.objects.scoped(scope)
        .select_for_update()
        .filter(pk=entry.pk, state=OutboxEntry.State.SENDING, claim=entry.claim)
        .exists()
    )
