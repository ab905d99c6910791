"""A retailer's own weights, what people's answers say of thresholds, and values that many share."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from rollcall.config.cli.django_setup import command_line_actor, start_django, with_django
from rollcall.config.cli.output import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rollcall.identity.engines.train import Shift
    from rollcall.identity.models import MatchModel
    from rollcall.kit.scope import Scope

RETAILER = click.option("--retailer", help="Slug; needed if there are several.")
_JSON = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
_KINDS = click.Choice(["phone", "email", "licence", "medical", "born"])


@click.group()
def models() -> None:
    """Weights that were learned from a retailer's own records."""


@models.command("list")
@RETAILER
@_JSON
@with_django
def list_all(*, retailer: str | None, as_json: bool) -> None:
    """Say which models there are, and which is used."""
    from rollcall.identity.queries.models import is_readable, list_models

    rows = [_told(row, usable=is_readable(row)) for row in list_models(system_scope(retailer))]
    if as_json:
        for row in rows:
            print_json(row)
    elif rows:
        print_table(tuple(rows[0]), [tuple(row.values()) for row in rows])
    else:
        click.echo("none: the shipped weights are used", err=True)


@models.command()
@click.argument("number", type=click.IntRange(min=1, max=2**31 - 1))
@RETAILER
@with_django
def activate(*, number: int, retailer: str | None) -> None:
    """Match by model NUMBER from now on, online and in full passes."""
    activate_or_fail(system_scope(retailer), number)
    click.echo(f"model {number} is used from now on; rollcall identity match says what it changes")


@models.command()
@RETAILER
@with_django
def deactivate(*, retailer: str | None) -> None:
    """Match by the shipped weights from now on."""
    from rollcall.identity.operations.training import deactivate_models
    from rollcall.kit.clock import utc_now

    deactivate_models(system_scope(retailer), now=utc_now())
    click.echo("the shipped weights are used from now on")


@click.command()
@RETAILER
@_JSON
@with_django
def calibrate(*, retailer: str | None, as_json: bool) -> None:
    """Say how people's answers in the review queue fit the bits; nothing is changed."""
    from rollcall.identity.operations.training import calibrate as fit

    found = fit(system_scope(retailer))
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    if not found.steps:
        click.echo(f"{found.answers} answers; {found.fewest} are needed", err=True)
    print_table(
        ("threshold", "bits", "probably one person there", "answered from there", "one person"),
        [
            (one.name, f"{one.bits:.1f}", _share(one.probability), one.pairs, one.same)
            for one in found.thresholds
        ],
    )
    if found.steps:
        print_table(
            ("from bits", "answered", "one person"),
            [(f"{one.bits:.1f}", one.pairs, _share(one.probability)) for one in found.steps],
        )


@click.group()
def generic() -> None:
    """Values that many share: no evidence of who somebody is."""


@generic.command("list")
@RETAILER
@_JSON
@with_django
def list_generic(*, retailer: str | None, as_json: bool) -> None:
    """Say which values are known; the audit says that you saw them."""
    from rollcall.identity.operations.shared_values import view_values

    scope = system_scope(retailer)
    rows, after = [], 0
    while page := view_values(scope, after=after):
        after = page[-1].row.pk
        rows += [
            {
                "kind": one.field,
                "value": one.text,
                "counts_as": "own" if one.row.is_own else "shared",
                "people": one.holders.people,
                "source": one.row.source,
                "since": one.row.since.isoformat(timespec="seconds"),
                "reason": one.row.reason,
            }
            for one in page
        ]
    if as_json:
        for row in rows:
            print_json(row)
    elif rows:
        print_table(tuple(rows[0]), [tuple(row.values()) for row in rows])


@generic.command()
@click.argument("kind", type=_KINDS)
@click.option("--own", is_flag=True, help="It is somebody's own, whatever counts say.")
@click.option("--reason", required=True, help="Why; no personal details.")
@RETAILER
@with_django
def mark(*, kind: str, own: bool, reason: str, retailer: str | None) -> None:
    """Say that many share a value, or that it is somebody's own.

    The value is asked for, so that it stands in no list of commands.
    """
    _say(kind, "own" if own else "shared", reason, retailer)


@generic.command()
@click.argument("kind", type=_KINDS)
@RETAILER
@with_django
def unmark(*, kind: str, retailer: str | None) -> None:
    """Forget what was said of a value: counts decide again."""
    _say(kind, "counted", "", retailer)


def system_scope(retailer: str | None) -> Scope:
    """All of a retailer, for whoever typed the command."""
    from rollcall.config.cli.customers import pick_retailer
    from rollcall.stores.queries import get_system_scope

    return get_system_scope(pick_retailer(retailer).pk, actor=command_line_actor())


def train_from_records(
    retailer: str | None, *, largest_shift: float, approve: bool, activate: bool
) -> None:
    """Learn from a retailer's records, keep the model, and use it if asked to."""
    start_django()
    from rollcall.identity.engines.train import TooFarError
    from rollcall.identity.operations.training import train_retailer
    from rollcall.kit.clock import utc_now

    scope = system_scope(retailer)
    try:
        trained = train_retailer(scope, largest_shift=largest_shift, approve=approve, now=utc_now())
    except TooFarError as error:
        raise click.ClickException(str(error)) from None
    print_shifts(trained.shifts)
    number = trained.row.number
    if activate:
        activate_or_fail(scope, number)
        click.echo(f"model {number} is used from now on", err=True)
    else:
        click.echo(f"kept; rollcall identity models activate {number} uses it", err=True)


def activate_or_fail(scope: Scope, number: int) -> None:
    """Activate a model, or say in one line why not."""
    from rollcall.identity.operations.training import ModelUnusableError, activate_model
    from rollcall.identity.queries.models import ModelNotFoundError
    from rollcall.kit.clock import utc_now

    try:
        activate_model(scope, number, now=utc_now())
    except (ModelNotFoundError, ModelUnusableError) as error:
        raise click.ClickException(str(error)) from None


def print_shifts(shifts: Sequence[Shift]) -> None:
    """How far each weight moved."""
    print_table(
        ("field", "level", "shipped", "learned"),
        [(one.field, one.level, f"{one.before:+.2f}", f"{one.after:+.2f}") for one in shifts],
    )


def _say(kind: str, saying: str, reason: str, retailer: str | None) -> None:
    from rollcall.identity.operations.shared_values import read_typed, say
    from rollcall.kit.clock import utc_now

    scope = system_scope(retailer)
    value = read_typed(scope, kind, click.prompt("Value", err=True))
    if value is None:
        raise click.ClickException("nothing that says who somebody is: type a whole value")
    say(scope, value, saying, reason=reason, now=utc_now())
    click.echo("remembered; a worker does what follows from it", err=True)


def _told(row: MatchModel, *, usable: bool) -> dict[str, object]:
    return {
        "number": row.number,
        "state": "used" if row.is_active and usable else "" if usable else "unusable: train anew",
        "trained": row.trained_at.isoformat(timespec="seconds"),
        "by": row.trained_by,
        "records": row.records,
        "largest shift": round(row.largest_shift, 2),
        "approved by": row.approved_by,
    }


def _share(probability: float | None) -> str:
    return "" if probability is None else f"{probability:.3f}"
