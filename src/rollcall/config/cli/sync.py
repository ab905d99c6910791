"""Pulling, proving and repairing from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from rollcall.config.cli.django_setup import command_line_actor, with_django
from rollcall.config.cli.output import print_json, print_table, progress_bars

if TYPE_CHECKING:
    from rollcall.kit.scope import Scope
    from rollcall.sync.models import CustomerSync, PosConnection, QuarantinedRow, Reconciliation

EXIT_FAILED = 1
EXIT_DIFFERENT = 3
EXIT_BUSY = 4


class BusyError(click.ClickException):
    """Another process works on the account."""

    exit_code = EXIT_BUSY


def find(name: str) -> tuple[Scope, PosConnection]:
    """The connection of this name, with its retailer's scope."""
    from rollcall.stores.queries import get_system_scope
    from rollcall.sync.queries import find_connection_anywhere

    connection = find_connection_anywhere(name)
    if connection is None:
        raise click.ClickException(f"there is no connection {name!r}; rollcall syncs lists them")
    return get_system_scope(connection.retailer_id, actor=command_line_actor()), connection


@click.command()
@click.argument("connection")
@click.option("--full", is_flag=True, help="Read everything, and notice what is gone.")
@click.option("--queue", is_flag=True, help="Leave it to a worker and do not wait.")
@click.option("--release-brake", is_flag=True, help="Let many records go, once, in your name.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as one JSON object.")
@with_django
def sync(*, connection: str, full: bool, queue: bool, release_brake: bool, as_json: bool) -> int:
    """Pull CONNECTION's customers now and wait for the end.

    A run that was killed goes on where it stopped.
    """
    from rollcall.kit.clock import utc_now
    from rollcall.sync.operations.lease import LeaseHeldError, LeaseLostError
    from rollcall.sync.operations.requests import (
        NoBrakeError,
        request_sync,
    )
    from rollcall.sync.operations.requests import (
        release_brake as release,
    )

    scope, found = find(connection)
    if release_brake:
        try:
            release(scope, found, now=utc_now())
        except NoBrakeError as error:
            raise click.ClickException(str(error)) from error
    run = request_sync(scope, found, full=full, by_worker=queue)
    if queue:
        _print_queued(run, as_json=as_json)
        return 0
    try:
        finished = _run_with_progress(scope, run, name=connection, quiet=as_json)
        if full and not finished.full and finished.state == "finished":
            # An incremental run was under way and had to end first.
            again = request_sync(scope, found, full=True, by_worker=False)
            finished = _run_with_progress(scope, again, name=connection, quiet=as_json)
    except LeaseHeldError as error:
        raise BusyError(
            f"{error}; if it died, its lease runs out in {error.seconds:.0f} s"
        ) from error
    except LeaseLostError as error:
        raise BusyError(str(error)) from error
    _print_run(finished, as_json=as_json)
    return 0 if finished.state == "finished" else EXIT_FAILED


def _print_queued(run: CustomerSync, *, as_json: bool) -> None:
    if as_json:
        print_json(run_as_json(run))
    else:
        click.echo(f"run {run.pk} waits for a worker")


def _run_with_progress(scope: Scope, run: CustomerSync, *, name: str, quiet: bool) -> CustomerSync:
    from rollcall.sync.operations.run import run_sync

    with progress_bars(quiet=quiet) as bars:
        bar = bars.add_task(name, total=None)

        def report(current: CustomerSync) -> None:
            bars.update(
                bar,
                description=f"{name}: {current.get_phase_display()}",
                completed=current.rows_read,
                total=current.expected_rows,
            )

        return run_sync(scope, run, report=report)


def run_as_json(run: CustomerSync) -> dict[str, Any]:
    """A run for programs."""
    names = (
        "state phase full pages rows_read rows_new rows_changed rows_unchanged rows_quarantined"
        " records_merged records_gone takeovers requested_by requested_at started_at finished_at"
        " error_code error"
    )
    return {
        "sync": run.pk,
        "connection": run.connection.slug,
        **{name: getattr(run, name) for name in names.split()},
    }


def _print_run(run: CustomerSync, *, as_json: bool) -> None:
    if as_json:
        print_json(run_as_json(run))
        return
    if run.state == "failed":
        click.echo(f"failed: {run.error}", err=True)
        return
    click.echo(
        f"{run.rows_read} rows read: {run.rows_new} new, {run.rows_changed} changed,"
        f" {run.rows_unchanged} unchanged, {run.rows_quarantined} quarantined;"
        f" {run.records_merged} merged, {run.records_gone} gone"
    )


