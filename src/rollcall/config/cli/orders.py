"""``rollcall orders``: which kiosks' keys may take payment."""

from __future__ import annotations

import click

from rollcall.config.cli.django_setup import with_django


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def orders() -> None:
    """Say which kiosks' keys may mark orders as paid."""


@orders.command("allow-payment")
@click.argument("key")
@with_django
def allow_payment(*, key: str) -> None:
    """Let KEY (its public part) mark orders as paid, and read the names on them."""
    from rollcall.config.cli import order_actions

    order_actions.set_payment(key, allowed=True)


@orders.command("forbid-payment")
@click.argument("key")
@with_django
def forbid_payment(*, key: str) -> None:
    """Take that right from KEY (its public part)."""
    from rollcall.config.cli import order_actions

    order_actions.set_payment(key, allowed=False)
