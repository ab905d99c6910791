"""The proof: every id and content hash here against every one at the POS, and the repair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection as database
from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.customers.models import PosRecord
from rollcall.customers.operations.copying import Target, copy_rows
from rollcall.customers.operations.presence import mark_gone
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.pos.contract import Capability, PosClient, RawRow, Window, WindowKind
from rollcall.pos.errors import PosGoneError, RowError
from rollcall.sync import queries
from rollcall.sync.models import PosConnection, Reconciliation
from rollcall.sync.operations.batches import external_id_of, take_rows
from rollcall.sync.operations.lease import Lease, LeaseLostError, fence, hold
from rollcall.sync.operations.passage import batch_pages
from rollcall.sync.operations.requests import request_sync
from rollcall.sync.operations.run import run_sync
from rollcall.sync.operations.source import Source, open_source
from rollcall.sync.rules.brake import must_stop

_STAGING: Final = Target(
    table="reconcile_row", columns=("external_id", "content_hash"), types=("text", "bytea")
)
#: Ids that are kept with the proof, per kind of disagreement.
_KEPT_IDS: Final = 1000
#: More than so many are read again in a full pass instead of one by one.
_MOST_REPAIRED_BY_ID: Final = 500
#: Disagreements that are looked at once more before they are believed.
_MOST_LOOKED_AT: Final = 2000

#: One row for each id that does not simply agree.
_COMPARE: Final = """
create temporary table reconcile_verdict as
with at_pos as (
    select external_id, array_agg(content_hash) as hashes from reconcile_row
     where external_id <> '' group by external_id
),
here as (
    select external_id, content_hash from customers_posrecord
     where retailer_id = %(retailer)s and account_id = %(account)s and gone_at is null
),
waiting as (
    select external_id from sync_quarantinedrow
     where retailer_id = %(retailer)s and account_id = %(account)s
       and resolved_at is null and external_id <> ''
)
select case when at_pos.external_id is null then 'extra'
            when here.external_id is null and waiting.external_id is null then 'missing'
            when here.external_id is null then 'quarantined'
            else 'different' end as verdict,
       coalesce(at_pos.external_id, here.external_id) as external_id
  from at_pos full join here using (external_id)
  left join waiting using (external_id)
 where at_pos.external_id is null or here.external_id is null
    or (waiting.external_id is null and not here.content_hash = any(at_pos.hashes))
"""

_COUNT: Final = """
select (select count(distinct external_id) from reconcile_row where external_id <> ''),
       (select count(distinct content_hash) from reconcile_row where external_id = ''),
       (select count(*) from customers_posrecord
         where retailer_id = %(retailer)s and account_id = %(account)s and gone_at is null)
