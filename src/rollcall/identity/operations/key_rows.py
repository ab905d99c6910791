"""Keeping the blocking keys of records in step with what is known of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import orjson
from django.db import connection

from rollcall.customers.operations.copying import Target, copy_rows
from rollcall.identity.queries.blocking import HashedKey
from rollcall.kit.scope import Scope

_KEYS: Final = Target(
    table="identity_matchkey",
    columns=("key", "record_id", "retailer_id", "kind"),
    types=("int8", "int8", "int8", "int2"),
)
_HELD: Final = """
select record_id, key from identity_matchkey
 where record_id = any(array(select json_array_elements_text(%s::json)::bigint))
"""
_DROP: Final = """
delete from identity_matchkey held
 using unnest(array(select json_array_elements_text(%s::json)::bigint),
              array(select json_array_elements_text(%s::json)::bigint)) gone(key, record_id)
 where held.key = gone.key and held.record_id = gone.record_id
"""
# A transaction-wide lock for each key: two records of one person that are written at the same
# moment share one, and the later sees the earlier.
_LOCK: Final = """
select pg_advisory_xact_lock(key)
  from (select json_array_elements_text(%s::json)::bigint as key order by 1) keys
"""


def write_keys(scope: Scope, keys: Mapping[int, Sequence[HashedKey]]) -> None:
    """Make these the records' keys; only what differs is written. Idempotent."""
    held = _read_held(keys)
    new = [
        (one.key, record_id, scope.retailer_id, one.kind.value)
        for record_id, wanted in keys.items()
        for one in wanted
        if one.key not in held[record_id]
    ]
    wanted_keys = {record_id: {one.key for one in wanted} for record_id, wanted in keys.items()}
    gone = [
        (key, record_id)
        for record_id, known in held.items()
        for key in known
        if key not in wanted_keys[record_id]
    ]
    if gone:
        _execute(_DROP, [key for key, _ in gone], [record_id for _, record_id in gone])
    if new:
        copy_rows(_KEYS, dict.fromkeys(new))


def lock_keys(keys: Sequence[HashedKey]) -> None:
    """Let others who create a record with one of these keys wait until this transaction ends."""
    _execute(_LOCK, sorted({one.key for one in keys}))


def _read_held(keys: Mapping[int, Sequence[HashedKey]]) -> dict[int, set[int]]:
    held: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [orjson.dumps(list(keys)).decode()])
        for record_id, key in cursor.fetchall():
            held[record_id].add(key)
    return held


def _execute(statement: str, *lists: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [orjson.dumps(one).decode() for one in lists])
