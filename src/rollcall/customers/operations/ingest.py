"""Taking over what a POS says, many rows at a time.

The caller opens the transaction and holds the account's lease, so nobody else writes these records.
New rows are copied straight into their tables; changed ones go through a staging table and one
update. What is written was prepared before (``rules.preparing``), outside of the transaction.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import orjson
from django.db import connection

from rollcall.audit import operations as audit
from rollcall.customers.models import PosAccount, PosRecord
from rollcall.customers.operations.copying import (
    NULL,
    Target,
    copy_lines,
    copy_rows,
    fetch_binary,
    next_ids,
)
from rollcall.customers.operations.name_words import TokenIds, add_names, change_names
from rollcall.customers.operations.pos_merges import follow_merges
from rollcall.customers.rules.incoming import IncomingRecord
from rollcall.customers.rules.preparing import (
    INDEXED,
    VALUES,
    ChangedRecord,
    HeldRecord,
    NewRecord,
    Prepared,
    Preparer,
)
from rollcall.customers.watching import tell_watchers
from rollcall.kit.ids import new_public_id
from rollcall.kit.scope import Scope
from rollcall.stores.queries import get_keys

_VALUE_COLUMNS: Final = tuple(name for name, _ in VALUES)
_VALUE_TYPES: Final = tuple(kind for _, kind in VALUES)
_KEYS: Final = ", ".join(f"{name}_key" for name in INDEXED)
_RECORDS: Final = Target(
    table="customers_posrecord",
    columns=(
        "id", "retailer_id", "account_id", "external_id", "first_seen_at", "changed_at",
        *_VALUE_COLUMNS,
    ),
    types=("int8", "int8", "int8", "varchar", "timestamptz", "timestamptz", *_VALUE_TYPES),
)  # fmt: skip
_STAGING: Final = Target(
    table="pos_record_staging",
    columns=("id", "changed_at", *_VALUE_COLUMNS),
    types=("int8", "timestamptz", *_VALUE_TYPES),
)
_MAKE_STAGING: Final = (
    "create temporary table if not exists pos_record_staging on commit delete rows as"  # noqa: S608  # our own column names
    f" select {', '.join(_STAGING.columns)} from customers_posrecord with no data;"
    " delete from pos_record_staging"
)
_ASSIGNMENTS: Final = ", ".join(f"{column} = staged.{column}" for column in _VALUE_COLUMNS)
# Each record is looked up once. What is sealed only travels for rows that are not as they were.
_READ_KNOWN: Final = f"""
select given.external_id, record.id, record.gone_at is not null, same, merged_into, status,
       case when not same then sealed_fields end, {_KEYS}
  from (
    select value external_id, substr(all_hashes.text, (ordinality::int - 1) * 16 + 1, 16) hash
      from json_array_elements_text(%s::json) with ordinality,
           (select %s::bytea as text) all_hashes
  ) given
 cross join lateral (
    select id, gone_at, content_hash = given.hash as same, merged_into, status, sealed_fields,
           {_KEYS}
      from customers_posrecord
     where retailer_id = %s and account_id = %s and external_id = given.external_id
    offset 0
  ) record
"""  # noqa: S608  # our own column names
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
    columns=("record_id", "retailer_id", "customer_id", "home_id", "base_id", "reason", "since"),
    types=("int8", "int8", "int8", "int8", "int8", "varchar", "timestamptz"),
)
_VERSIONS: Final = Target(
    table="customers_recordversion",
    columns=(
        "retailer_id", "record_id", "at", "pos_updated_at", "sync_id", "fields", "sealed_values",
    ),
    types=("int8", "int8", "timestamptz", "timestamptz", "int8", "text[]", "bytea"),
)  # fmt: skip


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
    account_id: int
    now: dt.datetime
    sync_id: int | None
    tokens: TokenIds
    record_ids: dict[str, int] = field(default_factory=dict)


def take_over(
    scope: Scope,
    account: PosAccount,
    incoming: Sequence[IncomingRecord],
    *,
    now: dt.datetime,
    sync_id: int | None,
) -> IngestResult:
    """Prepare and write new and changed rows of one account; see :func:`write_prepared`.

    :param now: aware; stands as the source's time where the POS gives none.
    """
    held = read_held(scope, account, [row.external_id for row in incoming])
    preparer = Preparer(account_id=account.pk, keys=get_keys(scope), now=now)
    known = [(row, held.get(row.external_id)) for row in incoming]
    prepared = Prepared(
        now=now,
        key_id=preparer.keys.active_id,
        new=[preparer.new(row) for row, one in known if one is None],
        changed=[preparer.changed(row, one) for row, one in known if one is not None],
    )
    return write_prepared(scope, account, prepared, sync_id=sync_id, tokens=TokenIds(scope))


def read_held(
    scope: Scope, account: PosAccount, external_ids: Sequence[str]
) -> dict[str, HeldRecord]:
    """What is here of these records. Whoever holds the account's lease may rely on it."""
    rows = fetch_binary(
        f"select external_id, id, merged_into, status, sealed_fields, {_KEYS}"  # noqa: S608  # our own column names
        " from customers_posrecord where retailer_id = %s and account_id = %s"
        " and external_id = any(array(select json_array_elements_text(%s::json)))",
        [scope.retailer_id, account.pk, orjson.dumps(external_ids).decode()],
    )
    return {
        external_id: HeldRecord(record_id, merged_into, status, sealed, tuple(keys))
        for external_id, record_id, merged_into, status, sealed, *keys in rows
    }


