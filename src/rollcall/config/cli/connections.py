"""Steering connections: pause, resume, rewind, backfill, and when they are read by themselves."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from rollcall.config.cli.django_setup import command_line_actor, with_django
from rollcall.config.cli.output import print_json, print_table
from rollcall.config.cli.sync import find

if TYPE_CHECKING:
    from rollcall.kit.scope import Scope
    from rollcall.sync.models import PosConnection, Schedule
    from rollcall.sync.operations.schedules import ScheduleChanges
    from rollcall.sync.queries import ConnectionView

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def connections() -> None:
    """List connections and steer them."""


@connections.command("list")
@as_json_option
@with_django
def list_all(*, as_json: bool) -> None:
    """Show every connection: whether it runs by itself, and whether its POS answers."""
    from rollcall.stores.queries import get_system_scope, list_retailers
    from rollcall.sync import queries

    views = [
        queries.get_connection_view(scope, found)
        for retailer in list_retailers()
        for scope in [get_system_scope(retailer.pk, actor=command_line_actor())]
        for found in queries.list_connections(scope)
    ]
    if as_json:
        for view in views:
            print_json(_as_json(view))
        return
    columns = ("connection", "kind", "state", "changes every", "next", "circuit", "failures")
    print_table(columns, [_row(view) for view in views])


def _row(view: ConnectionView) -> tuple[object, ...]:
    plan, circuit = view.schedule, view.circuit
    state = "paused" if view.connection.paused else "active"
    shown = [view.connection.slug, view.connection.kind, state]
    if plan is None:
        return (*shown, "", "", circuit.state if circuit else "", "")
    every = f"{plan.changes_every_s} s" if plan.changes_every_s else "never"
    return (
        *shown,
        every,
        _instant(plan.next_changes_at),
        circuit.state if circuit else "",
        plan.failures or "",
    )


def _instant(value: dt.datetime | None) -> str:
    return "" if value is None else f"{value:%Y-%m-%d %H:%M:%S}Z"


def _as_json(view: ConnectionView) -> dict[str, Any]:
    found, circuit = view.connection, view.circuit
    return {
        "connection": found.slug,
        "kind": found.kind,
        "paused": found.paused,
        "paused_by": found.paused_by,
        "paused_at": found.paused_at,
        "circuit": None if circuit is None else circuit.state,
        "schedule": None if view.schedule is None else schedule_as_json(view.schedule),
    }


def schedule_as_json(plan: Schedule) -> dict[str, Any]:
    """A schedule for programs, in the words of the file that ``rollcall apply`` reads."""
    from rollcall.sync.rules.schedule_words import days_in_words

    return {
        "changes_every_s": plan.changes_every_s,
        "full_on": days_in_words(plan.full_days),
        "reconcile_on": days_in_words(plan.reconcile_days),
        "off_peak_from": f"{plan.off_peak_from:%H:%M}",
        "off_peak_until": f"{plan.off_peak_until:%H:%M}",
        "next_changes_at": plan.next_changes_at,
        "next_full_at": plan.next_full_at,
        "next_reconcile_at": plan.next_reconcile_at,
        "held_until": plan.held_until,
        "failures": plan.failures,
    }


@connections.command()
@click.argument("connection")
@with_django
def pause(*, connection: str) -> None:
    """Let CONNECTION rest: nothing is read by itself, and a sync under way stops."""
    _set_paused(connection, paused=True)


@connections.command()
@click.argument("connection")
@with_django
def resume(*, connection: str) -> None:
    """Let CONNECTION go on; what was missed is read once."""
    _set_paused(connection, paused=False)


def _set_paused(name: str, *, paused: bool) -> None:
    from rollcall.kit.clock import utc_now
    from rollcall.sync.operations.steering import set_paused

    scope, found = find(name)
    word = "paused" if paused else "active"
    changed = set_paused(scope, found, paused=paused, now=utc_now())
    click.echo(f"{name} is {word}" + ("" if changed else " already"))


@connections.command()
@click.argument("connection")
@click.option(
    "--to", "moment", required=True, metavar="DATE",
    help="2026-11-20, at midnight where the stores are, or 2026-11-20T14:30.",
)  # fmt: skip
@with_django
def rewind(*, connection: str, moment: str) -> None:
    """Read again what changed at CONNECTION's POS since DATE. A worker does it."""
    from rollcall.kit.clock import utc_now
    from rollcall.sync.operations.steering import RewindError
    from rollcall.sync.operations.steering import rewind as do_rewind

    scope, found = find(connection)
    try:
        run = do_rewind(scope, found, to=_read_moment(moment, found), now=utc_now())
    except RewindError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"run {run.pk} waits for a worker")


def _read_moment(text: str, found: PosConnection) -> dt.datetime:
    from zoneinfo import ZoneInfo

    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError("--to has to be a date such as 2026-11-20") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(found.time_zone))


@connections.command()
@click.argument("connection")
@with_django
def backfill(*, connection: str) -> None:
    """Read everything of CONNECTION anew. A worker does it."""
    from rollcall.sync.operations.steering import backfill as do_backfill

    scope, found = find(connection)
    click.echo(f"run {do_backfill(scope, found).pk} waits for a worker")


@connections.command()
@click.argument("connection")
@click.option("--changes-every", type=int, metavar="SECONDS", help="30 to 86400; 0: never.")
@click.option("--full-on", metavar="DAYS", help="daily, never, or days such as mon,thu.")
@click.option("--reconcile-on", metavar="DAYS", help="The same for the reconciliation.")
@click.option("--off-peak", metavar="FROM-UNTIL", help="02:00-05:00, where the stores are.")
@as_json_option
@with_django
def schedule(
    *,
    connection: str,
    changes_every: int | None,
    full_on: str | None,
    reconcile_on: str | None,
    off_peak: str | None,
    as_json: bool,
) -> None:
    """Show when CONNECTION is read by itself; change what is given."""
    from rollcall.sync.operations.schedules import ScheduleError
    from rollcall.sync.rules.schedule_words import ScheduleWordError

    scope, found = find(connection)
    try:
        changes = _read_changes(changes_every, full_on, reconcile_on, off_peak)
        plan = _change(scope, found, changes)
    except (ScheduleError, ScheduleWordError) as error:
        raise click.UsageError(str(error)) from error
    shown = schedule_as_json(plan)
    if as_json:
        print_json({"connection": found.slug, "paused": found.paused, **shown})
        return
    print_table(("", ""), [(name.replace("_", " "), one) for name, one in shown.items()])


def _change(scope: Scope, found: PosConnection, changes: ScheduleChanges) -> Schedule:
    from rollcall.kit.clock import utc_now
    from rollcall.sync.operations.schedules import change_schedule

    return change_schedule(scope, found, changes, now=utc_now()).row


def _read_changes(
    changes_every: int | None, full_on: str | None, reconcile_on: str | None, off_peak: str | None
) -> ScheduleChanges:
    from rollcall.sync.operations.schedules import ScheduleChanges
    from rollcall.sync.rules.schedule_words import read_days, read_time

    starts, _, ends = (off_peak or "").partition("-")
    return ScheduleChanges(
        changes_every_s=changes_every,
        full_days=None if full_on is None else read_days(full_on.split(",")),
        reconcile_days=None if reconcile_on is None else read_days(reconcile_on.split(",")),
        off_peak_from=None if off_peak is None else read_time(starts),
        off_peak_until=None if off_peak is None else read_time(ends),
    )
