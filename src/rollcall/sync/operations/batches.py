"""Taking rows over, a batch at a time: hash guard first, rows and position in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace

import structlog
from django.db import connection, transaction
from django.db.models import F

from rollcall.customers.operations.ingest import read_known, read_pos_times, write_prepared
from rollcall.customers.operations.presence import mark_back
from rollcall.customers.rules.preparing import ChangedRecord
from rollcall.kit.clock import utc_now
from rollcall.pos.contract import RawRow
from rollcall.pos.errors import RowError
from rollcall.stores.queries import get_keys
from rollcall.sync.models import CustomerSync
from rollcall.sync.operations.lease import Lease, count_single_writes, fence
from rollcall.sync.operations.preparing import (
    LONGEST_ID,
    Job,
    Outcome,
    RowToPrepare,
    prepare,
    unforeseen_error,
)
from rollcall.sync.operations.quarantine import put_in_quarantine, resolve_quarantined
from rollcall.sync.operations.source import Source
from rollcall.sync.rules.bad_rows import BadRow
from rollcall.sync.rules.drift import add_counts, count_keys

log = structlog.get_logger()

#: Wire keys that are named with a run.
MOST_KEYS = 200


@dataclass(kw_only=True, slots=True)
class Sorted:
    """A batch of rows, sorted by what has to be done with them.

    :param ids: external ids of all rows that have one.
    :param unchanged: record ids whose row is as it was.
    :param back: the ones among them that had gone.
    :param to_prepare: rows that are new or changed.
    :param bad: rows that cannot be taken over; ``take_rows`` adds those found in preparing.
    :param single_writes: how many rows had been taken over beside the reader before this sorting.
    """

    rows: int = 0
    single_writes: int = 0
    ids: Set[str] = frozenset()
    to_prepare: list[RowToPrepare] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    unchanged_ids: list[str] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class Fingerprinted:
    """Rows with their fingerprints, each external id once.

    :param latest: external id → row, row as bytes, content hash.
    """

    rows: int
    latest: dict[str, tuple[RawRow, bytes, bytes]] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)


def fingerprint_rows(source: Source, rows: Sequence[RawRow]) -> Fingerprinted:
    """Name and hash rows; needs no database."""
    found = Fingerprinted(rows=len(rows))
    for row in rows:
        raw, content_hash = source.fingerprint(row)
        try:
            external_id = external_id_of(source, row)
        except RowError as error:
            found.bad.append(BadRow.of(error, external_id="", raw=raw, content_hash=content_hash))
            continue
        # A row that moved while the list was read comes twice; the later reading counts.
        found.latest[external_id] = (row, raw, content_hash)
    return found


def sort_rows(source: Source, found: Fingerprinted) -> Sorted:
    """Compare rows with what is held. Writes nothing."""
    latest = found.latest
    batch = Sorted(
        rows=found.rows,
        single_writes=count_single_writes(source.scope.retailer_id, source.account.pk),
        ids=latest.keys(),
        bad=found.bad,
    )
    known = read_known(
        source.scope,
        source.account,
        {external_id: content_hash for external_id, (_, _, content_hash) in latest.items()},
    )
    for external_id, (row, raw, content_hash) in latest.items():
        record = known.get(external_id)
        if record is None or record.held is not None:
            held = None if record is None else record.held
            batch.to_prepare.append(RowToPrepare(external_id, raw, content_hash, held, row))
            continue
        batch.unchanged.append(record.record_id)
        batch.unchanged_ids.append(external_id)
        if record.gone:
            batch.back.append(record.record_id)
    return batch


def make_job(source: Source, batch: Sorted) -> Job:
    """What has to be prepared of a batch, with the keys of this moment."""
    keys = get_keys(source.scope)
    return Job(
        kind=source.connector.kind,
        time_zone=source.context.time_zone.key,
        account_id=source.account.pk,
        retailer_id=keys.retailer_id,
        data_keys=dict(keys.data),
        active_key_id=keys.active_id,
        index_key=keys.index,
        now=utc_now(),
        rows=batch.to_prepare,
    )


def external_id_of(source: Source, row: RawRow) -> str:
    """The row's id, if it is one that can be kept.

    :raises RowError: there is none, or it is unusable.
    """
    try:
        external_id = source.connector.external_id(row)
    except RowError:
        raise
    except Exception as error:
        unforeseen: list[tuple[str, str]] = []
        refused = unforeseen_error(error, unforeseen)
        _log_unforeseen(source, unforeseen)
        raise refused from error
    if not external_id or len(external_id) > LONGEST_ID or not external_id.isprintable():
        raise RowError("the id is empty, too long or not printable", code="id_invalid")
    return external_id


def _log_unforeseen(source: Source, unforeseen: Sequence[tuple[str, str]]) -> None:
    for error, place in unforeseen:
        log.error("sync.row.mapping_failed", kind=source.connector.kind, error=error, at=place)


def take_rows(
    source: Source, lease: Lease, rows: Sequence[RawRow], *, run: CustomerSync | None = None
) -> Sorted:
    """Take rows over at once: rows, quarantine and counts become visible together.

    :param run: whose counts move; None for a repair outside a run.
    :raises LeaseLostError: nothing was written.
    """
    batch = sort_rows(source, fingerprint_rows(source, rows))
    write_batch(source, lease, batch, prepare(make_job(source, batch)), run=run)
    return batch


def write_batch(
    source: Source,
    lease: Lease,
    batch: Sorted,
    outcome: Outcome,
    *,
    run: CustomerSync | None,
    resume_token: str | None = None,
    pages: int = 0,
) -> None:
    """Write a batch in one transaction, with the position behind it.

    :param resume_token: the position behind these rows; None leaves it.
    :raises LeaseLostError: nothing was written.
    """
    if outcome.prepared.key_id != get_keys(source.scope).active_id:
        # Keys were rotated meanwhile; what is sealed anew must not be followed by older seals.
        outcome = prepare(make_job(source, batch))
    _log_unforeseen(source, outcome.unforeseen)
    batch.bad.extend(outcome.bad)
    with transaction.atomic():
        overtaken = fence(lease).since(batch.single_writes)
        if overtaken is None or not overtaken.isdisjoint(batch.ids):
            outcome = without_old_news(source, batch, outcome, overtaken)
        _write(source, batch, outcome, run=run, resume_token=resume_token, pages=pages)


def without_old_news(
    source: Source, batch: Sorted, outcome: Outcome, overtaken: Set[str] | None
) -> Outcome:
    """Prepare rows anew that somebody wrote meanwhile; the older of two readings is left out.

    :param overtaken: external ids; None if any may be concerned.
    """
    concerned = [
        one for one in batch.to_prepare if overtaken is None or one.external_id in overtaken
    ]
    if not concerned:
        return outcome
    names = {one.external_id for one in concerned}
    known = read_known(
        source.scope, source.account, {one.external_id: one.content_hash for one in concerned}
    )
    anew = Sorted()
    for one in concerned:
        record = known.get(one.external_id)
        if record is not None and record.held is None:
            batch.unchanged.append(record.record_id)
            batch.unchanged_ids.append(one.external_id)
        else:
            held = None if record is None else record.held
            anew.to_prepare.append(one._replace(held=held))
    redone = prepare(make_job(source, anew))
    fresh = not_older(source, batch, redone.prepared.changed)
    prepared = replace(
        outcome.prepared,
        new=[
            *(row for row in outcome.prepared.new if row.external_id not in names),
            *redone.prepared.new,
        ],
        changed=[
            *(row for row in outcome.prepared.changed if row.external_id not in names),
            *fresh,
        ],
    )
    return replace(outcome, prepared=prepared)


def not_older(source: Source, batch: Sorted, rows: Sequence[ChangedRecord]) -> list[ChangedRecord]:
    """Leave out rows that the POS changed before what is held; they count as unchanged."""
    held_at = read_pos_times(source.scope, [row.record_id for row in rows])
    fresh = []
    for row in rows:
        held = held_at.get(row.record_id)
        if held is None or (row.pos_updated_at is not None and row.pos_updated_at >= held):
            fresh.append(row)
        else:
            batch.unchanged.append(row.record_id)
            batch.unchanged_ids.append(row.external_id)
    return fresh


def _write(
    source: Source,
    batch: Sorted,
    outcome: Outcome,
    *,
    run: CustomerSync | None,
    resume_token: str | None,
    pages: int,
) -> None:
    run_id = run.pk if run is not None else None
    now = outcome.prepared.now
    result = write_prepared(
        source.scope, source.account, outcome.prepared, sync_id=run_id, tokens=source.tokens
    )
    if batch.back:
        mark_back(source.scope, batch.back)
    put_in_quarantine(source, batch.bad, run_id=run_id, now=now)
    resolve_quarantined(
        source,
        [*batch.unchanged_ids, *result.record_ids],
        resolution="taken_over",
        now=now,
    )
    if run is None:
        return
    _note_seen(source, run, [*batch.unchanged, *outcome.bad_ids, *result.record_ids.values()])
    counts = {
        "pages": F("pages") + pages,
        "rows_read": F("rows_read") + batch.rows,
        "rows_new": F("rows_new") + result.new,
        "rows_changed": F("rows_changed") + result.changed,
        "rows_unchanged": F("rows_unchanged")
        + len(batch.unchanged)
        + (len(outcome.prepared.changed) - result.changed),
        "rows_quarantined": F("rows_quarantined") + len(batch.bad),
        "records_merged": F("records_merged") + result.merged,
        "progress_at": now,
    }
    counts |= _key_counts(source, run, batch, outcome)
    if resume_token is not None:
        counts["resume_token"] = resume_token
    CustomerSync.objects.scoped(source.scope).filter(pk=run.pk).update(**counts)


def _note_seen(source: Source, run: CustomerSync, record_ids: Iterable[int]) -> None:
    seen = list(record_ids)
    if run.full and seen:
        with connection.cursor() as cursor:
            # The array as text: a thousand numbers one by one cost more than reading the rows did.
            cursor.execute(
                "insert into sync_seenpage (retailer_id, sync_id, record_ids)"
                " values (%s, %s, %s::text::bigint[])",
                [source.scope.retailer_id, run.pk, f"{{{','.join(map(str, seen))}}}"],
            )


def _key_counts(
    source: Source, run: CustomerSync, batch: Sorted, outcome: Outcome
) -> dict[str, object]:
    """What new and changed rows tell of the POS's keys."""
    if not batch.to_prepare:
        return {}
    # Rows that are as they were came before: counted again and again, they would distort it.
    sampled, keys = count_keys([one.row for one in batch.to_prepare if one.row is not None])
    # Read here: the caller's copy may be older than the batch before this one.
    runs = CustomerSync.objects.scoped(source.scope).filter(pk=run.pk)
    unknown, known = runs.values_list("unknown_keys", "sampled_keys").get()
    return {
        "sampled_rows": F("sampled_rows") + sampled,
        "sampled_keys": add_counts(known, keys.items(), most=MOST_KEYS),
        "unknown_keys": add_counts(unknown, outcome.unknown_keys.items(), most=MOST_KEYS),
    }
