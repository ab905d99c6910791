"""Reading the audit."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from rollcall.audit.models import Entry
from rollcall.kit.scope import Scope


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
