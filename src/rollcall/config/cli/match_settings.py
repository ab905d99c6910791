"""How careful matching is for a retailer: shown, tried and set."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from rollcall.config.cli.django_setup import command_line_actor, with_django
from rollcall.config.cli.output import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from rollcall.identity.operations.full_pass import FullPass
    from rollcall.identity.queries.settings_effects import Effects
    from rollcall.identity.rules.caution import Caution
    from rollcall.kit.scope import Scope

_RETAILER = click.option("--retailer", help="Slug; needed if there are several.")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


def _proposed(command: Callable[..., None]) -> Callable[..., None]:
    """Options for settings; what is not said stays as it is in force."""
    for option in (
        click.option(
            "--review-bits", type=float, help="Bits by which review needs more (-5 to 20)."
        ),
        click.option("--link-bits", type=float, help="Bits by which links need more (-3 to 20)."),
        click.option(
            "--links/--no-links", default=None, help="Whether anything is linked by itself."
        ),
    ):
        command = option(command)
    return command


@click.group()
def settings() -> None:
    """How careful matching is for a retailer."""


@settings.command()
@_RETAILER
@_JSON
@with_django
def show(*, retailer: str | None, as_json: bool) -> None:
    """Show the settings in force and the thresholds that follow from them."""
    from rollcall.identity.queries.frequencies import count_records
    from rollcall.identity.queries.match_settings import model_in_force, settings_in_force
    from rollcall.kit.clock import utc_now

    scope, now = _scope(retailer), utc_now()
    held = settings_in_force(scope, at=now)
    auto, review = model_in_force(scope, at=now).thresholds.at(count_records(scope).records)
    told = {
        **dataclasses.asdict(_caution(scope)),
        "links_from": round(auto, 1),
        "review_from": round(review, 1),
        "since": held.from_at if held else None,
        "by": held.actor if held else None,
        "reason": held.reason if held else "as shipped",
    }
    _print(told, as_json=as_json)


@settings.command()
@_RETAILER
@_proposed
@click.option("--full", is_flag=True, help="Match all records at both settings; takes minutes.")
@_JSON
@with_django
def preview(
    *,
    retailer: str | None,
    links: bool | None,
    link_bits: float | None,
    review_bits: float | None,
    full: bool,
    as_json: bool,
) -> None:
    """Show what settings would change, of merges in force and suggestions that wait.

    With --full also pairs that are neither. Nothing is written.
    """
    from rollcall.identity.queries.settings_effects import find_effects

    scope = _scope(retailer)
    wanted = _read(scope, links=links, link_bits=link_bits, review_bits=review_bits)
    told = _effects(find_effects(scope, wanted))
    if full:
        told |= _passes(scope, wanted)
    _print(told, as_json=as_json)


@settings.command("set")
@_RETAILER
@_proposed
@click.option("--reason", required=True, help="Why; no personal details.")
@click.option("--from", "from_at", type=click.DateTime(), help="UTC; now if not said.")
@_JSON
@with_django
def set_settings(
    *,
    retailer: str | None,
    links: bool | None,
    link_bits: float | None,
    review_bits: float | None,
    reason: str,
    from_at: dt.datetime | None,
    as_json: bool,
) -> None:
    """Change the settings; no merge is made or undone by it."""
    from rollcall.identity.operations import match_settings as operations
    from rollcall.identity.queries.match_settings import newest_settings
    from rollcall.kit.clock import utc_now

    scope = _scope(retailer)
    wanted = _read(scope, links=links, link_bits=link_bits, review_bits=review_bits)
    newest = newest_settings(scope)
    try:
        made = operations.set_match_settings(
            scope,
            wanted,
            reason=reason,
            seen=newest.pk if newest else None,
            from_at=from_at and from_at.replace(tzinfo=dt.UTC),
            now=utc_now(),
        )
    except (operations.ReasonMissingError, operations.TimeInvalidError) as error:
        raise click.UsageError(str(error)) from error
    except operations.ChangedMeanwhileError as error:
        raise click.ClickException("somebody else has just changed them") from error
    _print({"settings": made.pk, **dataclasses.asdict(wanted)}, as_json=as_json)


def caution_of_retailer(slug: str) -> Caution:
    """Return a retailer's settings in force."""
    return _caution(_scope(slug))


def _scope(retailer: str | None) -> Scope:
    from rollcall.config.cli.customers import pick_retailer
    from rollcall.stores.queries import get_system_scope

    return get_system_scope(pick_retailer(retailer).pk, actor=command_line_actor())


def _caution(scope: Scope) -> Caution:
    from rollcall.identity.queries.match_settings import caution_of, settings_in_force
    from rollcall.kit.clock import utc_now

    return caution_of(settings_in_force(scope, at=utc_now()))


def _read(
    scope: Scope, *, links: bool | None, link_bits: float | None, review_bits: float | None
) -> Caution:
    from rollcall.identity.rules.caution import CautionError, check_caution
    from rollcall.identity.rules.model import shipped_model

    said = {"links": links, "link_bits": link_bits, "review_bits": review_bits}
    given = {name: value for name, value in said.items() if value is not None}
    wanted = dataclasses.replace(_caution(scope), **given)  # type: ignore[arg-type]  # as the options
    try:
        return check_caution(wanted, shipped_model().thresholds)
    except CautionError as error:
        option = error.field.replace("_", "-")
        raise click.UsageError(f"--{option}: {error}") from error


def _effects(found: Effects) -> dict[str, object]:
    return {
        "automatic merges in force": found.merges,
        "their evidence does not say": found.merges_untold,
        "would not have been made": found.doubts,
        "of these, would have gone to review": found.doubts_asked,
        "some of them": [one.merge.pk for one in found.named],
        "suggestions waiting": found.suggestions,
        "would be linked": found.linking,
        "would not be asked": found.vanishing,
    }


def _passes(scope: Scope, wanted: Caution) -> dict[str, object]:
    now, then = (_pass(scope, one) for one in (_caution(scope), wanted))
    return {
        "records": now.records,
        "people of a full pass now": now.matched,
        "people of a full pass then": then.matched,
        "pairs that it would join now": now.joins,
        "pairs that it would join then": then.joins,
        "pairs for review now": now.review,
        "pairs for review then": then.review,
    }


def _pass(scope: Scope, caution: Caution) -> FullPass:
    from rollcall.identity.engines import duckdb
    from rollcall.identity.operations.full_pass import run_full_pass
    from rollcall.kit.clock import utc_now

    return run_full_pass(scope, duckdb.weigh_records, write=False, caution=caution, now=utc_now())


def _print(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json({name.replace(" ", "_").replace(",", ""): one for name, one in told.items()})
        return
    print_table(
        ("what", "value"),
        [
            (name.replace("_", " "), ", ".join(map(str, one)) if isinstance(one, list) else one)
            for name, one in told.items()
        ],
    )