"""

Tick = Callable[[int], None]


@dataclass(kw_only=True, slots=True)
class _Findings:
    """Totals; the ids behind them stay in the database, there may be a million."""

    at_pos: int
    here: int
    nameless: int


class BrakeError(RuntimeError):
    """A repair would let so many records go that a person must look at the POS first."""


def reconcile(
    scope: Scope,
    connection: PosConnection,
    *,
    repair: bool = False,
    tick: Tick | None = None,
) -> Reconciliation:
    """Compare with the POS and keep the proof; ``at_pos = here + missing + quarantined - extra``.

    Reads only, unless it is asked to repair; then what is missing or different is read again and
    taken over, and what is extra is marked as gone. The proof holds the counts before the repair.

    :param tick: called with the number of rows read so far.
    :raises LeaseHeldError: a sync is reading the account.
    :raises PosError: the POS could not be read to the end; nothing is concluded.
    :raises BrakeError: more is extra than may go without a person; the rest was repaired.
    """
    source = open_source(scope, connection)
    started = utc_now()
    with hold(scope, source.account.pk) as lease, source.open() as client:
        _stage(source, lease, client, tick)
        findings = _compare(source)
        _look_again(source, client, findings)
        proof = _keep(source, findings, started=started)
        if not repair:
            return proof
        by_hand = proof.missing + proof.different <= _MOST_REPAIRED_BY_ID
        if by_hand:
            _repair(source, lease, client)
    if not by_hand:
        # Asking for each id would take the POS's rate limit for hours; a full pass takes minutes.
        run_sync(scope, request_sync(scope, connection, full=True, by_worker=False))
    proof.repaired = True
    proof.save(update_fields=["repaired"])
    return proof


def _stage(source: Source, lease: Lease, client: PosClient, tick: Tick | None) -> None:
    with database.cursor() as cursor:
        cursor.execute("drop table if exists reconcile_row")
        cursor.execute(
            "create temporary table reconcile_row (external_id text, content_hash bytea)"
        )
    window = Window(kind=WindowKind.FULL, since=None, until=client.check().pos_time)
    count = 0
    for rows, _token, _pages in batch_pages(client.iter_pages(window)):
        if lease.lost.is_set():
            raise LeaseLostError("the lease went to another process")
        with transaction.atomic():
            copy_rows(_STAGING, _staged(source, rows))
        count += len(rows)
        if tick is not None:
            tick(count)


def _staged(source: Source, rows: Sequence[RawRow]) -> Iterator[tuple[str, bytes]]:
    for row in rows:
        _raw, content_hash = source.fingerprint(row)
        try:
            external_id = external_id_of(source, row)
        except RowError:
            external_id = ""
        yield external_id, content_hash


def _parameters(source: Source) -> dict[str, int]:
    return {"retailer": source.scope.retailer_id, "account": source.account.pk}


def _compare(source: Source) -> _Findings:
    with database.cursor() as cursor:
        cursor.execute("analyze reconcile_row")
        cursor.execute(_COUNT, _parameters(source))
        named, nameless, here = cursor.fetchone()
        cursor.execute("drop table if exists reconcile_verdict")
        cursor.execute(_COMPARE, _parameters(source))
        cursor.execute("drop table reconcile_row")
    return _Findings(at_pos=named + nameless, here=here, nameless=nameless)


def _ids(verdict: str, *, limit: int, after: str = "") -> list[str]:
    with database.cursor() as cursor:
        cursor.execute(
            "select external_id from reconcile_verdict where verdict = %s and external_id > %s"
            " order by external_id limit %s",
            [verdict, after, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def _count(verdict: str) -> int:
    with database.cursor() as cursor:
        cursor.execute("select count(*) from reconcile_verdict where verdict = %s", [verdict])
        count: int = cursor.fetchone()[0]
    return count


def _in_chunks(verdict: str) -> Iterator[list[str]]:
    after = ""
    while chunk := _ids(verdict, limit=200, after=after):
        yield chunk
        after = chunk[-1]


def _withdraw(verdict: str, external_ids: list[str]) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "delete from reconcile_verdict where verdict = %s and external_id = any(%s)",
            [verdict, external_ids],
        )


def _look_again(source: Source, client: PosClient, findings: _Findings) -> None:
    """Rows that moved or changed while the list was read are not disagreements."""
    if Capability.GET not in source.connector.capabilities:
        return
    if _count("extra") + _count("different") > _MOST_LOOKED_AT:
        return
    extra = _ids("extra", limit=_MOST_LOOKED_AT)
    present = [one for one in extra if _read(client, one) is not None]
    findings.at_pos += len(present)
    _withdraw("extra", present)
    different = _ids("different", limit=_MOST_LOOKED_AT)
    _withdraw("different", [one for one in different if not _still_differs(source, client, one)])


def _read(client: PosClient, external_id: str) -> RawRow | None:
    try:
        return client.get(external_id)
    except PosGoneError:
        return None


def _still_differs(source: Source, client: PosClient, external_id: str) -> bool:
    row = _read(client, external_id)
    if row is None:
        return True
    with database.cursor() as cursor:
        cursor.execute(
            "select content_hash from customers_posrecord"
            " where retailer_id = %(retailer)s and account_id = %(account)s"
            " and external_id = %(id)s",
            {**_parameters(source), "id": external_id},
        )
        held = cursor.fetchone()
    return held is None or bytes(held[0]) != source.fingerprint(row)[1]


def _keep(source: Source, findings: _Findings, *, started: dt.datetime) -> Reconciliation:
    with transaction.atomic():
        proof = Reconciliation.objects.scoped(source.scope).create(
            connection=source.connection,
            account=source.account,
            requested_by=str(source.scope.actor),
            started_at=started,
            finished_at=utc_now(),
            at_pos=findings.at_pos,
            here=findings.here,
            missing=_count("missing"),
            extra=_count("extra"),
            different=_count("different"),
            quarantined=_count("quarantined") + findings.nameless,
            missing_ids=_ids("missing", limit=_KEPT_IDS),
            extra_ids=_ids("extra", limit=_KEPT_IDS),
            different_ids=_ids("different", limit=_KEPT_IDS),
        )
        audit.record(
            source.scope,
            "connection.reconciled",
            subject_kind="connection",
            subject_ids=[source.connection.pk],
            context={
                "missing": proof.missing,
                "extra": proof.extra,
                "different": proof.different,
            },
        )
    return proof


def _repair(source: Source, lease: Lease, client: PosClient) -> None:
    vanished: list[str] = []
    for verdict in ("missing", "different"):
        for chunk in _in_chunks(verdict):
            rows = {external_id: _read(client, external_id) for external_id in chunk}
            take_rows(source, lease, [row for row in rows.values() if row is not None])
            vanished += [external_id for external_id, row in rows.items() if row is None]
    _let_go(source, lease, vanished)


def _let_go(source: Source, lease: Lease, vanished: list[str]) -> None:
    missing = _count("extra") + len(vanished)
    if not missing:
        return
    alive = queries.count_alive(source.scope, source.connection)
    if must_stop(missing=missing, alive=alive):
        raise BrakeError(f"{missing} of {alive} records are no longer at the POS; look there first")
    for chunk in [vanished, *_in_chunks("extra")]:
        records = PosRecord.objects.scoped(source.scope).filter(
            account=source.account, external_id__in=chunk
        )
        with transaction.atomic():
            fence(lease)
            mark_gone(source.scope, list(records.values_list("pk", flat=True)), now=utc_now())
