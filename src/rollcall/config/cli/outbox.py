"""``rollcall outbox``: intended writes to POS systems, and which connections may write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rollcall.config.cli.django_setup import with_django

if TYPE_CHECKING:
    from collections.abc import Sequence

_STATES = ("held", "queued", "sending", "delivered", "refused", "dead", "discarded")
_as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
_values = click.option(
    "--values", is_flag=True, help="Print personal values, too; the audit says that you did."
)
_retailer = click.option("--retailer", help="Its slug; needed if there are several.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def outbox() -> None:
    """See, mend and discard what is to be written to POS systems; say who may write."""


@outbox.command("list")
@click.option("--connection", help="Only of this connection.")
@click.option("--store", help="Only of connections that serve this store.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(_STATES),
    help="Only in this state; may be said more than once. Otherwise what is not over yet.",
)
@_retailer
@_as_json
@with_django
def list_entries(
    *,
    connection: str | None,
    store: str | None,
    states: Sequence[str],
    retailer: str | None,
    as_json: bool,
) -> None:
    """List entries, the newest first, without values."""
    from rollcall.config.cli import outbox_actions

    outbox_actions.list_entries(
        connection=connection, store=store, states=states, retailer=retailer, as_json=as_json
    )


@outbox.command()
@click.argument("entry", type=click.IntRange(min=1))
@_values
@click.option("--json", "as_json", is_flag=True, help="Print the entry as one JSON object.")
@with_django
def show(*, entry: int, values: bool, as_json: bool) -> None:
    """Show ENTRY (its number): what is to be written, how often it was tried, what became of it."""
    from rollcall.config.cli import outbox_actions

    outbox_actions.show(entry, values=values, as_json=as_json)


@outbox.command()
@click.argument("entry", type=click.IntRange(min=1))
@with_django
def retry(*, entry: int) -> None:
    """Send ENTRY again, as it is, as soon as its connection may write."""
    from rollcall.config.cli import outbox_actions

    outbox_actions.retry(entry)


@outbox.command()
@click.argument("entry", type=click.IntRange(min=1))
@click.argument("changes", metavar="FIELD=VALUE...", nargs=-1, required=True)
@with_django
def edit(*, entry: int, changes: Sequence[str]) -> None:
    """Mend values of ENTRY and send it; FIELD= empties a field.

    Values end up in your shell's history; the page of the entry leaves no such trace.
    """
    from rollcall.config.cli import outbox_actions

    outbox_actions.edit(entry, changes)


@outbox.command()
@click.argument("entry", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why, for whoever looks at it later.")
@with_django
def discard(*, entry: int, reason: str) -> None:
    """Give ENTRY up for good; what was typed stays in the hub."""
    from rollcall.config.cli import outbox_actions

    outbox_actions.discard(entry, reason=reason)


@outbox.command()
@click.argument("connection")
@click.option(
    "--cap", type=click.IntRange(1, 100_000), help="Try it out: at most so many entries an hour."
)
@with_django
def enable(*, connection: str, cap: int | None) -> None:
    """Let CONNECTION write, if everything is ready for it; what was held goes out."""
    from rollcall.config.cli import outbox_actions

    outbox_actions.enable(connection, cap=cap)


@outbox.command()
@click.argument("connection")
@with_django
def disable(*, connection: str) -> None:
    """Let CONNECTION only read again; what waits is held."""
    from rollcall.config.cli import outbox_actions

    outbox_actions.disable(connection)


@outbox.command()
@click.argument("connection")
@with_django
def stop(*, connection: str) -> None:
    """Pull CONNECTION's kill switch: nothing is sent, what is typed waits."""
    from rollcall.config.cli import outbox_actions

    outbox_actions.set_stopped(connection, stopped=True)


@outbox.command()
@click.argument("connection")
@with_django
def resume(*, connection: str) -> None:
    """Release CONNECTION's kill switch."""
    from rollcall.config.cli import outbox_actions

    outbox_actions.set_stopped(connection, stopped=False)


@outbox.command("stop-all")
@_retailer
@with_django
def stop_all(*, retailer: str | None) -> None:
    """Pull the kill switch of all connections of a retailer."""
    from rollcall.config.cli import outbox_actions

    outbox_actions.stop_all(retailer)


@outbox.command("resume-all")
@_retailer
@with_django
def resume_all(*, retailer: str | None) -> None:
    """Release the kill switch of all connections of a retailer."""
    from rollcall.config.cli import outbox_actions

    outbox_actions.resume_all(retailer)


@outbox.command()
@click.argument("connection")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@with_django
def report(*, connection: str, as_json: bool) -> None:
    """Say whether CONNECTION may write, what is missing for that, and what it would write."""
    from rollcall.config.cli import outbox_actions

    outbox_actions.report(connection, as_json=as_json)
