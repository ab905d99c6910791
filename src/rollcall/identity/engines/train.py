"""Learns weights from records without labels, by Splink's EM on DuckDB.

Only pairs that are one person's in all likelihood are learned from: same licence, or same full
name and birth date. Pairs that share a phone or an address would teach what households are like.
"""

from __future__ import annotations

import dataclasses
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rollcall.identity.engines.dialects import DUCKDB
from rollcall.identity.engines.duckdb import connect, load
from rollcall.identity.engines.settings import splink_settings
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.levels import FIELDS
from rollcall.identity.rules.model import LevelOdds, Model

if TYPE_CHECKING:
    import duckdb

#: Blocks by person; fields of a block learn nothing from it.
_BLOCKS: Final[tuple[tuple[str, ...], ...]] = (("licence",), ("given", "family", "born"))
#: Fewer pairs in a block teach nothing.
_FEWEST_PAIRS: Final = 50
#: How many pairs' worth the shipped odds count, of one person and of strangers.
_PRIOR_PAIRS: Final = 2_000
_PRIOR_STRANGERS: Final = 200_000
_STRANGERS: Final = 1_000_000
_SEED: Final = 1

#: Levels that strangers reach less often keep their odds: among random pairs of a small file, those
#: of one person, whom nobody can tell from strangers here, would be most of them.
_COMMON: Final = 1e-3

#: Names in the wrong boxes are weighed once, with the given name.
_FIXED: Final = "swapped"

#: field → level → (m, u); None where nothing was seen.
Learned = Mapping[str, Mapping[str, tuple[float | None, float | None]]]


class TooFarError(ValueError):
    """A learned weight is too far from the shipped one to be taken without approval."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """How far learning moved one weight, in bits."""

    field: str
    level: str
    before: float
    after: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Trained:
    """A learned model and what it changed."""

    model: Model
    shifts: Sequence[Shift]


def train_model(
    records: Sequence[Evidence],
    model: Model,
    *,
    largest_shift: float | None = 3.0,
    strangers: int = _STRANGERS,
) -> Trained:
    """Blend what a file teaches with the model: ``(n * learned + k * shipped) / (n + k)``.

    A file without enough pairs in a block leaves the model as it is. The learned model's version is
    the old one with ``+em``.

    :param largest_shift: bits that no weight may move by; None takes any (a person approved it).
    :param strangers: how many random pairs to count what strangers have in common.
    :raises TooFarError: a weight moved further.
    """
    learned, pairs = _learn(records, model, strangers)
    fields = {
        field: _blended(model.fields[field], learned.get(field, {}), pairs.get(field, 0), strangers)
        for field in FIELDS
    }
    shifts = [
        Shift(field=field, level=old.name, before=old.bits, after=new.bits)
        for field in FIELDS
        for old, new in zip(model.fields[field], fields[field], strict=True)
    ]
    if largest_shift is not None:
        _refuse_leaps(shifts, largest_shift)
    version = model.version.removesuffix("+em") + "+em"
    return Trained(model=dataclasses.replace(model, fields=fields, version=version), shifts=shifts)


def _refuse_leaps(shifts: Sequence[Shift], largest: float) -> None:
    leaps = [shift for shift in shifts if abs(shift.after - shift.before) > largest]
    if leaps:
        worst = max(leaps, key=lambda shift: abs(shift.after - shift.before))
        raise TooFarError(
            f"{len(leaps)} weights moved by more than {largest:g} bits, most of all"
            f" {worst.field}, {worst.level}: {worst.before:+.1f} to {worst.after:+.1f};"
            " approve it if the file is right"
        )


def _learn(
    records: Sequence[Evidence], model: Model, strangers: int
) -> tuple[Learned, Mapping[str, int]]:
    if len(records) < 2:
        return {}, {}
    with connect() as connection:
        load(connection, records, model)
        blocks = {block: _pairs_in(connection, block) for block in _BLOCKS}
        usable = [block for block, count in blocks.items() if count >= _FEWEST_PAIRS]
        if not usable:
            return {}, {}
        pairs = {
            field: sum(blocks[block] for block in usable if field not in block) for field in FIELDS
        }
        return _odds(_by_splink(connection, model, usable, strangers)), pairs


def _pairs_in(connection: duckdb.DuckDBPyConnection, block: Sequence[str]) -> int:
    columns = ", ".join(block)
    known = " and ".join(f"{column} is not null" for column in block)
    rows = connection.execute(
        f"""select coalesce(sum(n * (n - 1) / 2), 0)::bigint from
            (select count(*) as n from records where {known} group by {columns})"""  # noqa: S608
    ).fetchall()
    return int(rows[0][0])


def _by_splink(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    blocks: Sequence[Sequence[str]],
    strangers: int,
) -> Mapping[str, Any]:
    from splink import DuckDBAPI, Linker, block_on  # noqa: PLC0415 - two seconds

    settings = splink_settings(model, DUCKDB)
    settings["probability_two_random_records_match"] = 1e-4
    linker = Linker(
        DuckDBAPI(connection).register("records"),
        settings,
        log_level=None,
        validate_settings=False,
    )
    # Levels that a file does not have are no news.
    logging.getLogger("splink").setLevel(logging.ERROR)
    linker.training.estimate_u_using_random_sampling(max_pairs=strangers, seed=_SEED)
    for block in blocks:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*block), estimate_without_term_frequencies=True
        )
    document: Mapping[str, Any] = linker.misc.save_model_to_json()
    return document


def _odds(document: Mapping[str, Any]) -> Learned:
    return {
        comparison["output_column_name"]: {
            level["label_for_charts"]: (
                _number(level.get("m_probability")),
                _number(level.get("u_probability")),
            )
            for level in comparison["comparison_levels"]
            if not level.get("is_null_level") and level["label_for_charts"] != _FIXED
        }
        for comparison in document["comparisons"]
    }


def _number(value: object) -> float | None:
    """Splink writes words where a level was never seen."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _blended(
    shipped: Sequence[LevelOdds],
    learned: Mapping[str, tuple[float | None, float | None]],
    pairs: int,
    strangers: int,
) -> tuple[LevelOdds, ...]:
    odds = [
        LevelOdds(
            name=level.name,
            m=_mean(learned.get(level.name, (None, None))[0], level.m, pairs, _PRIOR_PAIRS),
            u=_mean(
                learned.get(level.name, (None, None))[1] if level.u >= _COMMON else None,
                level.u,
                strangers if pairs else 0,
                _PRIOR_STRANGERS,
            ),
        )
        for level in shipped
    ]
    all_m, all_u = sum(level.m for level in odds), sum(level.u for level in odds)
    return tuple(LevelOdds(name=level.name, m=level.m / all_m, u=level.u / all_u) for level in odds)


def _mean(learned: float | None, shipped: float, count: int, prior: int) -> float:
    if learned is None:
        return shipped
    return (count * learned + prior * shipped) / (count + prior)
