"""The long-running processes, and the database's migrations."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from rollcall.config import ports
from rollcall.config.cli.django_setup import start_django, with_django
from rollcall.config.lifeline import follow_parent

USUAL_PORT = 8000


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help=f"Default {USUAL_PORT}, or the next free one."
)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes for look-ups; as many more answer the rest.",
)
@click.option("--behind", type=click.Path(path_type=Path), hidden=True)
def serve(*, host: str, port: int | None, workers: int, behind: Path | None) -> None:
    """Run the web pages and the API until Ctrl-C or SIGTERM."""
    follow_parent()
    start_django()
    _require_migrations()
    from rollcall.config import groups

    if behind is not None:
        groups.serve_behind(behind, workers=workers)
        return
    chosen = port or ports.usual_or_free(USUAL_PORT, host=host)
    if port and not ports.is_free(port, host=host):
        raise click.ClickException(f"port {port} is taken; choose another with --port")
    shown = "localhost" if host == "127.0.0.1" else host
    click.echo(f"serving http://{shown}:{chosen}", err=True)
    groups.serve_front(host, chosen, workers=workers)


@click.command()
@click.option("--concurrency", default=4, show_default=True, type=click.IntRange(1, 64))
def worker(*, concurrency: int) -> None:
    """Carry out syncs and whatever else waits, until Ctrl-C or SIGTERM."""
    follow_parent()
    start_django()
    _require_migrations()
    from rollcall.jobs.worker import run_worker

    run_worker(concurrency=concurrency)
    # Threads that still wait for a POS must not keep the process: their rows say where to go on.
    sys.stderr.flush()
    _leave()


def _leave() -> None:
    from rollcall import embedded

    server = embedded.current()
    if server is not None:
        server.release()
    os._exit(0)


@click.command()
@with_django
def migrate() -> None:
    """Bring the database to this version. Safe to run again; two at once wait for each other."""
    changed = run_migrations()
    click.echo(f"{changed} migrations applied" if changed else "the database is up to date")


def run_migrations() -> int:
    """Apply what is missing, one process at a time; returns how many migrations that were."""
    from django.core.management import call_command
    from django.db import connection

    from rollcall.config.migrations import (
        migration_lock,
        note_replaced_migrations,
        pending_migrations,
    )

    if not pending_migrations():
        note_replaced_migrations()
        return 0
    with migration_lock(connection):
        pending = pending_migrations()
        if pending:
            call_command("migrate", interactive=False, verbosity=0)
    return len(pending)


def _require_migrations() -> None:
    from rollcall.config.migrations import pending_migrations

    pending = pending_migrations()
    if pending:
        raise click.ClickException(
            f"the database lacks {len(pending)} migrations; run: rollcall migrate"
        )
