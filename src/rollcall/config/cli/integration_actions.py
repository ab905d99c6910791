"""What ``rollcall keys integration`` does, once Django is set up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import click

from rollcall.config.cli.django_setup import command_line_actor
from rollcall.config.cli.key_actions import in_words, retailer_scope, state_of
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Grant, Role, Scope
from rollcall.stores import operations, queries
from rollcall.stores.models import Store


def mint(
    retailer: str,
    name: str,
    *,
    role: str,
    grants: Sequence[str],
    stores: Sequence[str],
    days: int | None,
) -> None:
    """Make and print a key."""
    with in_words():
        scope = retailer_scope(retailer)
        minted = operations.mint_integration_key(
            scope,
            name=name,
            role=Role(role),
            grants=[Grant(one) for one in grants],
            stores=_stores(scope, stores) if stores else None,
            expires_at=utc_now() + dt.timedelta(days=days) if days else None,
        )
    click.echo(minted.text)


def list_all(retailer: str) -> None:
    """Print keys by their public parts."""
    with in_words():
        scope = retailer_scope(retailer)
        rows = queries.list_integration_keys(scope)
    for row in rows:
        held = ["all stores"] if row.all_stores else queries.name_stores(scope, row)
        used = f"used {row.last_used_at:%Y-%m-%d %H:%M} UTC" if row.last_used_at else "never used"
        opens = f"{row.role}, {' '.join(row.grants)}, {' '.join(held)}"
        click.echo(f"{row.public_part}  {state_of(row, utc_now())}  {row.name}  ({opens}; {used})")


def revoke(public_part: str) -> None:
    """Close the door for a key."""
    with in_words():
        row = queries.get_integration_key(public_part)
        scope = queries.get_system_scope(row.retailer_id, actor=command_line_actor())
        operations.revoke_integration_key(scope, public_part, now=utc_now())
    click.echo(f"{public_part}: revoked", err=True)


def _stores(scope: Scope, slugs: Sequence[str]) -> list[Store]:
    found = list(Store.objects.scoped(scope).filter(slug__in=slugs))
    unknown = sorted(set(slugs) - {one.slug for one in found})
    if unknown:
        raise click.ClickException(f"there is no store {unknown[0]!r}")
    return found
