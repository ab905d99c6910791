"""``rollcall keys``: data keys, the master key, and keys of kiosks and integrations."""

from __future__ import annotations

import datetime as dt

import click

from rollcall.config.cli.django_setup import with_django
from rollcall.kit.scope import Grant


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def keys() -> None:
    """Rotate data keys, take up a new master key, give keys to kiosks and programs."""


@keys.command()
@click.argument("retailer")
@click.option("--no-wait", is_flag=True, help="Do not wait for running processes to follow.")
@with_django
def rotate(*, retailer: str, no_wait: bool) -> None:
    """Give RETAILER (its slug) a new data key and seal everything anew.

    Rollcall goes on working meanwhile. When interrupted, `rollcall keys reseal` goes on.
    """
    from rollcall.config.cli import key_actions

    key_actions.rotate(retailer, wait=not no_wait)


@keys.command()
@click.argument("retailer")
@with_django
def reseal(*, retailer: str) -> None:
    """Finish a rotation of RETAILER: seal what older data keys sealed with the newest."""
    from rollcall.config.cli import key_actions

    key_actions.reseal(retailer)


@keys.command()
@with_django
def rewrap() -> None:
    """Wrap all data keys with the present master key.

    Before: start every process with the new ROLLCALL_MASTER_KEY and the old one as
    ROLLCALL_MASTER_KEY_PREVIOUS. Afterwards only backups need the old one.
    """
    from rollcall.config.cli import key_actions

    key_actions.rewrap()


@keys.group()
def kiosk() -> None:
    """Keys that kiosks show to the API: two at most, so that one can follow the other."""


@kiosk.command()
def generate() -> None:
    """Print a new key that nobody knows yet, to be handed to `rollcall apply` by env or file."""
    from rollcall.stores.rules.api_keys import mint_api_key

    click.echo(mint_api_key().text)


@kiosk.command()
@click.argument("catalog_id")
@click.option("--days", type=click.IntRange(1, 3650), help="Expire after so many days.")
@click.option(
    "--profile",
    type=click.Choice(["strict", "attended"]),
    default="strict",
    show_default=True,
    help="attended: for a device in the hands of staff; it sees whole rows.",
)
@click.option("--origin", "origins", multiple=True, help="Of a web page that may use the key.")
@with_django
def mint(*, catalog_id: str, days: int | None, profile: str, origins: tuple[str, ...]) -> None:
    """Make a key for a kiosk and print it, once."""
    from rollcall.config.cli import key_actions

    key_actions.mint(catalog_id, days=days, profile=profile, origins=origins)


@kiosk.command("profile")
@click.argument("public_part")
@click.argument("profile", type=click.Choice(["strict", "attended", "legacy"]))
@click.option("--reason", required=True, help="Shown to administrators beside the key.")
@click.option("--days", type=click.IntRange(1, 180), help="How long a legacy key lasts.")
@click.option(
    "--origin", "origins", multiple=True, help="Of a web page that may use it; none given: any."
)
@click.option("--no-web-pages", is_flag=True, help="No web page may use the key.")
@with_django
def set_profile(
    *,
    public_part: str,
    profile: str,
    reason: str,
    days: int | None,
    origins: tuple[str, ...],
    no_web_pages: bool,
) -> None:
    """Say how far a key is trusted; it counts from the next request on.

    A legacy key may stand in addresses, where proxies and logs of others keep it.
    """
    from rollcall.config.cli import key_actions

    allowed = origins or (() if no_web_pages else None)
    key_actions.set_profile(public_part, profile, reason=reason, days=days, origins=allowed)


@kiosk.command("rotate")
@click.argument("catalog_id")
@click.option(
    "--grace-hours",
    type=click.IntRange(0, 24 * 90),
    default=24 * 7,
    show_default=True,
    help="How long the present key goes on working.",
)
@with_django
def rotate_kiosk_key(*, catalog_id: str, grace_hours: int) -> None:
    """Make a kiosk's next key and print it, once; the present one expires after a while."""
    from rollcall.config.cli import key_actions

    key_actions.rotate_kiosk_key(catalog_id, grace=dt.timedelta(hours=grace_hours))


@kiosk.command("list")
@click.argument("catalog_id")
@with_django
def list_kiosk_keys(*, catalog_id: str) -> None:
    """List a kiosk's keys by their public parts."""
    from rollcall.config.cli import key_actions

    key_actions.list_kiosk_keys(catalog_id)


@kiosk.command()
@click.argument("public_part")
@with_django
def revoke(*, public_part: str) -> None:
    """Close the door for a key at once and for good."""
    from rollcall.config.cli import key_actions

    key_actions.revoke(public_part)


@keys.group()
def integration() -> None:
    """Keys that programs show to the platform API (/api/v2)."""


@integration.command("mint")
@click.argument("retailer")
@click.argument("name")
@click.option("--role", type=click.Choice(["staff", "manager", "admin"]), required=True)
@click.option(
    "--scope",
    "grants",
    type=click.Choice([grant.value for grant in Grant]),
    multiple=True,
    required=True,
    help="What it may be used for; may be given several times.",
)
@click.option("--store", "stores", multiple=True, help="Slug of a store; without one, all stores.")
@click.option("--days", type=click.IntRange(1, 3650), help="Expire after so many days.")
@with_django
def mint_integration(
    *,
    retailer: str,
    name: str,
    role: str,
    grants: tuple[str, ...],
    stores: tuple[str, ...],
    days: int | None,
) -> None:
    """Make a key for a program of RETAILER (its slug) and print it, once."""
    from rollcall.config.cli import integration_actions

    integration_actions.mint(retailer, name, role=role, grants=grants, stores=stores, days=days)


@integration.command("list")
@click.argument("retailer")
@with_django
def list_integrations(*, retailer: str) -> None:
    """List the keys of a retailer's programs by their public parts."""
    from rollcall.config.cli import integration_actions

    integration_actions.list_all(retailer)


@integration.command("revoke")
@click.argument("public_part")
@with_django
def revoke_integration(*, public_part: str) -> None:
    """Close the door for a program's key at once and for good."""
    from rollcall.config.cli import integration_actions

    integration_actions.revoke(public_part)
