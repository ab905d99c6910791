"""Writing many rows at once through PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from django.db import connection
from psycopg import sql

#: "No value" in a line of COPY.
NULL: Final = "\\N"


@dataclass(frozen=True, kw_only=True)
class Target:
    """A table and the columns that are written, with their PostgreSQL types in the same order."""

    table: str
    columns: Sequence[str]
    types: Sequence[str]


def copy_rows(target: Target, rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows into the target within the current transaction."""
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        sql.Identifier(target.table), sql.SQL(", ").join(map(sql.Identifier, target.columns))
    )
    # COPY goes past Django's cursor; without the wrapper a lost server would look like our bug.
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.cursor.copy(statement) as copy,
    ):
        copy.set_types(target.types)
        for row in rows:
            copy.write_row(row)


def copy_lines(target: Target, lines: Iterable[str]) -> None:
    """COPY rows in PostgreSQL's text format: tabs between values, ``NULL`` for none.

    Only for values without tabs, line ends and backslashes, such as numbers, times and names of
    fields.
    """
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(target.table), sql.SQL(", ").join(map(sql.Identifier, target.columns))
    )
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.cursor.copy(statement) as copy,
    ):
        copy.write("".join(lines))


def fetch_binary(query: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
    """Rows that PostgreSQL sends in binary: quicker where they hold ciphertext."""
    connection.ensure_connection()
    # Django's own cursors put parameters into the text themselves, and so cannot ask for binary.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(query.encode(), parameters, binary=True)
        return cursor.fetchall()


def next_ids(table: str, count: int) -> list[int]:
    """Reserve ids of a table's identity column."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
            [table, count],
        )
        return [row[0] for row in cursor.fetchall()]
