"""Reading the audit."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from rollcall.audit.models import Entry
from rollcall.kit.scope import Scope
from rollcall.kit.scoping import ScopedQuerySet


@dataclass(frozen=True, order=True, slots=True)
class FeedPosition:
    """How far a reader of the feed has come."""

    transaction_id: int = 0
    entry_id: int = 0


def read_feed(*, after: FeedPosition, limit: int) -> tuple[list[int], FeedPosition]:
    """Ids of entries behind ``after`` that can no longer be overtaken, and the new position.

    Only transactions below the horizon count: every one that started earlier has ended, so nothing
    can appear behind the position later. Across retailers: feeds are the installation's own upkeep.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select transaction_id::text::bigint, id from audit_entry"
            " where (transaction_id, id) > (%s::text::xid8, %s)"
            " and transaction_id < pg_snapshot_xmin(pg_current_snapshot())"
            " order by transaction_id, id limit %s",
            [str(after.transaction_id), after.entry_id, limit],
        )
        rows = cursor.fetchall()
    position = FeedPosition(*rows[-1]) if rows else after
    return [row[1] for row in rows], position


def list_newest(scope: Scope, *, limit: int) -> list[Entry]:
    """The retailer's newest entries, newest first."""
    return list(Entry.objects.scoped(scope).order_by("-id")[:limit])


#: Reads of people stand in no feed, and not in its index (``Entry.Meta``).
_OF_RETAILER: Final = """
select transaction_id::text::bigint, id, at, action,
       case when action = any(%(each)s)
            then subject_ids[%(read)s * (id = %(entry)s)::int + 1
                             : %(read)s * (id = %(entry)s)::int + %(limit)s]
            else subject_ids end,
       cardinality(subject_ids), fields, context
  from audit_entry
 where retailer_id = %(retailer)s
   and (transaction_id, id) >= (%(transaction)s::text::xid8, %(entry)s)
   and transaction_id < %(horizon)s::text::xid8
   and action = any(%(actions)s)
   and action not in ('customer.looked_up', 'customer.searched', 'customer.viewed')
 order by transaction_id, id limit %(limit)s
"""


@dataclass(frozen=True, order=True, slots=True)
class FeedPlace:
    """What a reader of one retailer's feed reads next.

    :param subjects: how many subjects of the entry have been read.
    """

    transaction_id: int = 0
    entry_id: int = 0
    subjects: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedEntry:
    """An entry as a feed has it.

    :param subject_ids: of an action that is read subject by subject, those from ``first`` on.
    :param last: how many subjects the entry has.
    """

    transaction_id: int
    id: int
    at: dt.datetime
    action: str
    subject_ids: list[int]
    first: int
    last: int
    fields: list[str]
    context: Mapping[str, Any]


def find_horizon() -> int:
    """The transaction before which every one has ended: below it nothing can appear any more."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        horizon: int = cursor.fetchone()[0]
    return horizon


def list_feed_entries(
    scope: Scope,
    *,
    start: FeedPlace,
    horizon: int,
    actions: Collection[str],
    each: Collection[str],
    limit: int,
) -> list[FeedEntry]:
    """The retailer's entries from ``start`` on that lie below the horizon, in order.

    :param each: actions of which no more than ``limit`` subjects are read at a time.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _OF_RETAILER,
            {
                "retailer": scope.retailer_id,
                "transaction": str(start.transaction_id),
                "entry": start.entry_id,
                "read": start.subjects,
                "horizon": str(horizon),
                "actions": sorted(actions),
                "each": sorted(each),
                "limit": limit,
            },
        )
        rows = cursor.fetchall()
    return [
        FeedEntry(
            transaction_id=transaction_id,
            id=pk,
            at=at,
            action=action,
            subject_ids=subject_ids,
            first=start.subjects if pk == start.entry_id and action in each else 0,
            last=last,
            fields=fields,
            context=json.loads(context) if isinstance(context, str) else context,
        )
        for transaction_id, pk, at, action, subject_ids, last, fields, context in rows
    ]


def select_entries(
    scope: Scope,
    *,
    action: str = "",
    actor: str = "",
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> ScopedQuerySet[Entry]:
    """Return the retailer's entries that fit all that is given.

    :param actor: ``kind:id``.
    :param since: at that instant or later; ``until``: before.
    """
    entries = Entry.objects.scoped(scope)
    given = {"action": action, "actor": actor, "at__gte": since, "at__lt": until}
    return entries.filter(**{name: value for name, value in given.items() if value})
