"""Rows that cannot be taken over: kept with their reason, tried again, never in the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db import connection

from rollcall.audit import operations as audit
from rollcall.customers.rules.packing import pack_raw
from rollcall.stores.queries import get_keys
from rollcall.sync.models import QuarantinedRow
from rollcall.sync.rules import contexts
from rollcall.sync.rules.bad_rows import BadRow

if TYPE_CHECKING:
    from rollcall.sync.operations.source import Source


def put_in_quarantine(
    source: Source, rows: Sequence[BadRow], *, run_id: int | None, now: dt.datetime
) -> None:
    """Keep bad rows; one that is there already only gets its newest content and reason."""
    for row in rows:
        _put_one(source, row, run_id=run_id, now=now)
    if rows:
        audit.record(
            source.scope,
            "row.quarantined",
            subject_kind="account",
            subject_ids=[source.account.pk],
            fields={row.field for row in rows if row.field},
            context={"rows": len(rows), "sync": run_id},
        )


def _put_one(source: Source, row: BadRow, *, run_id: int | None, now: dt.datetime) -> None:
    same = "external_id" if row.external_id else "content_hash"
    condition = "external_id <> ''" if row.external_id else "external_id = ''"
    sealed = get_keys(source.scope).seal(
        pack_raw(row.raw), context=contexts.quarantine_raw(source.account.pk, row.external_id)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into sync_quarantinedrow as held (retailer_id, account_id, external_id,"  # noqa: S608  # our own column names
            " content_hash, code, field, reason, sealed_raw, first_sync_id, first_seen_at,"
            " last_seen_at, attempts, resolution)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1, '')"
            f" on conflict (retailer_id, account_id, {same})"
            f" where resolved_at is null and {condition}"
            " do update set content_hash = excluded.content_hash, code = excluded.code,"
            " field = excluded.field, reason = excluded.reason, sealed_raw = excluded.sealed_raw,"
            " last_seen_at = excluded.last_seen_at, attempts = held.attempts + 1",
            [
                source.scope.retailer_id,
                source.account.pk,
                row.external_id,
                row.content_hash,
                row.code,
                row.field,
                row.reason,
                sealed,
                run_id,
                now,
                now,
            ],
        )


def resolve_quarantined(
    source: Source, external_ids: Iterable[str], *, resolution: str, now: dt.datetime
) -> int:
    """Close the quarantine of rows that are fine now (or gone); returns how many there were."""
    wanted = list(external_ids)
    if not wanted:
        return 0
    open_rows = QuarantinedRow.objects.scoped(source.scope).filter(
        account=source.account, resolved_at__isnull=True
    )
    # Nearly always there is none; one cheap look saves a long list of ids.
    if not open_rows.exists():
        return 0
    return open_rows.filter(external_id__in=wanted).update(resolved_at=now, resolution=resolution)
