"""Looking people up from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from rollcall.config.cli.django_setup import command_line_actor, with_django
from rollcall.config.cli.output import print_json, print_table

if TYPE_CHECKING:
    from rollcall.customers.queries.search import SearchHit
    from rollcall.stores.models import Retailer


@click.group()
def customers() -> None:
    """Look people up."""


@customers.command()
@click.argument("text")
@click.option("--retailer", help="Its slug; needed if there are several.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_django
def search(*, text: str, retailer: str | None, limit: int, as_json: bool) -> int:
    """Search for TEXT: a name, phone (or its last four digits), e-mail, birth date, licence or id.

    Exit code 1 if nobody is found.
    """
    from rollcall.customers.operations.reading import search_customers
    from rollcall.kit.clock import utc_now
    from rollcall.stores.queries import get_system_scope

    scope = get_system_scope(pick_retailer(retailer).pk, actor=command_line_actor())
    result = search_customers(scope, text, today=utc_now().date(), limit=limit)
    if as_json:
        for hit in result.hits:
            print_json(_as_json(hit))
    elif result.hits:
        columns = ("name", "born on", "phone", "e-mail", "found by", "records")
        print_table(columns, map(_row, result.hits))
        if result.more:
            click.echo(
                f"more than {len(result.hits)} people; type more to narrow it down", err=True
            )
    else:
        click.echo("nobody found", err=True)
    return 0 if result.hits else 1


def pick_retailer(slug: str | None) -> Retailer:
    from rollcall.stores.queries import (
        RetailerNotFoundError,
        get_retailer,
        list_retailers,
    )

    if slug is not None:
        try:
            return get_retailer(slug)
        except RetailerNotFoundError as error:
            raise click.ClickException(str(error)) from error
    known = list_retailers()
    if len(known) != 1:
        names = ", ".join(one.slug for one in known) or "none yet; see rollcall apply"
        raise click.UsageError(f"say --retailer (there are: {names})")
    return known[0]


def _row(hit: SearchHit) -> tuple[object, ...]:
    records = ", ".join(f"{record.account_key} {record.external_id}" for record in hit.records)
    return (hit.display_name, hit.born_on, hit.phone, hit.email, ", ".join(hit.matched), records)


def _as_json(hit: SearchHit) -> dict[str, Any]:
    return {
        "customer_id": str(hit.public_id),
        "name": hit.display_name,
        "born_on": hit.born_on or None,
        "phone": hit.phone or None,
        "email": hit.email or None,
        "matched": list(hit.matched),
        "records": [
            {
                "kind": record.kind,
                "account": record.account_key,
                "external_id": record.external_id,
                "status": record.status,
                "gone": record.gone_at is not None,
            }
            for record in hit.records
        ],
    }
