"""What ``rollcall products`` and ``rollcall orders`` do."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from rollcall.config.cli.customers import pick_retailer
from rollcall.config.cli.django_setup import command_line_actor
from rollcall.kit.clock import utc_now
from rollcall.orders.operations import paying
from rollcall.orders.operations.importing import import_products as import_table
from rollcall.orders.queries.products import find_store
from rollcall.orders.rules.product_tables import TableUnreadableError
from rollcall.stores.queries import KeyNotFoundError, get_key, get_system_scope


def import_products(slug: str, path: Path, *, retailer: str | None) -> None:
    """Take a table over, and say how many products it made, changed, or found as they were."""
    scope = get_system_scope(pick_retailer(retailer).pk, actor=command_line_actor())
    store = find_store(scope, slug)
    if store is None:
        raise click.ClickException(f"there is no store {slug!r}")
    try:
        saved = import_table(scope, store, path)
    except TableUnreadableError as error:
        for problem in error.problems:
            click.echo(f"  {problem}", err=True)
        raise click.ClickException(f"{path}: nothing was stored") from error
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror}") from error
    counts = Counter(one.action.value for one in saved)
    told = [f"{counts[name]} {name}" for name in ("created", "updated", "unchanged")]
    click.echo(f"{slug}: {', '.join(told)}")


def set_payment(public_part: str, *, allowed: bool) -> None:
    """Give a kiosk's key the right to mark orders as paid, or take it."""
    try:
        key = get_key(public_part)
    except KeyNotFoundError as error:
        raise click.ClickException(str(error)) from error
    scope = get_system_scope(key.retailer_id, actor=command_line_actor())
    if allowed:
        changed = paying.allow_payment(scope, key, now=utc_now())
    else:
        changed = paying.forbid_payment(scope, key)
    state = "may mark orders as paid" if allowed else "may not mark orders as paid"
    click.echo(f"{public_part}: {state}{'' if changed else ' (as before)'}", err=True)
