"""Another try for rows in quarantine: read again by id where the POS can, else mapped again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from rollcall.customers.queries.sealed import unseal
from rollcall.customers.rules.packing import unpack_raw
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.pos.contract import Capability, PosClient, RawRow
from rollcall.pos.errors import PosGoneError
from rollcall.sync.models import CustomerSync, PosConnection, QuarantinedRow
from rollcall.sync.operations.batches import take_rows
from rollcall.sync.operations.lease import Lease, fence, hold
from rollcall.sync.operations.quarantine import resolve_quarantined
from rollcall.sync.operations.source import Source, open_source
from rollcall.sync.rules import contexts
from rollcall.sync.rules.bad_rows import BadRow
from rollcall.sync.rules.retrying import is_due
from rollcall.sync.rules.wire import read_row

#: Rows that one run tries again; the others wait for the next run.
_MOST: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryResult:
    """What came of it."""

    tried: int
    still_bad: int


def retry_connection(scope: Scope, connection: PosConnection) -> RetryResult:
    """Try a connection's quarantined rows now.

    :raises LeaseHeldError: a sync is reading the account; it tries them itself at its end.
    :raises PosError: the POS does not answer; nothing changed.
    """
    source = open_source(scope, connection)
    with hold(scope, source.account.pk) as lease, source.open() as client:
        return retry_quarantined(source, lease, client)


def retry_quarantined(
    source: Source, lease: Lease, client: PosClient, *, run: CustomerSync | None = None
) -> RetryResult:
    """Try open rows, those that waited longest first.

    :param run: leave rows alone that this run has just seen, or whose pause is not over.
    """
    rows = QuarantinedRow.objects.scoped(source.scope).filter(
        account=source.account, resolved_at__isnull=True
    )
    if run is not None and run.started_at is not None:
        rows = rows.filter(last_seen_at__lt=run.started_at)
    waiting = list(rows.order_by("last_seen_at")[:_MOST])
    if run is not None:
        now = utc_now()
        waiting = [
            row
            for row in waiting
            if is_due(attempts=row.attempts, last_seen_at=row.last_seen_at, now=now)
        ]
    for row in waiting:
        _retry(source, lease, client, row, now=utc_now())
    still_bad = rows.model.objects.scoped(source.scope).filter(
        pk__in=[row.pk for row in waiting], resolved_at__isnull=True
    )
    return RetryResult(tried=len(waiting), still_bad=still_bad.count())


def _retry(
    source: Source, lease: Lease, client: PosClient, row: QuarantinedRow, *, now: dt.datetime
) -> None:
    try:
        again = _read_again(source, client, row)
    except PosGoneError:
        with transaction.atomic():
            fence(lease)
            resolve_quarantined(source, [row.external_id], resolution="gone", now=now)
        return
    batch = take_rows(source, lease, [again])
    if not row.external_id and not _is_same_row(row, batch.bad):
        # A newer mapping reads it, or at least its id; or it hashes it anew. It is kept there now.
        resolution = "replaced" if batch.bad else "taken_over"
        QuarantinedRow.objects.scoped(source.scope).filter(pk=row.pk).update(
            resolved_at=now, resolution=resolution
        )


def _is_same_row(row: QuarantinedRow, bad: Sequence[BadRow]) -> bool:
    return any(not one.external_id and one.content_hash == bytes(row.content_hash) for one in bad)


def _read_again(source: Source, client: PosClient, row: QuarantinedRow) -> RawRow:
    if row.external_id and Capability.GET in source.connector.capabilities:
        return client.get(row.external_id)
    context = contexts.quarantine_raw(source.account.pk, row.external_id)
    return read_row(unpack_raw(unseal(source.scope, row.sealed_raw, context=context)))
