"""The machine-readable description of the APIs, for generators and reviews."""

from __future__ import annotations

import json

import click

from rollcall.config.cli.django_setup import with_django


@click.command()
@click.option(
    "--api",
    type=click.Choice(["platform", "kiosk"]),
    default="platform",
    show_default=True,
    help="/api/v2 for programs, or /api/v1 for kiosks.",
)
@with_django
def openapi(*, api: str) -> None:
    """Print the OpenAPI 3.1 document of an API; no database is needed."""
    from ninja.responses import NinjaJSONEncoder

    from rollcall.config import urls

    chosen = {"platform": urls.platform_api, "kiosk": urls.kiosk_api}[api]
    document = chosen.get_openapi_schema()
    click.echo(json.dumps(document, cls=NinjaJSONEncoder, indent=2, ensure_ascii=False))
