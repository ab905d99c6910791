"""What POS systems called with: listing it, having it processed again, and making addresses."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from rollcall.config.cli.django_setup import command_line_actor, with_django
from rollcall.config.cli.output import print_json, print_table
from rollcall.config.cli.sync import find

if TYPE_CHECKING:
    from rollcall.inbox.models import InboxEvent
    from rollcall.kit.scope import Scope

_STATES = ("received", "processed", "ignored", "failed")
_INSTANT = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"])
_BEGINNING = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@click.group()
def inbox() -> None:
    """See what POS systems called with; have it processed again."""


@inbox.command("list")
@click.argument("connection", required=False)
@click.option("--state", type=click.Choice(_STATES), help="Only these; received ones wait.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_django
def list_(*, connection: str | None, state: str | None, limit: int, as_json: bool) -> int:
    """List the newest events, of CONNECTION or of all."""
    from rollcall.inbox.queries import list_events

    if connection is not None:
        scope, found = find(connection)
        events = list_events(scope, connection=found, state=state or "", limit=limit)
    else:
        scopes = _all_scopes()
        each = [list_events(scope, state=state or "", limit=limit) for scope in scopes]
        events = sorted((one for some in each for one in some), key=lambda one: -one.pk)[:limit]
    if as_json:
        for one in events:
            print_json(_as_json(one))
    elif events:
        columns = ("event", "connection", "POS id", "received", "state", "outcome", "attempts")
        print_table(columns, map(_row, events))
    else:
        click.echo("nothing was received", err=True)
    return 0


@inbox.command()
@click.argument("events", nargs=-1, type=click.IntRange(min=1))
@click.option("--connection", help="All events of this connection, in a range of time.")
@click.option("--since", type=_INSTANT, help="UTC; with --connection.")
@click.option("--until", type=_INSTANT, help="UTC, not included; with --connection.")
@with_django
def replay(
    *,
    events: tuple[int, ...],
    connection: str | None,
    since: dt.datetime | None,
    until: dt.datetime | None,
) -> int:
    """Have EVENTS processed again by a worker, or all of a connection in a range of time.

    Harmless: what is older than what is held changes nothing.
    """
    if bool(events) == (connection is not None):
        raise click.UsageError("name either events or a --connection")
    if events and (since or until):
        raise click.UsageError("--since and --until go with --connection")
    if connection is None:
        count = _replay_events(events)
    else:
        count = _replay_range(connection, since, until)
    click.echo(f"{count} events wait for a worker", err=True)
    return 0 if count else 1


@inbox.command()
@click.argument("connection")
@click.option(
    "--overlap-days", default=7, show_default=True, type=click.IntRange(0, 365),
    help="How long an earlier address goes on working.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_django
def address(*, connection: str, overlap_days: int, as_json: bool) -> int:
    """Make a new address for CONNECTION's POS to call, and print it this once."""
    from django.conf import settings

    from rollcall.inbox.operations.addresses import NoWebhooksError, make_address
    from rollcall.kit.clock import utc_now

    scope, found = find(connection)
    try:
        made = make_address(scope, found, overlap=dt.timedelta(days=overlap_days), now=utc_now())
    except NoWebhooksError as error:
        raise click.ClickException(str(error)) from error
    addresses = [f"{settings.ORIGIN}{path}" for path in made.paths]
    if as_json:
        print_json({"addresses": addresses, "how_to_register": made.how_to_register})
        return 0
    for one in addresses:
        click.echo(one)
    if not settings.ORIGIN:
        click.echo("put your server's https:// address before it (or set ROLLCALL_URL)", err=True)
    click.echo(made.how_to_register, err=True)
    if made.replaces:
        click.echo(
            f"the earlier address works until {made.earlier_until:%Y-%m-%d %H:%M}Z", err=True
        )
    return 0


def _replay_events(ids: tuple[int, ...]) -> int:
    from rollcall.inbox.operations.replaying import replay_events
    from rollcall.kit.clock import utc_now

    return sum(replay_events(scope, ids, now=utc_now()) for scope in _all_scopes())


def _replay_range(connection: str, since: dt.datetime | None, until: dt.datetime | None) -> int:
    from rollcall.inbox.operations.replaying import replay_range
    from rollcall.kit.clock import utc_now

    scope, found = find(connection)
    now = utc_now()
    return replay_range(
        scope,
        found,
        since=since.replace(tzinfo=dt.UTC) if since else _BEGINNING,
        until=until.replace(tzinfo=dt.UTC) if until else now,
        now=now,
    )


def _all_scopes() -> list[Scope]:
    from rollcall.stores.queries import get_system_scope, list_retailers

    return [get_system_scope(one.pk, actor=command_line_actor()) for one in list_retailers()]


def _as_json(one: InboxEvent) -> dict[str, Any]:
    names = (
        "topic", "kind", "external_id", "state", "outcome", "attempts",
        "received_at", "not_before", "processed_at",
    )  # fmt: skip
    return {
        "event": one.pk,
        "connection": one.connection.slug,
        **{name: getattr(one, name) for name in names},
    }


def _row(one: InboxEvent) -> tuple[object, ...]:
    return (
        one.pk, one.connection.slug, one.external_id, f"{one.received_at:%Y-%m-%d %H:%M:%S}Z",
        one.get_state_display(), one.outcome, one.attempts,
    )  # fmt: skip
