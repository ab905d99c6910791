"""What ``rollcall keys`` does, once Django is set up."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

import click

from rollcall.access.operations.secrets import reseal_secrets
from rollcall.config.cli.django_setup import command_line_actor
from rollcall.kit.clock import utc_now
from rollcall.kit.crypto import UnsealError
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.resealing import Outcome, Progress
from rollcall.kit.scope import Scope
from rollcall.stores import operations, queries
from rollcall.stores.models import IntegrationKey, Kiosk, KioskKey
from rollcall.stores.rules.key_profiles import ProfileInvalidError

_EXPECTED: Final = (
    operations.IntegrationInvalidError,
    operations.TooManyKeysError,
    ProfileInvalidError,
    queries.KeyNotFoundError,
    queries.KioskNotFoundError,
    queries.RetailerNotFoundError,
)


def rotate(retailer: str, *, wait: bool) -> None:
    """Give a retailer a new data key and seal everything anew."""
    with in_words():
        scope = retailer_scope(retailer)
        operations.rotate_data_key(scope, now=utc_now())
        settled_at = time.monotonic() + queries.KEYS_FRESH_S + 5
        click.echo(f"{retailer}: new values are sealed with a new data key", err=True)
        outcome = _reseal(scope)
        if wait:
            _wait_until(settled_at)
            later = _reseal(scope)
            later.resealed += outcome.resealed
            outcome = later
    _report(retailer, outcome)


def reseal(retailer: str) -> None:
    """Seal what older data keys sealed with the newest."""
    with in_words():
        outcome = _reseal(retailer_scope(retailer))
    _report(retailer, outcome)


def rewrap() -> None:
    """Wrap all data keys with the present master key."""
    with in_words():
        count = operations.rewrap_keys(actor=command_line_actor())
        count += reseal_secrets()
    click.echo(f"{count} keys wrapped anew" if count else "nothing changed", err=True)


def mint(catalog_id: str, *, days: int | None, profile: str, origins: Collection[str] = ()) -> None:
    """Make and print a kiosk's key."""
    with in_words():
        scope, kiosk = _kiosk(catalog_id)
        now = utc_now()
        expires_at = now + dt.timedelta(days=days) if days else None
        minted = operations.mint_key(
            scope,
            kiosk,
            now=now,
            expires_at=expires_at,
            profile=KeyProfile(profile),
            origins=origins,
        )
    click.echo(minted.text)


def set_profile(
    public_part: str,
    profile: str,
    *,
    reason: str,
    days: int | None,
    origins: Collection[str] | None,
) -> None:
    """Say how far a kiosk's key is trusted."""
    with in_words():
        found = queries.get_key(public_part)
        scope = queries.get_system_scope(found.retailer_id, actor=command_line_actor())
        row = operations.set_profile(
            scope,
            public_part,
            profile=KeyProfile(profile),
            reason=reason,
            now=utc_now(),
            days=days,
            origins=origins,
        )
    click.echo(f"{public_part}: {_trust_of(row)}", err=True)
    if row.profile_until is not None:
        click.echo(
            "warning: this key may stand in addresses, which proxies and logs of others keep;"
            " change the kiosk before it ends",
            err=True,
        )


def rotate_kiosk_key(catalog_id: str, *, grace: dt.timedelta) -> None:
    """Make and print a kiosk's next key."""
    with in_words():
        scope, kiosk = _kiosk(catalog_id)
        minted = operations.rotate_key(scope, kiosk, now=utc_now(), grace=grace)
    click.echo(minted.text)


def list_kiosk_keys(catalog_id: str) -> None:
    """Print a kiosk's keys by their public parts."""
    with in_words():
        scope, kiosk = _kiosk(catalog_id)
        rows = queries.list_keys(scope, kiosk)
    for row in rows:
        click.echo(f"{row.public_part}  {state_of(row, utc_now())}  {_trust_of(row)}")


def revoke(public_part: str) -> None:
    """Close the door for a kiosk's key."""
    with in_words():
        row = queries.get_key(public_part)
        scope = queries.get_system_scope(row.retailer_id, actor=command_line_actor())
        operations.revoke_key(scope, public_part, now=utc_now())
    click.echo(f"{public_part}: revoked", err=True)


@contextmanager
def in_words() -> Iterator[None]:
    """Say what went wrong without a traceback, as far as it was foreseen."""
    try:
        yield
    except _EXPECTED as error:
        raise click.ClickException(str(error)) from error
    except UnsealError as error:
        raise click.ClickException(
            f"{error}; set ROLLCALL_MASTER_KEY_PREVIOUS to the key that was used before"
        ) from error


def retailer_scope(slug: str) -> Scope:
    """Everything of a retailer, for somebody at the command line."""
    found = queries.get_retailer(slug)
    return queries.get_system_scope(found.pk, actor=command_line_actor())


def _kiosk(catalog_id: str) -> tuple[Scope, Kiosk]:
    found = queries.get_kiosk(catalog_id)
    return queries.get_system_scope(found.retailer_id, actor=command_line_actor()), found


def _reseal(scope: Scope) -> Outcome:
    shown: dict[str, float] = {}

    def show(progress: Progress) -> None:
        done = progress.done >= progress.total
        if done or time.monotonic() - shown.get(progress.table, 0.0) > 1:
            shown[progress.table] = time.monotonic()
            click.echo(f"{progress.table}: {progress.done:,} of {progress.total:,}", err=True)

    return operations.reseal_values(scope, on_progress=show)


def _wait_until(moment: float) -> None:
    left = moment - time.monotonic()
    if left > 0:
        click.echo(f"waiting {left:.0f} s for running processes to take up the key", err=True)
        time.sleep(left)


def _report(retailer: str, outcome: Outcome) -> None:
    click.echo(f"{retailer}: {outcome.resealed:,} rows sealed anew", err=True)
    problems = [
        f"{table}: {len(row_ids)} rows cannot be opened, ids {_few(row_ids)}"
        for table, row_ids in outcome.damaged.items()
    ]
    if outcome.in_use:
        problems.append(f"{outcome.in_use:,} rows were in use all the time; run keys reseal")
    if problems:
        raise click.ClickException("\n".join(problems))


def _few(row_ids: list[int]) -> str:
    shown = ", ".join(map(str, row_ids[:10]))
    return shown if len(row_ids) <= 10 else f"{shown} …"


def _trust_of(row: KioskKey) -> str:
    if row.profile_until is None:
        return row.profile
    return f"{row.profile} until {row.profile_until:%Y-%m-%d}"


def state_of(row: KioskKey | IntegrationKey, now: dt.datetime) -> str:
    """Say whether a key opens anything, and until when."""
    if row.revoked_at is not None:
        return f"revoked {row.revoked_at:%Y-%m-%d %H:%M} UTC"
    if row.expires_at is None:
        return "active"
    word = "expires" if row.expires_at > now else "expired"
    return f"{word} {row.expires_at:%Y-%m-%d %H:%M} UTC"
