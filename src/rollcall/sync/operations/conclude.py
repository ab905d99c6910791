"""The end of a run: what a complete pass did not meet is gone, and bad rows get another try."""

from __future__ import annotations

from typing import Final

import structlog
from django.db import connection, transaction
from django.db.models import F

from rollcall.audit import operations as audit
from rollcall.customers.operations.presence import mark_gone
from rollcall.kit.clock import utc_now
from rollcall.pos.contract import Capability, PosClient, RawRow
from rollcall.pos.errors import PosGoneError
from rollcall.sync import queries
from rollcall.sync.models import AccountState, CustomerSync, QuarantinedRow, SeenPage
from rollcall.sync.operations.batches import take_rows
from rollcall.sync.operations.lease import Lease, fence
from rollcall.sync.operations.retry import retry_quarantined
from rollcall.sync.operations.source import Source
from rollcall.sync.rules.brake import must_stop

log = structlog.get_logger()

_CHUNK: Final = 200

_NOT_SEEN = """
with seen as materialized (
    select unnest(record_ids) as id from sync_seenpage where sync_id = %(run)s
)
select record.id, record.external_id from customers_posrecord record
 where record.retailer_id = %(retailer)s and record.account_id = %(account)s
   and record.gone_at is null and record.first_seen_at < %(before)s
   and not exists (select 1 from seen where seen.id = record.id)
 order by record.id
"""


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
    missing = _not_seen(source, run)
    if missing and not _brake_allows(source, lease, len(missing)):
        return
    for start in range(0, len(missing), _CHUNK):
        take_missing(source, lease, client, missing[start : start + _CHUNK], run=run)


def _close_vanished_rows(source: Source, run: CustomerSync) -> None:
    # A bad row without an id cannot be asked for; a complete pass without it is the proof.
    QuarantinedRow.objects.scoped(source.scope).filter(
        account=source.account,
        external_id="",
        resolved_at__isnull=True,
        last_seen_at__lt=run.started_at,
    ).update(resolved_at=utc_now(), resolution="replaced")


def _not_seen(source: Source, run: CustomerSync) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _NOT_SEEN,
            {
                "run": run.pk,
                "retailer": source.scope.retailer_id,
                "account": source.account.pk,
                "before": run.started_at,
            },
        )
        return [(record_id, external_id) for record_id, external_id in cursor.fetchall()]


def _brake_allows(source: Source, lease: Lease, missing: int) -> bool:
    """Whether so many records may be concluded gone; pulls the brake, or uses up a release."""
    alive = queries.count_alive(source.scope, source.connection)
    if not must_stop(missing=missing, alive=alive):
        return True
    states = AccountState.objects.scoped(source.scope).filter(account=source.account)
    with transaction.atomic():
        fence(lease)
        if states.filter(brake_released_at__isnull=False).update(brake_released_at=None):
            return True
        states.update(brake_pulled_at=utc_now(), brake_missing=missing, brake_released_by="")
        audit.record(
            source.scope,
            "brake.pulled",
            subject_kind="connection",
            subject_ids=[source.connection.pk],
            context={"missing": missing, "alive": alive},
        )
    log.warning("sync.brake.pulled", connection_id=source.connection.pk, missing=missing)
    return False


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
