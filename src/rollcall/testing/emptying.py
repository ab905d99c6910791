"""Emptying the database after a test that commits: only what holds rows, instead of every table.

Django truncates every table and announces the migrations anew; with so many tables and indexes that
takes longer than most tests do.
"""

from __future__ import annotations

import functools
import time
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.test import TransactionTestCase

_TRIES: Final = 5
#: Made with the tables, the same for every test.
_KEPT: Final = frozenset({"django_content_type", "auth_permission"})
# What only ever grows refuses DELETE by a trigger; nothing refers to it.
_GUARDED: Final = """
select distinct class.relname from pg_trigger guard join pg_class class on class.oid = guard.tgrelid
 where not guard.tgisinternal
"""


def install() -> None:
    """Let every transactional test of this process end this way."""
    TransactionTestCase._fixture_teardown = _empty_tables  # type: ignore[attr-defined]  # noqa: SLF001  # Django has no setting for it


def _empty_tables(_: TransactionTestCase) -> None:
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
        cursor.execute(_ask_for_rows())
        filled = [str(row[0]) for row in cursor.fetchall()]
        guarded = _guarded() if filled else frozenset()
        # Foreign keys are looked at when the transaction ends: the order does not matter.
        for name in filled:
            word = "truncate" if name in guarded else "delete from"
            cursor.execute(f"{word} {connection.ops.quote_name(name)}")


@functools.cache
def _ask_for_rows() -> str:
    names = connection.introspection.django_table_names(only_existing=True)
    looks = (
        f"select '{name}' where exists (select from {connection.ops.quote_name(name)})"  # noqa: S608  # our own tables
        for name in sorted(set(names) - _KEPT)
    )
    return " union all ".join(looks)


@functools.cache
def _guarded() -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute(_GUARDED)
        return frozenset(row[0] for row in cursor.fetchall())
