"""Entries follow the people whom they were wished for, when these are merged or parted.

An entry stays with whom it was wished for, and with the record that it is for. What was wished for
several people as one, and has not been sent when they are parted, goes only to whom it belongs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from typing import Final

from django.db import connection

from rollcall.customers.operations.edits import settle_edits
from rollcall.identity.blockers import Consequence, People
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.closing import still_carried, tell

_FOLLOW: Final = """
update outbox_outboxentry entry set holder_id = told.now_id
  from unnest(%s::bigint[], %s::bigint[]) as told (id, now_id)
 where entry.customer_id = told.id and entry.retailer_id = %s
"""
# Entries that are on their way too: their senders ask before each call whether they still may.
_DISCARD: Final = """
update outbox_outboxentry entry
   set state = 'discarded', code = 'parted', closed_at = %(now)s, claimed_until = null,
       reason = 'wished for while two people were one, who were parted again'
  from sync_posconnection connection, customers_posrecord record, customers_link link
 where entry.retailer_id = %(retailer)s and entry.state = any(%(open)s)
   and entry.intent = 'update' and connection.id = entry.connection_id
   and record.retailer_id = %(retailer)s and link.record_id = record.id
   and (entry.external_id <> '' and record.account_id = connection.account_id
        and record.external_id = entry.external_id
        or entry.external_id = '' and record.id = entry.hub_record_id)
   and link.customer_id <> entry.holder_id
   and (entry.holder_id = any(%(moved)s) or link.customer_id = any(%(moved)s))
returning entry.id
"""


def follow_people(scope: Scope, moves: Mapping[int, int], *, now: dt.datetime) -> None:
    """Note whose entries they are now, and discard those that are for somebody else's record."""
    ids = sorted(moves)
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, [ids, [moves[one] for one in ids], scope.retailer_id])
        parameters: dict[str, int | dt.datetime | list[int] | list[str]] = {
            "now": now,
            "retailer": scope.retailer_id,
            "open": [str(state) for state in OutboxEntry.OPEN],
            "moved": sorted({*moves, *moves.values()}),
        }
        cursor.execute(_DISCARD, parameters)
        discarded = [row[0] for row in cursor.fetchall()]
    if discarded:
        _close(scope, discarded)


def _close(scope: Scope, entry_ids: list[int]) -> None:
    entries = list(OutboxEntry.objects.scoped(scope).filter(pk__in=entry_ids))
    wished = {(entry.customer_id, name) for entry in entries for name in entry.fields}
    settle_edits(scope, wished - still_carried(scope, {one for one, _ in wished}))
    for entry in entries:
        tell(scope, entry, "outbox.discarded")


_OF_OTHERS: Final = """
select entry.id, entry.customer_id, entry.state = any(%(open)s), entry.fields
  from outbox_outboxentry entry
  join sync_posconnection connection on connection.id = entry.connection_id
  join customers_posrecord record on record.retailer_id = %(retailer)s
   and (entry.external_id <> '' and record.account_id = connection.account_id
        and record.external_id = entry.external_id
        or entry.external_id = '' and record.id = entry.hub_record_id)
  join customers_link link on link.record_id = record.id
 where entry.retailer_id = %(retailer)s and entry.intent = 'update'
   and entry.state = any(%(told)s) and entry.customer_id = any(%(mine)s)
   and link.base_id = any(%(others)s)
"""


def find_entries(scope: Scope, people: People, *, parting: bool) -> list[Consequence]:
    """Tell what is on its way for people to be merged; or was meant for others' records."""
    if not parting:
        return [one for members in people for one in _waiting(scope, members)]
    everybody = frozenset[int]().union(*people)
    return [one for mine in people for one in _for_others(scope, mine, everybody - mine)]


def _waiting(scope: Scope, members: Set[int]) -> list[Consequence]:
    entries = OutboxEntry.objects.scoped(scope).filter(
        customer__in=members, state__in=OutboxEntry.OPEN
    )
    return _counted(
        "outbox_waiting",
        "on their way to a POS; they arrive as they were meant",
        members,
        [entry.fields for entry in entries],
    )


def _for_others(scope: Scope, mine: Set[int], others: Set[int]) -> list[Consequence]:
    with connection.cursor() as cursor:
        parameters: dict[str, int | list[int] | list[str]] = {
            "retailer": scope.retailer_id,
            "open": [str(state) for state in OutboxEntry.OPEN],
            "told": [*(str(state) for state in OutboxEntry.OPEN), "delivered"],
            "mine": sorted(mine),
            "others": sorted(others),
        }
        cursor.execute(_OF_OTHERS, parameters)
        rows = cursor.fetchall()
    return [
        *_counted(
            "outbox_discarded",
            "on their way to a record that is somebody else's then; they are discarded",
            mine,
            [fields for _, _, is_open, fields in rows if is_open],
        ),
        *_counted(
            "outbox_written",
            "written to a record that is somebody else's then; look at what the POS holds",
            mine,
            [fields for _, _, is_open, fields in rows if not is_open],
        ),
    ]


def _counted(
    code: str, words: str, members: Set[int], fields: Sequence[Sequence[str]]
) -> list[Consequence]:
    if not fields:
        return []
    names = sorted({name for one in fields for name in one})
    return [
        Consequence(
            code=code, words=words, customer_id=min(members), count=len(fields), fields=names
        )
    ]
