"""The physical limit: COPY and merge of prepared rows into copies of the very same tables.

The copies have all columns, indexes, defaults and foreign keys. Rows are what a sync has written
(so sealed values are ciphertext of the same length), ready as Python values; psycopg writes them
page by page with COPY BINARY, one transaction a page, and nothing else: no HTTP, no JSON, no
hashing, no diff, no encryption, no audit, no position.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql

from rollcall.customers.operations import ingest, name_words
from rollcall.customers.operations.copying import Target

Row = tuple[Any, ...]

_VERSIONS: Final = ingest._VERSIONS  # noqa: SLF001  # the very same columns, here and below
_STAGED: Final = ingest._STAGING  # noqa: SLF001
#: What a new row is written into, in the order in which rows may refer to each other, and the
#: column by which a page of it is read back.
_NEW: Final = (
    (ingest._CUSTOMERS, "id"),  # noqa: SLF001
    (ingest._RECORDS, "id"),  # noqa: SLF001
    (ingest._LINKS, "record_id"),  # noqa: SLF001
    (name_words._POSTINGS, "record_id"),  # noqa: SLF001
)
_TABLES: Final = (*(target.table for target, _ in _NEW), _VERSIONS.table)


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What one sync of changed rows has written."""

    staged: list[Row]
    versions: list[Row]


class BareTables:
    """Copies of the tables in the same database."""

    def __init__(self, connection: psycopg.Connection[Row], *, page: int) -> None:
        self._db = connection
        self._page = page

    def create(self) -> None:
        """Make them anew, empty."""
        for table in reversed(_TABLES):
            self._db.execute(sql.SQL("drop table if exists {}").format(_bare(table)))
        for table in _TABLES:
            self._db.execute(
                sql.SQL("create table {} (like {} including all)").format(
                    _bare(table), sql.Identifier(table)
                )
            )
        for table in _TABLES:
            self._copy_foreign_keys(table)
        self._db.commit()

    def _copy_foreign_keys(self, table: str) -> None:
        found = self._db.execute(
            "select pg_get_constraintdef(oid) from pg_constraint"
            " where conrelid = %s::regclass and contype = 'f'",
            [table],
        ).fetchall()
        for (definition,) in found:
            for other in _TABLES:
                definition = definition.replace(f"REFERENCES {other}(", f"REFERENCES bare_{other}(")
            self._db.execute(f"alter table bare_{table} add {definition}".encode())

    def write_new(self) -> float:
        """COPY everything in that a first sync wrote; rows a second, without reading it back."""
        (last,) = self._one("select max(id) from customers_posrecord")
        rows, seconds = 0, 0.0
        for after in range(0, last, self._page):
            page = [self._read_new(target, key, after) for target, key in _NEW]
            began = time.perf_counter()
            for (target, _), content in zip(_NEW, page, strict=True):
                self._copy(f"bare_{target.table}", target, content)
            self._db.commit()
            seconds += time.perf_counter() - began
            rows += len(page[1])
        return rows / seconds

    def _read_new(self, target: Target, key: str, after: int) -> list[Row]:
        # Customers and records were numbered side by side, so one span of ids is one page of both.
        return self._db.execute(
            sql.SQL("select {} from {} where {} > %s and {} <= %s").format(
                _columns(target), sql.Identifier(target.table), *[sql.Identifier(key)] * 2
            ),
            [after, after + self._page],
        ).fetchall()

    def read_changed(self, sync_id: int) -> Changed:
        """Remember what a sync of changed rows wrote into the real tables."""
        staged = self._db.execute(
            sql.SQL(
                "select {} from customers_posrecord where id in (select record_id"
                " from customers_recordversion where sync_id = %s) order by id"
            ).format(_columns(_STAGED)),
            [sync_id],
        ).fetchall()
        versions = self._db.execute(
            sql.SQL("select {} from {} where sync_id = %s order by record_id").format(
                _columns(_VERSIONS), sql.Identifier(_VERSIONS.table)
            ),
            [sync_id],
        ).fetchall()
        self._db.commit()
        return Changed(staged=staged, versions=versions)

    def write_changed(self, rows: Changed) -> float:
        """COPY to staging and update, and COPY the versions in; returns rows a second."""
        columns = ", ".join(_STAGED.columns)
        self._db.execute(
            f"create temporary table if not exists bare_staging on commit delete rows as"
            f" select {columns} from customers_posrecord with no data".encode()
        )
        assignments = ", ".join(f"{name} = staged.{name}" for name in _STAGED.columns[1:])
        merge = (
            # Without this the planner reads the whole table for every page: see ``ingest``.
            "set local enable_hashjoin = off; set local enable_mergejoin = off;"
            f" update bare_customers_posrecord record set {assignments}"
            " from bare_staging staged where staged.id = record.id"
        ).encode()
        self._db.commit()
        staged = _pages(rows.staged, self._page)
        versions = _pages(rows.versions, self._page)
        began = time.perf_counter()
        for page, history in zip(staged, versions, strict=True):
            self._copy("bare_staging", _STAGED, page)
            self._db.execute(merge)
            self._copy(f"bare_{_VERSIONS.table}", _VERSIONS, history)
            self._db.commit()
        return len(rows.staged) / (time.perf_counter() - began)

    def _one(self, query: str) -> Row:
        row = self._db.execute(query.encode()).fetchone()
        assert row is not None
        return row

    def _copy(self, table: str, target: Target, rows: Sequence[Row]) -> None:
        statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
            sql.Identifier(table), _columns(target)
        )
        with self._db.cursor().copy(statement) as copy:
            copy.set_types(target.types)
            for row in rows:
                copy.write_row(row)


def _columns(target: Target) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, target.columns))


def _bare(table: str) -> sql.Identifier:
    return sql.Identifier(f"bare_{table}")


def _pages(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
