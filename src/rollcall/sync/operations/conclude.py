"""The end of a run: what a complete pass did not meet is gone, and bad rows get another try."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.db import connection, transaction
from django.db.models import F, Min

from rollcall.customers.operations.presence import mark_gone
from rollcall.kit.clock import utc_now
from rollcall.pos.contract import Capability, PosClient, RawRow
from rollcall.pos.errors import PosGoneError
from rollcall.sync.models import CustomerSync, QuarantinedRow, SeenPage
from rollcall.sync.operations.batches import take_rows
from rollcall.sync.operations.braking import brake_allows
from rollcall.sync.operations.lease import Lease, fence
from rollcall.sync.operations.retry import retry_quarantined
from rollcall.sync.operations.source import Source

_CHUNK: Final = 200

_NOT_SEEN: Final = """
with seen as materialized (
    select unnest(record_ids) as id from sync_seenpage where sync_id = %(run)s
),
not_seen as (
    select record.id, record.external_id from customers_posrecord record
     where record.retailer_id = %(retailer)s and record.account_id = %(account)s
       and record.gone_at is null and record.first_seen_at < %(before)s
       and record.id > %(after)s
       and not exists (select 1 from seen where seen.id = record.id)
)
"""
_COUNT_NOT_SEEN: Final = f"{_NOT_SEEN} select count(*) from not_seen"  # noqa: S608  # constants
_NEXT_NOT_SEEN: Final = (
    f"{_NOT_SEEN} select id, external_id from not_seen order by id limit %(limit)s"  # noqa: S608
)


def conclude(source: Source, lease: Lease, client: PosClient, run: CustomerSync) -> None:
    """Conclude a run whose windows are complete. Safe to do again after a kill in the middle."""
    if run.full:
        _conclude_gone(source, lease, client, run)
        _close_vanished_rows(source, run)
    retry_quarantined(source, lease, client, run=run)


def drop_seen(source: Source, run: CustomerSync) -> None:
    """Forget which records the pass met; in the transaction that ends it, and not before."""
    SeenPage.objects.scoped(source.scope).filter(sync_id=run.pk).delete()


def _conclude_gone(source: Source, lease: Lease, client: PosClient, run: CustomerSync) -> None:
    missing = _count_not_seen(source, run)
    if missing and brake_allows(source, lease, missing):
        for chunk in _not_seen(source, run):
            take_missing(source, lease, client, chunk, run=run)


def _close_vanished_rows(source: Source, run: CustomerSync) -> None:
    # A bad row without an id cannot be asked for; a complete pass without it is the proof.
    QuarantinedRow.objects.scoped(source.scope).filter(
        account=source.account,
        external_id="",
        resolved_at__isnull=True,
        last_seen_at__lt=_pass_began(source, run),
    ).update(resolved_at=utc_now(), resolution="replaced")


def _pass_began(source: Source, run: CustomerSync) -> dt.datetime | None:
    """When the pass that this run ends was begun, maybe by runs that failed on the way."""
    runs = CustomerSync.objects.scoped(source.scope).filter(connection_id=run.connection_id)
    finished = runs.filter(state=CustomerSync.State.FINISHED).order_by("-id").first()
    if finished is not None:
        runs = runs.filter(pk__gt=finished.pk)
    began: dt.datetime | None = runs.aggregate(first=Min("started_at"))["first"]
    return began


def _which(source: Source, run: CustomerSync, *, after: int) -> dict[str, int | dt.datetime | None]:
    return {
        "run": run.pk,
        "retailer": source.scope.retailer_id,
        "account": source.account.pk,
        "before": run.started_at,
        "after": after,
        "limit": _CHUNK,
    }


def _count_not_seen(source: Source, run: CustomerSync) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_NOT_SEEN, _which(source, run, after=0))
        count: int = cursor.fetchone()[0]
    return count


def _not_seen(source: Source, run: CustomerSync) -> Iterator[list[tuple[int, str]]]:
    """Record id and external id, in chunks: there may be as many as there are customers."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_NEXT_NOT_SEEN, _which(source, run, after=after))
            chunk = [(record_id, external_id) for record_id, external_id in cursor.fetchall()]
        if not chunk:
            return
        yield chunk
        after = chunk[-1][0]


def take_missing(
    source: Source,
    lease: Lease,
    client: PosClient,
    missing: list[tuple[int, str]],
    *,
    run: CustomerSync | None,
) -> int:
    """Ask the POS for each missing record by id; take over what it has, mark the rest as gone.

    :param missing: record id and external id.
    :return: how many are gone.
    """
    rows: list[RawRow] = []
    gone: list[int] = []
    for record_id, external_id in missing:
        if Capability.GET not in source.connector.capabilities:
            gone.append(record_id)
            continue
        try:
            rows.append(client.get(external_id))
        except PosGoneError:
            gone.append(record_id)
    if rows:
        take_rows(source, lease, rows, run=run)
    with transaction.atomic():
        fence(lease)
        count = mark_gone(source.scope, gone, now=utc_now())
        if run is not None:
            CustomerSync.objects.scoped(source.scope).filter(pk=run.pk).update(
                records_gone=F("records_gone") + count
            )
    return count
