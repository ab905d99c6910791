"""Taking rows over, a batch at a time: hash guard first, rows and position in one transaction."""

from __future__ import annotations

import datetime as dt
import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import orjson
import structlog
from django.db import connection, transaction
from django.db.models import F

from rollcall.customers.operations.ingest import take_over
from rollcall.customers.operations.presence import mark_back
from rollcall.customers.rules.incoming import IncomingRecord
from rollcall.kit.clock import utc_now
from rollcall.pos.contract import CanonicalCustomer, RawRow
from rollcall.pos.errors import RowError
from rollcall.sync.models import CustomerSync
from rollcall.sync.operations.lease import Lease, fence
from rollcall.sync.operations.quarantine import BadRow, put_in_quarantine, resolve_quarantined
from rollcall.sync.operations.source import Source

log = structlog.get_logger()

_LONGEST_ID = 200
#: Unknown wire keys that are named with a run.
_MOST_UNKNOWN_KEYS = 200


class _Held(NamedTuple):  # made for every row, and quicker to make than a frozen dataclass
    record_id: int
    content_hash: bytes
    gone: bool


@dataclass(kw_only=True, slots=True)
class Sorted:
    """A batch of rows, sorted by what has to be done with them.

    :param unchanged: record ids whose row is as it was.
    :param back: the ones among them that had gone.
    :param bad_ids: record ids that are here but whose new row cannot be taken over.
    """

    rows: int = 0
    incoming: list[IncomingRecord] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    unchanged_ids: list[str] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    bad_ids: list[int] = field(default_factory=list)
    unknown_keys: Counter[str] = field(default_factory=Counter)


def sort_rows(source: Source, rows: Sequence[RawRow]) -> Sorted:
    """Compare rows with what is held and map those that are new or changed. Writes nothing."""
    batch = Sorted(rows=len(rows))
    latest: dict[str, tuple[RawRow, bytes, bytes]] = {}
    for row in rows:
        raw, content_hash = source.fingerprint(row)
        try:
            external_id = external_id_of(source, row)
        except RowError as error:
            batch.bad.append(BadRow.of(error, external_id="", raw=raw, content_hash=content_hash))
            continue
        # A row that moved while the list was read comes twice; the later reading counts.
        latest[external_id] = (row, raw, content_hash)
    held = _read_held(source, list(latest))
    for external_id, (row, raw, content_hash) in latest.items():
        known = held.get(external_id)
        if known is not None and known.content_hash == content_hash:
            batch.unchanged.append(known.record_id)
            batch.unchanged_ids.append(external_id)
            if known.gone:
                batch.back.append(known.record_id)
            continue
        _sort_changed(source, batch, external_id, row, raw, content_hash, known)
    return batch


def _sort_changed(
    source: Source,
    batch: Sorted,
    external_id: str,
    row: RawRow,
    raw: bytes,
    content_hash: bytes,
    known: _Held | None,
) -> None:
    known_keys = source.connector.known_keys
    if not known_keys.issuperset(row):
        batch.unknown_keys.update(row.keys() - known_keys)
    try:
        batch.incoming.append(_map(source, row, raw, content_hash))
    except RowError as error:
        batch.bad.append(
            BadRow.of(error, external_id=external_id, raw=raw, content_hash=content_hash)
        )
        if known is not None:
            batch.bad_ids.append(known.record_id)


def external_id_of(source: Source, row: RawRow) -> str:
    """The row's id, if it is one that can be kept.

    :raises RowError: there is none, or it is unusable.
    """
    try:
        external_id = source.connector.external_id(row)
    except RowError:
        raise
    except Exception as error:
        raise _unforeseen(source, error) from error
    if not external_id or len(external_id) > _LONGEST_ID or not external_id.isprintable():
        raise RowError("the id is empty, too long or not printable", code="id_invalid")
    return external_id


def _map(source: Source, row: RawRow, raw: bytes, content_hash: bytes) -> IncomingRecord:
    try:
        mapped = source.connector.to_canonical(row, source.context)
    except RowError:
        raise
    except Exception as error:
        raise _unforeseen(source, error) from error
    _refuse_unkeepable(mapped)
    return IncomingRecord(
        external_id=mapped.external_id,
        status=mapped.status.value,
        status_raw=mapped.status_raw,
        merged_into=mapped.merged_into,
        updated_at=mapped.updated_at,
        fields=mapped.fields,
        raw=raw,
        content_hash=content_hash,
    )


