"""Connections of the API's own."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection, transaction

from rollcall.api import database
from rollcall.api.database import execute, execute_lasting


@pytest.fixture(autouse=True)
def fresh(transactional_db: None) -> Iterator[None]:
    yield
    database.close()


class TestExecute:
    def test_gives_rows_with_python_values(self) -> None:
        rows = execute(
            "select %(a)s::text, %(b)s::int8 + 1, %(c)s::bytea, null::text, %(a)s || 'x', true,"
            " timestamptz '2026-11-20 12:00+01', %(d)s::text",
            {"a": "ä", "b": 2**40, "c": b"\0\xff", "d": None},
        )

        (row,) = rows
        assert row[:6] == ("ä", 2**40 + 1, b"\0\xff", None, "äx", True)
        assert row[6].isoformat() == "2026-11-20T11:00:00+00:00"
        assert row[7] is None

    def test_uses_the_database_of_the_settings(self) -> None:
        rows = execute("select current_database()::text", {})

        assert rows == [(connection.settings_dict["NAME"],)]

    def test_refuses_nul(self) -> None:
        with pytest.raises(ValueError, match="NUL"):
            execute("select %(a)s::text", {"a": "x\0y"})

    def test_survives_a_refused_statement(self) -> None:
        with pytest.raises(psycopg.errors.DivisionByZero):
            execute("select 1 / %(a)s::int8", {"a": 0})

        assert execute("select 1 / %(a)s::int8", {"a": 1}) == [(1,)]

    def test_says_when_the_connection_is_lost_and_goes_on(self) -> None:
        (pid,) = execute("select pg_backend_pid()", {})[0]
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s)", [pid])

        with pytest.raises(psycopg.OperationalError):
            execute("select 1", {})

        database.reconnect()
        assert execute("select 2", {}) == [(2,)]

    def test_prepares_more_statements_than_it_keeps(self) -> None:
        for _ in range(2):
            for number in range(120):
                assert execute(f"select {number}", {}) == [(number,)]

    def test_does_not_wait_for_the_disk(self) -> None:
        assert execute("select current_setting('synchronous_commit')", {}) == [("off",)]


class TestExecuteLasting:
    def test_waits_for_the_disk_on_djangos_connection(self) -> None:
        rows = execute_lasting(
            "select current_setting('synchronous_commit'), pg_backend_pid(), %(a)s::bytea",
            {"a": b"\0"},
        )
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            (pid,) = cursor.fetchone()

        assert rows == [("on", pid, b"\0")]

    def test_goes_on_over_another_connection(self) -> None:
        for _ in range(2):
            assert execute_lasting("select %(a)s::int8", {"a": 7}) == [(7,)]
            connection.close()

    def test_refuses_to_stand_in_a_transaction(self) -> None:
        with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
            execute_lasting("select 1", {})

    def test_says_when_the_connection_is_lost(self) -> None:
        (pid,) = execute_lasting("select pg_backend_pid()", {})[0]
        execute("select pg_terminate_backend(%(pid)s::int, 5000)", {"pid": pid})

        with pytest.raises(psycopg.OperationalError):
            execute_lasting("select 1", {})
        connection.close()
        assert execute_lasting("select 2", {}) == [(2,)]
