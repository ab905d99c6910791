"""Two tiny answers for machines: does the process live, and may it be sent people."""

from __future__ import annotations

import functools

from django.db import DatabaseError, connection
from django.db.migrations.exceptions import MigrationSchemaMissing
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

import rollcall
from rollcall.embedded.errors import EmbeddedServerError


def live(_request: HttpRequest) -> HttpResponse:
    """The process answers; touches nothing else."""
    return JsonResponse({"status": "live", "version": rollcall.__version__})


def ready(_request: HttpRequest) -> HttpResponse:
    """200 if the database answers and has all migrations, else 503 and what is wrong in words."""
    problem = find_problem()
    if problem:
        return JsonResponse({"status": "not ready", "problem": problem}, status=503)
    return JsonResponse({"status": "ready", "version": rollcall.__version__})


def find_problem() -> str:
    """What keeps this process from serving people; "" if nothing does."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        _require_migrations()
    except MigrationsMissingError as error:
        return str(error)
    except (DatabaseError, EmbeddedServerError, MigrationSchemaMissing):
        # The driver's words may hold addresses and user names: they are for the log alone.
        return "the database cannot be reached"
    return ""


class MigrationsMissingError(Exception):
    """The database is older than the code."""


@functools.cache
def _require_migrations() -> None:
    """Compare database and code; once it has been true, it stays true for this process.

    :raises MigrationsMissingError: something has not been applied.
    """
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        raise MigrationsMissingError(f"{len(plan)} migrations have not been applied")