def _unforeseen(source: Source, error: Exception) -> RowError:
    # A row must never stop a run, whatever is in it and whatever the connector overlooked. What it
    # overlooked may quote the row, so only the place goes into the log.
    log.error(
        "sync.row.mapping_failed",
        kind=source.connector.kind,
        error=type(error).__name__,
        at=_place(error),
    )
    return RowError("the row has a shape that the connector does not know", code="mapping_failed")


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[:-4:-1])


def _refuse_unkeepable(mapped: CanonicalCustomer) -> None:
    """Refuse what a column or a sealed value cannot hold, before it breaks a whole batch.

    :raises RowError: in words that name the field.
    """
    columns = {
        "status": mapped.status_raw,
        "merged_into": mapped.merged_into,
        "given_name": mapped.fields.get("given_name"),
        "family_name": mapped.fields.get("family_name"),
    }
    for name, value in columns.items():
        if isinstance(value, str) and "\0" in value:
            raise RowError(f"{name}: it holds a NUL", code="text_invalid", field=name)
    if mapped.merged_into is not None and len(mapped.merged_into) > _LONGEST_ID:
        raise RowError("merged_into: longer than any id", code="too_long", field="merged_into")
    try:
        orjson.dumps(mapped.fields)
    except TypeError as error:
        raise RowError(
            "a value is no text or number that can be kept", code="value_invalid"
        ) from error


def _read_held(source: Source, external_ids: list[str]) -> dict[str, _Held]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select external_id, id, content_hash, gone_at is not null from customers_posrecord"
            " where retailer_id = %s and account_id = %s and external_id = any(%s)",
            [source.scope.retailer_id, source.account.pk, external_ids],
        )
        return {
            external_id: _Held(record_id, bytes(content_hash), gone)
            for external_id, record_id, content_hash, gone in cursor.fetchall()
        }


def take_rows(
    source: Source,
    lease: Lease,
    rows: Sequence[RawRow],
    *,
    run: CustomerSync | None = None,
    resume_token: str | None = None,
    pages: int = 0,
) -> Sorted:
    """Take a batch over: rows, quarantine, counts and position become visible together.

    :param run: whose counts and position move; None for a repair outside a run.
    :param resume_token: the position behind these rows; None leaves it.
    :raises LeaseLostError: nothing was written.
    """
    batch = sort_rows(source, rows)
    now = utc_now()
    with transaction.atomic():
        fence(lease)
        _write(source, batch, run=run, resume_token=resume_token, pages=pages, now=now)
    return batch


def _write(
    source: Source,
    batch: Sorted,
    *,
    run: CustomerSync | None,
    resume_token: str | None,
    pages: int,
    now: dt.datetime,
) -> None:
    run_id = run.pk if run is not None else None
    result = take_over(
        source.scope,
        source.account,
        batch.incoming,
        now=now,
        sync_id=run_id,
        tokens=source.tokens,
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
    _note_seen(source, run, [*batch.unchanged, *batch.bad_ids, *result.record_ids.values()])
    counts = {
        "pages": F("pages") + pages,
        "rows_read": F("rows_read") + batch.rows,
        "rows_new": F("rows_new") + result.new,
        "rows_changed": F("rows_changed") + result.changed,
        "rows_unchanged": F("rows_unchanged")
        + len(batch.unchanged)
        + (len(batch.incoming) - result.new - result.changed),
        "rows_quarantined": F("rows_quarantined") + len(batch.bad),
        "records_merged": F("records_merged") + result.merged,
        "progress_at": now,
    }
    if batch.unknown_keys:
        counts["unknown_keys"] = _added(run.unknown_keys, batch.unknown_keys)
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


def _added(known: dict[str, int], more: Counter[str]) -> dict[str, int]:
    # Keys are the POS's field names; hostile ones must neither fill the row nor break it.
    for key, count in more.items():
        name = "".join(letter if letter.isprintable() else "?" for letter in key[:80])
        if name in known or len(known) < _MOST_UNKNOWN_KEYS:
            known[name] = known.get(name, 0) + count
    return known
