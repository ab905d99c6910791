"""Emptying the database after a test that commits: only what holds rows, instead of every table.

Django truncates every table and announces the migrations anew; with so many tables and indexes that
takes longer than most tests do. A function in the database does it in one round trip and keeps its
plans; it truncates nothing, because files that go make the commit wait for the disk.
"""

from __future__ import annotations

import time
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.test import TransactionTestCase

_TRIES: Final = 40
#: Made with the tables, the same for every test.
_KEPT: Final = frozenset({"django_content_type", "auth_permission"})
_FUNCTION: Final = "empty_after_a_test"
# What only ever grows refuses DELETE by a trigger.
_GUARDED: Final = """
select distinct class.relname from pg_trigger guard join pg_class class on class.oid = guard.tgrelid
 where not guard.tgisinternal
"""


def install() -> None:
    """Let every transactional test of this process end this way."""
    # Django has no setting for either.
    TransactionTestCase._fixture_teardown = _empty_tables  # type: ignore[attr-defined]  # noqa: SLF001
    # A new connection for every test would plan everything anew.
    TransactionTestCase._should_reload_connections = lambda _: False  # type: ignore[attr-defined]  # noqa: SLF001


def _empty_tables(_: TransactionTestCase) -> None:
    if not connection.is_usable():
        connection.close()  # the test ended it, or left it in the middle of something
    for left in reversed(range(_TRIES)):
        try:
            _try_to_empty()
        except DatabaseError:
            # A process that the test started was still writing, and what it wrote refers to this.
            if not left:
                raise
            time.sleep(0.2)
        else:
            return


def _try_to_empty() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select to_regproc(%s) is not null", [_FUNCTION])
        if not cursor.fetchone()[0]:
            _make_function()
        cursor.execute(f"select {_FUNCTION}()")


def _make_function() -> None:
    names = set(connection.introspection.django_table_names(only_existing=True)) - _KEPT
    with connection.cursor() as cursor:
        cursor.execute(_GUARDED)
        guarded = sorted(names & {str(row[0]) for row in cursor.fetchall()})
        cursor.execute(_function_of(sorted(names), guarded))


def _function_of(names: list[str], guarded: list[str]) -> str:
    quote = connection.ops.quote_name
    deletes = "\n".join(
        f"if exists (select from {quote(name)}) then delete from {quote(name)}; end if;"  # noqa: S608  # our own tables
        for name in names
    )
    open_, close = (
        "\n".join(
            f"if opened @> array['{name}'] then"
            f" alter table {quote(name)} {word} trigger user; end if;"
            for name in guarded
        )
        for word in ("disable", "enable")
    )
    noted = "\n".join(
        f"if exists (select from {quote(name)}) then opened := opened || '{name}'::text; end if;"
        for name in guarded
    )
    # Foreign keys are looked at when all is gone: the order does not matter.
    return f"""
create function {_FUNCTION}() returns void language plpgsql as $function$
declare opened text[] := '{{}}';
begin
{noted}
{open_}
{deletes}
set constraints all immediate;
{close}
end $function$
"""  # our own tables
