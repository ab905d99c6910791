"""Writing down what has arrived at a POS: its row, the entry and the edits, in one transaction.

Many at once: most of what this costs is the same for one entry and for eight.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from django.db import connection, transaction
from django.db.models import Q

from rollcall.customers.operations.edits import settle_edits, withdraw_edits
from rollcall.customers.operations.hub_records import (
    join_record,
    retire_hub_record,
)
from rollcall.customers.operations.settling import lock_people, lock_ties
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.closing import still_carried, tell
from rollcall.outbox.operations.enqueue import put_entry
from rollcall.outbox.rules.three_way import Decision
from rollcall.outbox.rules.wishes import Wish
from rollcall.outbox.watching import tell_created
from rollcall.pos.contract import RawRow
from rollcall.sync.operations.single_rows import lock_list, take_single_rows
from rollcall.sync.operations.source import Source

Intent = OutboxEntry.Intent


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """An entry that was carried out.

    :param row: the record as the POS holds it now.
    :param decisions: field → what became of it.
    :param wish: what the entry wanted when it was claimed; of a create, as far as it can be held.
    :param created_as: of a create: what the POS was told.
    """

    entry: OutboxEntry
    row: RawRow
    decisions: Mapping[str, Decision]
    wish: Wish
    created_as: Wish | None = None


@transaction.atomic
def write_down(source: Source, arrived: Sequence[Arrived]) -> None:
    """Take the rows over and close the entries; those that another sender took over are left."""
    scope = source.scope
    lock_list(source)
    lock_ties(scope)
    lock_people(scope, {one.entry.customer_id for one in arrived})
    held = _held(scope, [one.entry for one in arrived])
    ours = [one for one in arrived if one.entry.pk in held]
    if not ours:
        return
    now = utc_now()
    record_ids = take_single_rows(source, [one.row for one in ours]).record_ids
    for one in ours:
        if one.created_as is not None:
            _settle_create(source, one, one.created_as, record_ids, now)
    _close(scope, ours, now)
    _settle_edits(scope, ours, now)
    for one in ours:
        tell(scope, one.entry, "outbox.delivered")
    if any(one.created_as is not None for one in ours):
        tell_created(scope, source.connection)


_HELD: Final = """
select entry.id from outbox_outboxentry entry
  join unnest(%s::bigint[], %s::int[]) as claimed (id, claim) using (id, claim)
 where entry.retailer_id = %s and entry.state = 'sending'
   for update of entry
"""


def _held(scope: Scope, entries: Sequence[OutboxEntry]) -> set[int]:
    """Lock the entries whose claims still hold."""
    ids, claims = [one.pk for one in entries], [one.claim for one in entries]
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [ids, claims, scope.retailer_id])
        return {row[0] for row in cursor.fetchall()}


def _settle_create(
    source: Source,
    one: Arrived,
    created_as: Wish,
    record_ids: Mapping[str, int],
    now: dt.datetime,
) -> None:
    scope, entry = source.scope, one.entry
    entry.external_id = source.connector.external_id(one.row)
    record_id = record_ids.get(entry.external_id)
    if record_id is not None:
        join_record(scope, record_id, entry.customer, now=now)
        if entry.hub_record_id is not None:
            retire_hub_record(scope, entry.hub_record_id, now=now)
    _name_followers(scope, entry)
    _send_the_rest(scope, one, created_as, now)


def _name_followers(scope: Scope, entry: OutboxEntry) -> None:
    followers = Q(customer=entry.customer_id)
    if entry.hub_record_id is not None:
        # Those who are one person with them may have wished for something too.
        followers = Q(customer=entry.customer_id, hub_record=None) | Q(hub_record=entry.hub_record)
    OutboxEntry.objects.scoped(scope).filter(
        followers, connection=entry.connection_id, intent=Intent.UPDATE, external_id=""
    ).update(external_id=entry.external_id, hub_record=None)


def _send_the_rest(scope: Scope, one: Arrived, created_as: Wish, now: dt.datetime) -> None:
    """What was wished for after the create had gone out follows as a change."""
    entry, wish = one.entry, one.wish
    rest = {k: v for k, v in wish.values.items() if created_as.values.get(k) != v}
    if rest or wish.status:
        put_entry(
            scope,
            entry.customer,
            connection=entry.connection,
            external_id=entry.external_id,
            intent=Intent.UPDATE,
            wish=Wish(values=rest, bases=created_as.values, pinned=wish.pinned, status=wish.status),
            store=entry.store,
            hub_record=None,
            now=now,
        )


_CLOSE: Final = """
update outbox_outboxentry entry
   set state = 'delivered', external_id = told.external_id, decisions = told.decisions,
       closed_at = %(now)s, claimed_until = null, code = '', reason = ''
  from json_to_recordset(%(told)s) as told (id bigint, external_id text, decisions jsonb)
 where entry.id = told.id and entry.retailer_id = %(retailer)s
"""


def _close(scope: Scope, ours: Iterable[Arrived], now: dt.datetime) -> None:
    told = [
        {
            "id": one.entry.pk,
            "external_id": one.entry.external_id,
            "decisions": {name: str(decision) for name, decision in one.decisions.items()},
        }
        for one in ours
    ]
    with connection.cursor() as cursor:
        values: dict[str, str | int | dt.datetime] = {
            "told": orjson.dumps(told).decode(),
            "retailer": scope.retailer_id,
            "now": now,
        }
        cursor.execute(_CLOSE, values)


def _settle_edits(scope: Scope, ours: Sequence[Arrived], now: dt.datetime) -> None:
    for one in ours:
        overruled = [k for k, v in one.decisions.items() if v == Decision.POS_NEWER]
        if overruled:
            withdraw_edits(scope, one.entry.customer_id, overruled, outcome="overruled", now=now)
    told = {(one.entry.customer_id, name) for one in ours for name in one.decisions}
    carried = still_carried(scope, {one.entry.customer_id for one in ours})
    settle_edits(scope, told - carried)
