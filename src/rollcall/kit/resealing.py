"""Bringing sealed values over to the newest data key, batch by batch, beside running writers.

Whoever keeps sealed columns declares them with :func:`register` in ``<capability>/operations/
resealing.py``; nothing else needs to know. Values that the newest key sealed are not touched, so
the work may be killed at any moment and goes on where it stopped.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection, transaction
from django.utils.module_loading import autodiscover_modules
from psycopg import sql

from rollcall.kit.crypto import RetailerKeys, UnsealError
from rollcall.kit.scope import Scope

BATCH_ROWS: Final = 500
#: How often to come back to rows that somebody else holds, and how long to leave them in between.
_RETURNS: Final = 25
_PAUSE_S: Final = 0.2

#: Tells what a sealed value is bound to, from the values of the columns that the table names.
Context = Callable[..., bytes]
GetKeys = Callable[[], RetailerKeys]


@dataclass(frozen=True, kw_only=True)
class SealedTable:
    """A table with sealed columns, an ``id`` and a ``retailer_id``.

    :param columns: sealed column → its context, called with the values of ``bound_to``.
    :param bound_to: columns that the contexts are made of, in the order of their arguments.
    """

    table: str
    columns: Mapping[str, Context]
    bound_to: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a table has come. ``total`` was counted when the table was begun."""

    table: str
    done: int
    total: int


@dataclass(kw_only=True, slots=True)
class Outcome:
    """What a run did.

    :param resealed: rows now under the newest key.
    :param in_use: rows that others held all the time; run again.
    :param damaged: table → ids of rows that cannot be opened by any key; they were left alone.
    """

    resealed: int = 0
    in_use: int = 0
    damaged: dict[str, list[int]] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left under an older key."""
        return not self.in_use and not self.damaged


_tables: dict[str, SealedTable] = {}


def register(table: SealedTable) -> None:
    """Declare a table; once, when its module is imported."""
    _tables[table.table] = table


def sealed_tables() -> list[SealedTable]:
    """All declared tables, by name."""
    autodiscover_modules("operations.resealing")
    return [_tables[name] for name in sorted(_tables)]


def reseal(
    scope: Scope,
    get_keys: GetKeys,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
    pause_s: float = _PAUSE_S,
    batch_rows: int = BATCH_ROWS,
) -> Outcome:
    """Seal everything of one retailer with its newest key; each batch is a transaction of its own.

    Must not be called inside a transaction. Rows that a writer holds are skipped and come later.

    :param get_keys: asked before each batch, so that a rotation meanwhile is followed.
    :param pause_s: between two looks at rows that somebody holds.
    """
    outcome = Outcome()
    for table in sealed_tables():
        one = _Pass(scope, table, get_keys, outcome, on_progress)
        one.run(pause_s=pause_s, batch_rows=batch_rows)
    return outcome


def count_stale(scope: Scope, table: SealedTable, keys: RetailerKeys) -> int:
    """How many rows hold a value that an older key sealed."""
    statement = sql.SQL("select count(*) from {table} where {stale}").format(
        table=sql.Identifier(table.table), stale=_stale(table)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, _bounds(scope, keys))
        count: int = cursor.fetchone()[0]
    return count


class _Pass:
    def __init__(
        self,
        scope: Scope,
        table: SealedTable,
        get_keys: GetKeys,
        outcome: Outcome,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._scope, self._table, self._get_keys = scope, table, get_keys
        self._outcome, self._on_progress = outcome, on_progress
        self._damaged: set[int] = set()
        self._done = 0
        self._total = count_stale(scope, table, get_keys())

    def run(self, *, pause_s: float, batch_rows: int) -> None:
        """Walk the table until nothing is left, or what is left stays in others' hands."""
        left, idle = self._total, 0
        while left and idle < _RETURNS:
            before = self._done
            self._walk(batch_rows)
            left = count_stale(self._scope, self._table, self._get_keys()) - len(self._damaged)
            idle = 0 if self._done > before else idle + 1
            if left:
                time.sleep(pause_s)
        self._outcome.in_use += max(left, 0)
        if self._damaged:
            self._outcome.damaged[self._table.table] = sorted(self._damaged)

    def _walk(self, batch_rows: int) -> None:
        behind = 0
        while rows := self._batch(behind, batch_rows):
            behind = rows[-1][0]
            self._on_progress(Progress(table=self._table.table, done=self._done, total=self._total))

    @transaction.atomic
    def _batch(self, behind: int, batch_rows: int) -> list[tuple[Any, ...]]:
        keys = self._get_keys()
        with connection.cursor() as cursor:
            cursor.execute(
                _select(self._table),
                {**_bounds(self._scope, keys), "behind": behind, "limit": batch_rows},
            )
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            changed = list(self._open_all(rows, keys))
            if changed:
                cursor.execute(
                    _update(self._table), [list(values) for values in zip(*changed, strict=True)]
                )
        self._done += len(changed)
        self._outcome.resealed += len(changed)
        return rows

    def _open_all(
        self, rows: Sequence[tuple[Any, ...]], keys: RetailerKeys
    ) -> Iterator[tuple[Any, ...]]:
        sealed_count = len(self._table.columns)
        for row_id, *values in rows:
            sealed, bound = values[:sealed_count], values[sealed_count:]
            contexts = [make(*bound) for make in self._table.columns.values()]
            try:
                yield (
                    row_id,
                    *(_again(keys, one, at) for one, at in zip(sealed, contexts, strict=True)),
                )
            except UnsealError:
                self._damaged.add(row_id)


def _again(keys: RetailerKeys, sealed: bytes, context: bytes) -> bytes:
    """The value under the newest key; an empty one stays empty."""
    return keys.seal(keys.unseal(sealed, context=context), context=context) if sealed else sealed


def _bounds(scope: Scope, keys: RetailerKeys) -> dict[str, int | bytes]:
    return {"retailer": scope.retailer_id, "newest": struct.pack(">I", keys.active_id)}


def _stale(table: SealedTable) -> sql.Composed:
    """SQL: some value names an older key.

    Bytes 2 to 5 of a sealed value are its key's id, highest byte first, and ids of keys only grow.
    """
    each = (
        sql.SQL("(octet_length({0}) > 0 and substring({0} from 2 for 4) < %(newest)s)").format(
            sql.Identifier(column)
        )
        for column in table.columns
    )
    return sql.SQL("retailer_id = %(retailer)s and ({})").format(sql.SQL(" or ").join(each))


def _select(table: SealedTable) -> sql.Composed:
    columns = ["id", *table.columns, *table.bound_to]
    return sql.SQL(
        "select {columns} from {table} where {stale} and id > %(behind)s"
        " order by id limit %(limit)s for update skip locked"
    ).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        table=sql.Identifier(table.table),
        stale=_stale(table),
    )


def _update(table: SealedTable) -> sql.Composed:
    columns = list(table.columns)
    return sql.SQL(
        "update {table} set {assignments} from unnest(%s::bigint[], {arrays}) resealed ({names})"
        " where {table}.id = resealed.row_id"
    ).format(
        table=sql.Identifier(table.table),
        assignments=sql.SQL(", ").join(
            sql.SQL("{0} = resealed.{0}").format(sql.Identifier(column)) for column in columns
        ),
        arrays=sql.SQL(", ").join(sql.SQL("%s::bytea[]") for _ in columns),
        names=sql.SQL(", ").join(map(sql.Identifier, ["row_id", *columns])),
    )
