"""The physical limit: COPY and merge of prepared rows into copies of the very same tables.

The copies have all columns, indexes, defaults and foreign keys. Rows are what a sync has written
(so sealed values are ciphertext of the same length), ready as Python values; psycopg writes them
page by page with COPY BINARY, one transaction a page, and nothing else: no HTTP, no JSON, no
hashing, no diff, no encryption, no audit, no position.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg import sql

from rollcall.customers.operations import ingest
from rollcall.customers.operations.copying import Target

Row = tuple[Any, ...]

#: In the order in which rows may refer to each other.
_TABLES: Final = (
    "customers_customer", "customers_posrecord", "customers_link", "customers_recordversion",
)  # fmt: skip
_TARGETS: Final = {
    target.table: target
    for target in (ingest._CUSTOMERS, ingest._RECORDS, ingest._LINKS, ingest._VERSIONS)  # noqa: SLF001  # the very same columns
}
_STAGED: Final = ingest._STAGING  # noqa: SLF001


@dataclass(kw_only=True)
class Prepared:
    """Rows as a sync left them."""

    new: dict[str, list[Row]] = field(default_factory=dict)
    changed: dict[str, list[Row]] = field(default_factory=dict)


class BareTables:
    """Copies of the four tables in the same database."""

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

    def read_new(self, into: Prepared) -> None:
        """Remember what a first sync wrote into the real tables."""
        for table in _TABLES[:3]:
            into.new[table] = self._read(table, _TARGETS[table])

    def read_changed(self, into: Prepared) -> None:
        """Remember what a sync of changed rows wrote into the real tables."""
        into.changed["staged"] = self._read("customers_posrecord", _STAGED)
        into.changed["versions"] = self._read(
            "customers_recordversion", _TARGETS["customers_recordversion"]
        )

    def _read(self, table: str, target: Target) -> list[Row]:
        rows: list[Row] = self._db.execute(
            sql.SQL("select {} from {} order by {}").format(
                sql.SQL(", ").join(map(sql.Identifier, target.columns)),
                sql.Identifier(table),
                sql.Identifier("record_id" if "record_id" in target.columns else "id"),
            )
        ).fetchall()
        self._db.commit()
        return rows

    def write_new(self, rows: Prepared) -> float:
        """COPY all rows in; returns rows a second."""
        pages = [list(_pages(rows.new[table], self._page)) for table in _TABLES[:3]]
        began = time.perf_counter()
        for page in zip(*pages, strict=True):
            for table, content in zip(_TABLES[:3], page, strict=True):
                self._copy(f"bare_{table}", _TARGETS[table], content)
            self._db.commit()
        return len(rows.new["customers_posrecord"]) / (time.perf_counter() - began)

    def write_changed(self, rows: Prepared) -> float:
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
        staged = _pages(rows.changed["staged"], self._page)
        versions = _pages(rows.changed["versions"], self._page)
        began = time.perf_counter()
        for page, history in zip(staged, versions, strict=True):
            self._copy("bare_staging", _STAGED, page)
            self._db.execute(merge)
            self._copy("bare_customers_recordversion", _TARGETS["customers_recordversion"], history)
            self._db.commit()
        return len(rows.changed["staged"]) / (time.perf_counter() - began)

    def _copy(self, table: str, target: Target, rows: Sequence[Row]) -> None:
        statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, target.columns))
        )
        with self._db.cursor().copy(statement) as copy:
            copy.set_types(target.types)
            for row in rows:
                copy.write_row(row)


def _bare(table: str) -> sql.Identifier:
    return sql.Identifier(f"bare_{table}")


def _pages(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
