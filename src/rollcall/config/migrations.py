"""Which migrations the database lacks, and the lock that lets one process apply them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

_LOCK: Final = 0x526F6C6C  # any number that no other program uses in this database


def pending_migrations() -> list[str]:
    """Names of the migrations that are not applied yet, in order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def note_replaced_migrations() -> None:
    """Record what was squashed since this database was made. Safe to run again."""
    MigrationExecutor(connection).check_replacements()


@contextmanager
def migration_lock(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Wait until no other process migrates; a killed process's lock goes with its connection."""
    with database.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("select pg_advisory_unlock(%s)", [_LOCK])
