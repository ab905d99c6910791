"""Taking over what a POS says, many rows at a time.

The caller opens the transaction and holds the account's lease, so nobody else writes these records.
New rows are copied straight into their tables; changed ones go through a staging table and one
update, after their old values were read for history and provenance.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from django.db import connection

from rollcall.audit import operations as audit
from rollcall.customers.models import PosAccount
from rollcall.customers.operations.copying import Target, copy_rows, next_ids
from rollcall.customers.operations.name_words import TokenIds, add_names, change_names
from rollcall.customers.operations.pos_merges import follow_merges
from rollcall.customers.rules import contexts
from rollcall.customers.rules.incoming import IncomingRecord
from rollcall.customers.rules.name_words import NAME_FIELDS, name_words
from rollcall.customers.rules.sealed import (
    Difference,
    SealedFields,
    compare,
    first_reading,
    pack_raw,
)
from rollcall.customers.rules.values import folded_names, normalise_fields, search_values
from rollcall.kit.crypto import RetailerKeys
from rollcall.kit.fields import FieldValue
from rollcall.kit.ids import new_public_id
from rollcall.kit.scope import Scope
from rollcall.stores.queries import get_keys

_INDEXED: Final = ("phone", "phone_last4", "email", "born_on", "licence", "medical_id")
_VALUES: Final = (
    ("status", "varchar"),
    ("status_raw", "text"),
    ("merged_into", "varchar"),
    ("pos_updated_at", "timestamptz"),
    ("content_hash", "bytea"),
    ("given_name", "text"),
    ("family_name", "text"),
    ("given_folded", "text"),
    ("family_folded", "text"),
    *((f"{name}_key", "int8") for name in _INDEXED),
    ("sealed_fields", "bytea"),
    ("sealed_raw", "bytea"),
    ("changed_at", "timestamptz"),
)
_VALUE_COLUMNS: Final = tuple(name for name, _ in _VALUES)
_VALUE_TYPES: Final = tuple(kind for _, kind in _VALUES)
_RECORDS: Final = Target(
    table="customers_posrecord",
    columns=("id", "retailer_id", "account_id", "external_id", "first_seen_at", *_VALUE_COLUMNS),
    types=("int8", "int8", "int8", "varchar", "timestamptz", *_VALUE_TYPES),
)
_STAGING: Final = Target(
    table="pos_record_staging", columns=("id", *_VALUE_COLUMNS), types=("int8", *_VALUE_TYPES)
)
_MAKE_STAGING: Final = (
    "create temporary table if not exists pos_record_staging on commit delete rows as"  # noqa: S608  # our own column names
    f" select id, {', '.join(_VALUE_COLUMNS)} from customers_posrecord with no data;"
    " delete from pos_record_staging"
)
_ASSIGNMENTS: Final = ", ".join(
    f"{column} = staged.{column}" for column in _VALUE_COLUMNS if column != "changed_at"
)
#: Nobody knows how many rows a fresh temporary table holds: left to itself the planner reads the
#: whole table of records for every batch, to join it by a hash. One index look-up a row it must be.
_MERGE_STAGING: Final = (
    "set local enable_hashjoin = off; set local enable_mergejoin = off;"  # noqa: S608  # our own column names
    f" update customers_posrecord record set {_ASSIGNMENTS}, gone_at = null,"
    " changed_at = coalesce(staged.changed_at, record.changed_at)"
    " from pos_record_staging staged where staged.id = record.id;"
    " set local enable_hashjoin to default; set local enable_mergejoin to default"
)
_CUSTOMERS: Final = Target(
    table="customers_customer",
    columns=("id", "public_id", "retailer_id", "created_at"),
    types=("int8", "uuid", "int8", "timestamptz"),
)
_LINKS: Final = Target(
    table="customers_link",
    columns=("record_id", "retailer_id", "customer_id", "home_id", "reason", "since"),
    types=("int8", "int8", "int8", "int8", "varchar", "timestamptz"),
)
_VERSIONS: Final = Target(
    table="customers_recordversion",
    columns=(
        "retailer_id",
        "record_id",
        "at",
        "pos_updated_at",
        "sync_id",
        "fields",
        "sealed_values",
    ),
    types=("int8", "int8", "timestamptz", "timestamptz", "int8", "text[]", "bytea"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class IngestResult:
    """What a batch did.

    :param record_ids: external id → id of every record of the batch.
    :param changed: records of which at least one value changed (others only got a new raw row).
    """

    record_ids: Mapping[str, int]
    new: int = 0
    changed: int = 0
    merged: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    scope: Scope
    account: PosAccount
    keys: RetailerKeys
    now: dt.datetime
    sync_id: int | None
    tokens: TokenIds
    record_ids: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    record_id: int
    merged_into: str | None
    status: str
    fields: SealedFields


def take_over(
    scope: Scope,
    account: PosAccount,
    incoming: Sequence[IncomingRecord],
    *,
    now: dt.datetime,
    sync_id: int | None,
    tokens: TokenIds | None = None,
) -> IngestResult:
    """Write new and changed rows of one account; call it inside a transaction, holding the lease.

    Idempotent: the same rows again change nothing. Records that had gone come back to life. Each
    external id may occur once.

    :param now: aware; stands as the source's time where the POS gives none.
    :param tokens: kept by the caller over several batches, so that words are looked up once.
    """
    batch = _Batch(
        scope=scope,
        account=account,
        keys=get_keys(scope),
        now=now,
        sync_id=sync_id,
        tokens=tokens or TokenIds(scope),
    )
    held = _read_held(batch, [row.external_id for row in incoming])
    new = [row for row in incoming if row.external_id not in held]
    old = [row for row in incoming if row.external_id in held]
    _insert(batch, new)
    changed = _update(batch, old, held)
    merged = follow_merges(
        scope,
        account,
        moved=[
            row.external_id
            for row in incoming
            if row.merged_into
            != (held[row.external_id].merged_into if row.external_id in held else None)
        ],
        arrived=[row.external_id for row in new],
        now=now,
    )
    return IngestResult(record_ids=batch.record_ids, new=len(new), changed=changed, merged=merged)


def _read_held(batch: _Batch, external_ids: list[str]) -> dict[str, _Held]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select external_id, id, merged_into, status, sealed_fields from customers_posrecord"
            " where retailer_id = %s and account_id = %s and external_id = any(%s) for update",
            [batch.scope.retailer_id, batch.account.pk, external_ids],
        )
        rows = cursor.fetchall()
    held = {}
    for external_id, record_id, merged_into, status, sealed in rows:
        context = contexts.record_fields(batch.account.pk, external_id)
        fields = SealedFields.from_json(batch.keys.unseal(bytes(sealed), context=context))
        held[external_id] = _Held(
            record_id=record_id, merged_into=merged_into, status=status, fields=fields
        )
        batch.record_ids[external_id] = record_id
    return held


def _insert(batch: _Batch, rows: list[IncomingRecord]) -> None:
    if not rows:
        return
    record_ids = next_ids(_RECORDS.table, len(rows))
    customer_ids = next_ids(_CUSTOMERS.table, len(rows))
    retailer, account, now = batch.scope.retailer_id, batch.account.pk, batch.now
    copy_rows(_CUSTOMERS, ((one, new_public_id(), retailer, now) for one in customer_ids))
    copy_rows(
        _RECORDS,
        (
            (record_id, retailer, account, row.external_id, now, *_first_values(batch, row))
            for record_id, row in zip(record_ids, rows, strict=True)
        ),
    )
    copy_rows(
        _LINKS,
        (
            (record_id, retailer, customer_id, customer_id, "first_seen", now)
            for record_id, customer_id in zip(record_ids, customer_ids, strict=True)
        ),
    )
    add_names(
        batch.scope,
        batch.tokens,
        zip(record_ids, (name_words(row.fields) for row in rows), strict=True),
    )
    batch.record_ids.update(zip((row.external_id for row in rows), record_ids, strict=True))
    _audit(batch, "record.created", record_ids)


def _first_values(batch: _Batch, row: IncomingRecord) -> tuple[Any, ...]:
    values = normalise_fields(row.fields)
    return _columns(batch, row, first_reading(values, at=_source_time(batch, row)))


def _source_time(batch: _Batch, row: IncomingRecord) -> str:
    return (row.updated_at or batch.now).astimezone(dt.UTC).isoformat()


def _columns(batch: _Batch, row: IncomingRecord, fields: SealedFields) -> tuple[Any, ...]:
    keys, account = batch.keys, batch.account.pk
    given_folded, family_folded = folded_names(fields.values)
    searched = search_values(fields.values)
    blind = [keys.blind(name, searched[name]) if name in searched else None for name in _INDEXED]
    return (
        row.status,
        row.status_raw,
        row.merged_into,
        row.updated_at,
        row.content_hash,
        fields.values.get("given_name") or "",
        fields.values.get("family_name") or "",
        given_folded,
        family_folded,
        *blind,
        keys.seal(fields.to_json(), context=contexts.record_fields(account, row.external_id)),
        keys.seal(pack_raw(row.raw), context=contexts.record_raw(account, row.external_id)),
        batch.now,
    )


def _update(batch: _Batch, rows: list[IncomingRecord], held: Mapping[str, _Held]) -> int:
    if not rows:
        return 0
    differences = {row.external_id: _difference(batch, row, held[row.external_id]) for row in rows}
    _stage_and_update(batch, rows, held, differences)
    changed = [row for row in rows if differences[row.external_id].changes]
    _write_versions(batch, changed, held, differences)
    _rename(batch, changed, held, differences)
    by_fields: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row in changed:
        names = tuple(sorted(differences[row.external_id].changes))
        by_fields[names].append(held[row.external_id].record_id)
    for names, record_ids in by_fields.items():
        _audit(batch, "record.changed", record_ids, fields=names)
    return len(changed)


def _difference(batch: _Batch, row: IncomingRecord, held: _Held) -> Difference:
    difference = compare(held.fields, normalise_fields(row.fields), at=_source_time(batch, row))
    outside: dict[str, tuple[FieldValue, FieldValue]] = {}
    if held.status != row.status:
        outside["status"] = (held.status, row.status)
    if held.merged_into != row.merged_into:
        outside["merged_into"] = (held.merged_into, row.merged_into)
    if not outside:
        return difference
    return Difference(fields=difference.fields, changes={**difference.changes, **outside})


def _stage_and_update(
    batch: _Batch,
    rows: list[IncomingRecord],
    held: Mapping[str, _Held],
    differences: Mapping[str, Difference],
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_STAGING)
        copy_rows(
            _STAGING,
            (
                (
                    held[row.external_id].record_id,
                    *_columns(batch, row, differences[row.external_id].fields)[:-1],
                    batch.now if differences[row.external_id].changes else None,
                )
                for row in rows
            ),
        )
        cursor.execute(_MERGE_STAGING)


def _rename(
    batch: _Batch,
    rows: list[IncomingRecord],
    held: Mapping[str, _Held],
    differences: Mapping[str, Difference],
) -> None:
    renamed = [
        (held[row.external_id], differences[row.external_id].fields)
        for row in rows
        if not NAME_FIELDS.keys().isdisjoint(differences[row.external_id].changes)
    ]
    change_names(
        batch.scope,
        batch.tokens,
        [
            (was.record_id, name_words(was.fields.values), name_words(now.values))
            for was, now in renamed
        ],
    )


def _write_versions(
    batch: _Batch,
    rows: list[IncomingRecord],
    held: Mapping[str, _Held],
    differences: Mapping[str, Difference],
) -> None:
    def versions() -> Iterator[tuple[Any, ...]]:
        for row in rows:
            record_id = held[row.external_id].record_id
            changes = differences[row.external_id].changes
            sealed = batch.keys.seal(
                orjson.dumps(changes), context=contexts.version_values(record_id)
            )
            yield (
                batch.scope.retailer_id,
                record_id,
                batch.now,
                row.updated_at,
                batch.sync_id,
                sorted(changes),
                sealed,
            )

    if rows:
        copy_rows(_VERSIONS, versions())


def _audit(
    batch: _Batch, action: str, record_ids: Sequence[int], fields: Sequence[str] = ()
) -> None:
    audit.record(
        batch.scope,
        action,
        subject_kind="record",
        subject_ids=record_ids,
        fields=fields,
        context={"account": batch.account.pk, "sync": batch.sync_id},
    )
