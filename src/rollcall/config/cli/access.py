"""Who may do what."""

from __future__ import annotations

import datetime as dt

import click

from rollcall.config.cli.django_setup import with_django


@click.group()
def access() -> None:
    """Print who may do what; see a retailer's data for a while, for a reason."""


@access.command("break-glass")
@click.argument("retailer")
@click.argument("email")
@click.option("--reason", required=True, help="Shown to the retailer.")
@click.option(
    "--minutes", type=click.IntRange(1, 480), default=60, show_default=True, help="How long."
)
@with_django
def break_glass(*, retailer: str, email: str, reason: str, minutes: int) -> None:
    """Let EMAIL see RETAILER as an administrator for a while.

    They need an account with a second step. The retailer's administrators are told, see the reason,
    and may end it.
    """
    from rollcall.access.operations.break_glass import BreakGlassInvalidError, open_break_glass
    from rollcall.config.cli.key_actions import in_words, retailer_scope
    from rollcall.kit.clock import utc_now
    from rollcall.stores.models import User

    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise click.ClickException("nobody has this address")
    lasts = dt.timedelta(minutes=minutes)
    try:
        with in_words():
            scope = retailer_scope(retailer)
            glass = open_break_glass(scope, user, reason=reason, lasts=lasts, now=utc_now())
    except BreakGlassInvalidError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"open until {glass.ends_at:%Y-%m-%d %H:%M} UTC", err=True)


@access.command()
@with_django
def table() -> None:
    """Print the table of roles and operations, as it stands in docs/access.md."""
    from rollcall.config.access_table import write_table

    click.echo(write_table(), nl=False)