@click.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_django
def syncs(*, limit: int, as_json: bool) -> int:
    """List connections and their newest runs."""
    from rollcall.stores.queries import get_system_scope, list_retailers
    from rollcall.sync import queries

    rows = []
    for retailer in list_retailers():
        scope = get_system_scope(retailer.pk, actor=command_line_actor())
        for found in queries.list_connections(scope):
            runs = queries.list_runs(scope, connection=found, limit=limit)
            rows += [_run_row(found, run) for run in runs] or [(found.slug, "never synchronised")]
            if as_json:
                for run in runs:
                    print_json(run_as_json(run))
    if not as_json:
        columns = (
            "connection",
            "state",
            "started",
            "read",
            "new",
            "changed",
            "quarantined",
            "error",
        )
        print_table(columns, rows)
    return 0


def _run_row(found: PosConnection, run: CustomerSync) -> tuple[object, ...]:
    started = run.started_at.strftime("%Y-%m-%d %H:%M:%SZ") if run.started_at else ""
    counts = (run.rows_read, run.rows_new, run.rows_changed, run.rows_quarantined)
    return (found.slug, run.get_state_display(), started, *counts, run.error)


@click.command()
@click.argument("connection", required=False)
@click.option("--retry", is_flag=True, help="Try the connection's rows again now.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_django
def quarantine(*, connection: str | None, retry: bool, as_json: bool) -> int:
    """List the rows that could not be taken over, with the reason."""
    from rollcall.stores.queries import get_system_scope, list_retailers
    from rollcall.sync import queries

    if connection is not None:
        scope, found = find(connection)
        if retry:
            _retry(scope, found)
        rows = queries.list_quarantined(scope, connection=found)
    else:
        if retry:
            raise click.UsageError("say which connection's rows to try again")
        scopes = [get_system_scope(one.pk, actor=command_line_actor()) for one in list_retailers()]
        rows = [row for scope in scopes for row in queries.list_quarantined(scope)]
    _print_rows(rows, as_json=as_json)
    return 0


def _retry(scope: Scope, found: PosConnection) -> None:
    from rollcall.sync.operations.lease import LeaseHeldError
    from rollcall.sync.operations.retry import retry_connection

    try:
        result = retry_connection(scope, found)
    except LeaseHeldError as error:
        raise BusyError(f"{error}; it tries the rows itself at its end") from error
    click.echo(f"{result.tried} tried, {result.still_bad} still cannot be taken over", err=True)


def _print_rows(rows: list[QuarantinedRow], *, as_json: bool) -> None:
    names = ("external_id", "code", "field", "reason", "first_seen_at", "last_seen_at", "attempts")
    if as_json:
        for row in rows:
            fields = {name: getattr(row, name) for name in names}
            print_json({"account": str(row.account), **fields})
        return
    if not rows:
        click.echo("nothing is in quarantine")
        return
    columns = ("account", "POS id", "reason", "since", "attempts")
    print_table(
        columns,
        (
            (
                row.account,
                row.external_id or "(none)",
                row.reason,
                f"{row.first_seen_at:%Y-%m-%d %H:%M}Z",
                row.attempts,
            )
            for row in rows
        ),
    )


@click.command()
@click.argument("connection")
@click.option("--repair", is_flag=True, help="Take over what is missing or different.")
@click.option("--json", "as_json", is_flag=True, help="Print the proof as one JSON object.")
@with_django
def reconcile(*, connection: str, repair: bool, as_json: bool) -> int:
    """Compare every record of CONNECTION with the POS; exit code 3 if something differs."""
    from rollcall.sync.operations import reconcile as engine
    from rollcall.sync.operations.lease import LeaseHeldError

    scope, found = find(connection)
    try:
        with progress_bars(quiet=as_json) as bars:
            bar = bars.add_task(f"{connection}: comparing", total=None)
            proof = engine.reconcile(
                scope,
                found,
                repair=repair,
                tick=lambda count: bars.update(bar, completed=count),
            )
    except LeaseHeldError as error:
        raise BusyError(str(error)) from error
    except engine.BrakeError as error:
        raise click.ClickException(str(error)) from error
    _print_proof(proof, as_json=as_json)
    agree = not (proof.missing or proof.extra or proof.different)
    return 0 if agree or repair else EXIT_DIFFERENT


def proof_as_json(proof: Reconciliation) -> dict[str, Any]:
    """A reconciliation for programs: ``at_pos = here + missing + quarantined - extra``."""
    names = ("at_pos", "here", "missing", "extra", "different", "quarantined")
    return {
        "connection": proof.connection.slug,
        "kind": proof.connection.kind,
        **{name: getattr(proof, name) for name in names},
    }


def _print_proof(proof: Reconciliation, *, as_json: bool) -> None:
    if as_json:
        print_json(proof_as_json(proof))
        return
    click.echo(
        f"{proof.at_pos} at the POS, {proof.here} here: {proof.missing} missing,"
        f" {proof.extra} extra, {proof.different} different, {proof.quarantined} quarantined"
    )
    for word in ("missing", "extra", "different"):
        ids = getattr(proof, f"{word}_ids")
        if ids:
            click.echo(f"  {word}: {', '.join(ids[:20])}{' …' if len(ids) > 20 else ''}")
    if proof.repaired:
        click.echo("repaired; the counts above are those before the repair")
