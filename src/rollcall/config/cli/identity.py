"""How good the matching is on a file whose truth is known; weights learned from a file."""

from __future__ import annotations

import dataclasses
import functools
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rollcall.config.cli.django_setup import command_line_actor, start_django, with_django
from rollcall.config.cli.identity_models import (
    RETAILER,
    calibrate,
    generic,
    models,
    print_shifts,
    train_from_records,
)
from rollcall.config.cli.match_settings import settings
from rollcall.config.cli.output import print_json, print_table

if TYPE_CHECKING:
    from rollcall.identity.engines.results import Matched
    from rollcall.identity.operations.full_pass import Weigher
    from rollcall.identity.rules.evaluation import Figures
    from rollcall.identity.rules.evidence import Evidence
    from rollcall.identity.rules.model import Model

#: Up to here plain Python is done before DuckDB and Splink are loaded.
_SMALL = 10_000
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def identity() -> None:
    """Try the matching; learn its weights; say how careful it is; values that many share."""


identity.add_command(models)
identity.add_command(calibrate)
identity.add_command(generic)
identity.add_command(settings)


@identity.command()
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "python"]),
    help="Default: by the size of the file; both give the same people.",
)
@click.option("--model", "model_file", type=_FILE, help="A model's JSON instead of the shipped.")
@click.option("--retailer", help="Slug: as careful as this retailer's settings in force.")
def evaluate(
    file: Path,
    *,
    as_json: bool,
    engine: str | None,
    model_file: Path | None,
    retailer: str | None,
) -> None:
    """Match FILE.csv at the shipped thresholds and compare with its column person_id.

    Columns are named as in a simulator's people file; missing ones are empty.
    """
    from rollcall.identity.engines.csv_file import RecordsFileError, read_records
    from rollcall.identity.rules.evaluation import figures
    from rollcall.identity.rules.generic import learn_generic

    model = _model(model_file)
    if retailer is not None:
        model = _as_careful(model, retailer)
    started = time.monotonic()
    try:
        read = read_records(file, labelled=True)
    except RecordsFileError as error:
        raise click.ClickException(str(error)) from None
    generic = learn_generic(read.records)
    records = [generic.without(record) for record in read.records]
    matched = _match(records, model, engine)
    found = figures(
        read.truth,
        matched.people,
        ((link.a, link.b) for link in matched.links),
        review_pairs=len(matched.review),
    )
    _print(found, seconds=time.monotonic() - started, as_json=as_json)


@identity.command()
@click.argument("file", type=_FILE, required=False)
@click.option("--out", type=_FILE, help="With FILE: where the model's JSON is written.")
@RETAILER
@click.option(
    "--largest-shift",
    default=3.0,
    show_default=True,
    type=click.FloatRange(min=0),
    help="No weight may move by more bits than this.",
)
@click.option("--approve", is_flag=True, help="Take the model although weights moved further.")
@click.option("--activate", is_flag=True, help="Without FILE: use the model from now on.")
def train(
    file: Path | None,
    *,
    out: Path | None,
    retailer: str | None,
    largest_shift: float,
    approve: bool,
    activate: bool,
) -> None:
    """Learn weights, blended with the shipped ones, from a retailer's records or from FILE.csv.

    A model of a retailer's records is kept with it, and used once it is activated.
    """
    if file is None:
        if out is not None:
            raise click.UsageError("--out goes with a FILE")
        train_from_records(
            retailer, largest_shift=largest_shift, approve=approve, activate=activate
        )
        return
    if out is None or retailer is not None or activate:
        raise click.UsageError("a FILE goes with --out, and not with --retailer or --activate")
    _train_from_file(file, out, largest_shift=None if approve else largest_shift)


def _train_from_file(file: Path, out: Path, *, largest_shift: float | None) -> None:
    from rollcall.identity.engines.csv_file import RecordsFileError, read_records
    from rollcall.identity.engines.train import TooFarError, train_model
    from rollcall.identity.rules.generic import learn_generic
    from rollcall.identity.rules.model import write_model

    try:
        read = read_records(file, labelled=False)
        generic = learn_generic(read.records)
        records = [generic.without(record) for record in read.records]
        trained = train_model(records, _model(None), largest_shift=largest_shift)
    except (RecordsFileError, TooFarError) as error:
        raise click.ClickException(str(error)) from None
    out.write_text(write_model(trained.model), encoding="utf-8")
    print_shifts(trained.shifts)


@identity.command("match")
@click.option("--retailer", help="Slug; needed if there are several.")
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "python", "spark"]),
    default="duckdb",
    show_default=True,
)
@click.option("--master", default="local[*]", show_default=True, help="Of the Spark cluster.")
@click.option("--propose", "write", is_flag=True, help="Put it up for review.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@with_django
def match_retailer(
    *, retailer: str | None, engine: str, master: str, write: bool, as_json: bool
) -> None:
    """Match all records of a retailer at once and compare that with who people are now.

    Nobody is merged or parted: it says what it would do, and puts it up for review if asked to.
    """
    from rollcall.config.cli.customers import pick_retailer
    from rollcall.identity.operations.full_pass import run_full_pass
    from rollcall.kit.clock import utc_now
    from rollcall.stores.queries import get_system_scope

    scope = get_system_scope(pick_retailer(retailer).pk, actor=command_line_actor())
    found = run_full_pass(scope, _weigher(engine, master), write=write, now=utc_now())
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    print_table(
        ("what", "how many"),
        [
            ("records", found.records),
            ("people now", found.people),
            ("people of the full pass", found.matched),
            ("pairs that it would join", found.joins),
            ("automatic merges that it would not have made", len(found.parts)),
            ("suggestions written", found.proposed),
            ("merges newly put up for undoing", found.doubted),
        ],
    )


def _weigher(engine: str, master: str) -> Weigher:
    if engine == "python":
        from rollcall.identity.engines.python import weigh_records

        return weigh_records
    if engine == "duckdb":
        from rollcall.identity.engines import duckdb

        return duckdb.weigh_records
    from rollcall.identity.engines import spark

    try:
        session = spark.spark_session(master)
    except spark.SparkMissingError as error:
        raise click.ClickException(str(error)) from None
    return functools.partial(spark.weigh_records, session=session)


def _model(path: Path | None) -> Model:
    from rollcall.identity.rules.model import ModelError, read_model, shipped_model

    if path is None:
        return shipped_model()
    try:
        return read_model(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ModelError) as error:
        raise click.ClickException(f"{path}: {error}") from None


def _as_careful(model: Model, retailer: str) -> Model:
    from rollcall.config.cli.match_settings import caution_of_retailer
    from rollcall.identity.rules.caution import with_caution

    start_django()
    return with_caution(model, caution_of_retailer(retailer))


def _match(records: list[Evidence], model: Model, engine: str | None) -> Matched:
    if engine == "python" or (engine is None and len(records) <= _SMALL):
        from rollcall.identity.engines import python

        return python.match_records(records, model)
    from rollcall.identity.engines import duckdb

    return duckdb.match_records(records, model)


def _print(found: Figures, *, seconds: float, as_json: bool) -> None:
    figures = {**dataclasses.asdict(found), "seconds": round(seconds, 2)}
    if as_json:
        print_json(figures)
    else:
        print_table(("figure", "value"), [(name, _short(value)) for name, value in figures.items()])


def _short(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