def read_pos_times(scope: Scope, record_ids: Sequence[int]) -> dict[int, dt.datetime]:
    """When the POS last changed these records, as far as it said so."""
    rows = PosRecord.objects.scoped(scope).filter(pk__in=record_ids, pos_updated_at__isnull=False)
    return {pk: at for pk, at in rows.values_list("pk", "pos_updated_at") if at is not None}


class KnownRecord(NamedTuple):
    """A record that is here already; a tuple, for there are many.

    :param held: None if its row is as it was.
    """

    record_id: int
    gone: bool
    held: HeldRecord | None


def read_known(
    scope: Scope, account: PosAccount, hashes: Mapping[str, bytes]
) -> dict[str, KnownRecord]:
    """Which of these rows are here, and what is needed of those that changed.

    :param hashes: external id → content hash of the row (16 bytes).
    """
    rows = fetch_binary(
        _READ_KNOWN,
        [orjson.dumps(list(hashes)).decode(), b"".join(hashes.values()), scope.retailer_id,
         account.pk],
    )  # fmt: skip
    return {
        external_id: KnownRecord(
            record_id,
            gone,
            None if same else HeldRecord(record_id, merged_into, status, sealed, tuple(keys)),
        )
        for external_id, record_id, gone, same, merged_into, status, sealed, *keys in rows
    }


def write_prepared(
    scope: Scope,
    account: PosAccount,
    prepared: Prepared,
    *,
    sync_id: int | None,
    tokens: TokenIds,
) -> IngestResult:
    """Write new and changed rows; call it inside a transaction, holding the account's lease.

    Idempotent: the same rows again change nothing. Records that had gone come back to life. Each
    external id may occur once.

    :param tokens: kept by the caller over several batches, so that words are looked up once.
    """
    batch = _Batch(
        scope=scope, account_id=account.pk, now=prepared.now, sync_id=sync_id, tokens=tokens
    )
    _insert(batch, prepared.new)
    changed = _update(batch, prepared.changed)
    merged = follow_merges(
        scope,
        account,
        moved=[
            *(row.external_id for row in prepared.new if row.merged_into is not None),
            *(row.external_id for row in prepared.changed if row.moved),
        ],
        arrived=[row.external_id for row in prepared.new],
        now=prepared.now,
    )
    tell_watchers(scope, batch.record_ids.values())
    return IngestResult(
        record_ids=batch.record_ids, new=len(prepared.new), changed=changed, merged=merged
    )


def _insert(batch: _Batch, rows: Sequence[NewRecord]) -> None:
    if not rows:
        return
    record_ids = next_ids(_RECORDS.table, len(rows))
    customer_ids = next_ids(_CUSTOMERS.table, len(rows))
    retailer, account, now = batch.scope.retailer_id, batch.account_id, batch.now
    copy_rows(_CUSTOMERS, ((one, new_public_id(), retailer, now) for one in customer_ids))
    copy_rows(
        _RECORDS,
        (
            (record_id, retailer, account, row.external_id, now, now, *row.values)
            for record_id, row in zip(record_ids, rows, strict=True)
        ),
    )
    copy_rows(
        _LINKS,
        (
            (record_id, retailer, customer_id, customer_id, customer_id, "first_seen", now)
            for record_id, customer_id in zip(record_ids, customer_ids, strict=True)
        ),
    )
    names = zip(record_ids, (row.words for row in rows), strict=True)
    add_names(batch.scope, batch.tokens, names)
    batch.record_ids.update(zip((row.external_id for row in rows), record_ids, strict=True))
    _audit(batch, "record.created", record_ids)


def _update(batch: _Batch, rows: Sequence[ChangedRecord]) -> int:
    if not rows:
        return 0
    _stage_and_update(batch, rows)
    changed = [row for row in rows if row.fields]
    _write_versions(batch, changed)
    renamed = [(row.record_id, *row.words) for row in changed if row.words is not None]
    change_names(batch.scope, batch.tokens, renamed)
    by_fields: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row in changed:
        by_fields[row.fields].append(row.record_id)
    for names, record_ids in by_fields.items():
        _audit(batch, "record.changed", record_ids, fields=names)
    batch.record_ids.update((row.external_id, row.record_id) for row in rows)
    return len(changed)


def _stage_and_update(batch: _Batch, rows: Sequence[ChangedRecord]) -> None:
    now = batch.now
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_STAGING)
        copy_rows(
            _STAGING, ((row.record_id, now if row.fields else None, *row.values) for row in rows)
        )
        cursor.execute(_MERGE_STAGING)


def _write_versions(batch: _Batch, rows: Sequence[ChangedRecord]) -> None:
    if rows:
        began = f"{batch.scope.retailer_id}\t"
        now, sync_id = f"\t{batch.now.isoformat()}\t", f"\t{batch.sync_id or NULL}\t{{"
        # Lines of text: an array costs psycopg more than all the rest of a row.
        copy_lines(
            _VERSIONS,
            (
                f"{began}{row.record_id}{now}"
                f"{row.pos_updated_at.isoformat() if row.pos_updated_at else NULL}"
                f"{sync_id}{','.join(row.fields)}}}\t\\\\x{(row.sealed_changes or b'').hex()}\n"
                for row in rows
            ),
        )


def _audit(
    batch: _Batch, action: str, record_ids: Sequence[int], fields: Sequence[str] = ()
) -> None:
    audit.record(
        batch.scope,
        action,
        subject_kind="record",
        subject_ids=record_ids,
        fields=fields,
        context={"account": batch.account_id, "sync": batch.sync_id},
    )
