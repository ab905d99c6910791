"""``rollcall products``: what stores sell, as far as orders need it."""

from __future__ import annotations

from pathlib import Path

import click

from rollcall.config.cli.django_setup import with_django


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def products() -> None:
    """Say what stores sell, so that kiosks can take orders."""


@products.command("import")
@click.argument("store")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--retailer", help="Its slug; needed if there are several.")
@with_django
def import_file(*, store: str, file: Path, retailer: str | None) -> None:
    """Create or update what STORE (its slug) sells from FILE, a CSV in UTF-8.

    Columns: sku, name, value_id, value_name, value, and perhaps active; one row is one price.
    All rows are taken over, or none: what is wrong is told by line and column. Products that the
    file does not name stay as they are.
    """
    from rollcall.config.cli import order_actions

    order_actions.import_products(store, file, retailer=retailer)
