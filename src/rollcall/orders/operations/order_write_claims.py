"""Which orders are sent next: one at a time for each person, and behind their creation.

A row may only be sent under a claim, and a claim that ran out is anybody's. So whatever writes to a
POS starts with :func:`begin_call`: one statement that renews the claim and asks the kill switches.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import IntegrityError, connection, transaction

from rollcall.kit.scope import Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.orders.models import OrderWrite
from rollcall.orders.queries.order_writes import count_calls_since
from rollcall.orders.rules.order_verdicts import GIVE_UP_AFTER
from rollcall.outbox.operations.claiming import NotAllowedError, allowance
from rollcall.outbox.queries import find_switch

#: Longer than all calls of one order may take together.
CLAIM: Final = dt.timedelta(seconds=120)
_TRIES: Final = 5
_PLENTY: Final = 1_000_000

_NEXT: Final = """
with due as materialized (
    select write.id from orders_orderwrite write
      left join customers_customer person on person.id = write.customer_id
     where write.retailer_id = %(retailer)s and write.connection_id = %(connection)s
       and (write.state = 'queued' and write.not_before <= %(now)s
            or write.state = 'sending' and write.claimed_until < %(now)s)
       and not exists (
          select from orders_orderwrite other
           where other.retailer_id = write.retailer_id
             and other.connection_id = write.connection_id
             and other.lane = write.lane and write.lane <> '' and other.id <> write.id
             and (other.state = 'sending' or other.state = 'queued' and other.id < write.id))
       and (write.customer_id is null or write.customer_external_id <> ''
            or write.created_at < %(too_old)s
            or not exists (
              select from outbox_outboxentry entry
               where entry.retailer_id = write.retailer_id
                 and entry.connection_id = write.connection_id
                 and entry.holder_id = coalesce(person.merged_into_id, person.id)
                 and entry.intent = 'create'
                 and entry.state in ('held', 'queued', 'sending', 'refused', 'dead')))
     order by write.not_before, write.id
     limit 1 for update of write skip locked)
update orders_orderwrite claimed
   set state = 'sending', claimed_until = %(until)s, attempts = attempts + 1, claim = claim + 1
  from due where claimed.id = due.id
returning claimed.id
"""

_BEGIN_CALL: Final = """
update orders_orderwrite write
   set claimed_until = %(until)s, calls = calls + 1, sent_at = coalesce(sent_at, %(now)s)
 where id = %(id)s and retailer_id = %(retailer)s and state = 'sending' and claim = %(claim)s
   and exists (select from outbox_writeswitch switch
                where switch.connection_id = write.connection_id
                  and switch.retailer_id = write.retailer_id
                  and switch.enabled_at is not null and switch.stopped_at is null)
   and not exists (select from outbox_writestop stop
                    where stop.retailer_id = write.retailer_id and stop.released_at is null)
"""


def claim_next(scope: Scope, connection_id: int, *, now: dt.datetime) -> OrderWrite | None:
    """Claim what is due first; None if there is nothing that may be sent now."""
    for _ in range(_TRIES):
        try:
            write_id = _claim(scope, connection_id, now)
        except IntegrityError:
            # Another sender took an order of the same person at this very moment.
            continue
        if write_id is None:
            return None
        rows = OrderWrite.objects.scoped(scope)
        return rows.select_related("connection", "customer", "store", "kiosk").get(pk=write_id)
    return None


@transaction.atomic
def _claim(scope: Scope, connection_id: int, now: dt.datetime) -> int | None:
    if not _may_send(scope, connection_id, now):
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            _NEXT,
            {
                "retailer": scope.retailer_id,
                "connection": connection_id,
                "now": now,
                "until": now + CLAIM,
                "too_old": now - GIVE_UP_AFTER,
            },
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _may_send(scope: Scope, connection_id: int, now: dt.datetime) -> bool:
    """Ask the switches and the hour's cap, against which orders count as other writes do."""
    # First: with a cap it makes those who count wait for each other.
    room = allowance(scope, connection_id, most=_PLENTY, now=now)
    switch = find_switch(scope, connection_id)
    if switch is not None and switch.hourly_cap is not None:
        room -= count_calls_since(scope, connection_id, now - dt.timedelta(hours=1))
    return room > 0


def begin_call(scope: Scope, write: OrderWrite, *, now: dt.datetime) -> None:
    """Note, committed before the POS is asked to write, that it is about to be.

    :raises NotAllowedError: do not write: the claim is lost, or a kill switch was pulled.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _BEGIN_CALL,
            {
                "id": write.pk,
                "retailer": scope.retailer_id,
                "claim": write.claim,
                "until": now + CLAIM,
                "now": now,
            },
        )
        if cursor.rowcount != 1:
            raise NotAllowedError
    write.sent_at = write.sent_at or now


def own(scope: Scope, write: OrderWrite) -> ScopedQuerySet[OrderWrite]:
    """The row as long as our claim of it holds; nothing afterwards."""
    return OrderWrite.objects.scoped(scope).filter(
        pk=write.pk, state=OrderWrite.State.SENDING, claim=write.claim
    )
