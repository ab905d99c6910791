"""Webhooks that call programs of a retailer: listing them, and delivering events once more."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from rollcall.config.cli.django_setup import command_line_actor, with_django
from rollcall.config.cli.output import print_json, print_table

if TYPE_CHECKING:
    from rollcall.kit.scope import Scope

_INSTANT = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"])
_BEGINNING = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_COLUMNS = ("webhook", "retailer", "name", "state", "waiting", "given up", "delivered", "failed")


@click.group()
def webhooks() -> None:
    """See the webhooks that call your programs; deliver events once more."""


@webhooks.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_django
def list_(*, as_json: bool) -> int:
    """List all webhooks, with what waits for them."""
    from rollcall.events.queries.health import find_health
    from rollcall.kit.clock import utc_now

    rows = [
        (one.webhook.pk, slug, one.webhook.name, one.webhook.state, one.backlog.waiting,
         one.backlog.dead, one.webhook.delivered, one.webhook.failed)
        for slug, scope in _scopes()
        for one in find_health(scope, now=utc_now())
    ]  # fmt: skip
    if as_json:
        for row in rows:
            print_json(dict(zip(_COLUMNS, row, strict=True)))
    elif rows:
        print_table(_COLUMNS, rows)
    else:
        click.echo("there are no webhooks", err=True)
    return 0


@webhooks.command()
@click.argument("webhook", type=click.IntRange(min=1))
@click.option(
    "--delivery",
    "deliveries",
    multiple=True,
    type=click.IntRange(min=1),
    help="Only this one; may be given several times.",
)
@click.option("--since", type=_INSTANT, help="Events from this time on, UTC.")
@click.option("--until", type=_INSTANT, help="Events before this time, UTC.")
@click.option("--dead", is_flag=True, help="Only those that were given up.")
@with_django
def replay(
    *,
    webhook: int,
    deliveries: tuple[int, ...],
    since: dt.datetime | None,
    until: dt.datetime | None,
    dead: bool,
) -> int:
    """Deliver events to WEBHOOK once more, under the ids that they had."""
    from rollcall.events.operations.replaying import replay_deliveries, replay_range
    from rollcall.kit.clock import utc_now

    if deliveries and (since or until or dead):
        raise click.UsageError("--delivery goes with no range")
    scope, now = _find(webhook), utc_now()
    if deliveries:
        count = replay_deliveries(scope, webhook, deliveries, now=now)
    else:
        count = replay_range(
            scope,
            webhook,
            since=since.replace(tzinfo=dt.UTC) if since else _BEGINNING,
            until=until.replace(tzinfo=dt.UTC) if until else now,
            only_dead=dead,
            now=now,
        )
    click.echo(f"{count} deliveries wait for a worker", err=True)
    return 0 if count else 1


@webhooks.command()
@click.argument("webhook", type=click.IntRange(min=1))
@with_django
def test(*, webhook: int) -> int:
    """Have an event without content delivered to WEBHOOK by a worker."""
    from rollcall.events.operations.replaying import send_test
    from rollcall.kit.clock import utc_now

    sent = send_test(_find(webhook), webhook, now=utc_now())
    click.echo(f"{sent.event_id} waits for a worker", err=True)
    return 0


def _find(webhook_id: int) -> Scope:
    from rollcall.events.queries.webhooks import find_retailer
    from rollcall.stores.queries import get_system_scope

    retailer_id = find_retailer(webhook_id)
    if retailer_id is None:
        raise click.ClickException(f"there is no webhook {webhook_id}")
    return get_system_scope(retailer_id, actor=command_line_actor())


def _scopes() -> list[tuple[str, Scope]]:
    from rollcall.stores.queries import get_system_scope, list_retailers

    return [
        (one.slug, get_system_scope(one.pk, actor=command_line_actor())) for one in list_retailers()
    ]
