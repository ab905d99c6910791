"""Two models for Splink: as its tutorial makes one, and as somebody experienced would.

Both look at the same pairs. The experienced one knows levels for what happens to names, dates and
numbers, and trains on pairs that agree about the person and not about the household. Its nicknames
are pseudopeople's, not those of our generator.
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from identity.cleaning import Frame
from identity.clusters import Edges

#: A level of a comparison, as Splink makes it.
Level: TypeAlias = Any

_SEED: Final = 1
#: Of the tutorial: rules that hardly err, and the share of matches that they are guessed to find.
_RULES_RECALL: Final = 0.7
_BLOCKS: Final = (
    ("phone",),
    ("email",),
    ("licence",),
    ("last", "dob"),
    ("first", "dob"),
    ("first", "last", "zip"),
    ("first", "last", "substr(dob, 1, 4)"),
    ("first", "last", "substr(phone, 1, 6)"),
)
#: Small files can be searched more widely.
_SMALL: Final = 40_000
_DATES_TRAIN: Final = 300_000
_WIDE_BLOCKS: Final = (("first",), ("last",), ("dob",), ("street",), *_BLOCKS[:3])


@dataclass(frozen=True, kw_only=True)
class Model:
    comparisons: Sequence[Any]
    blocks: Sequence[Sequence[str]]
    rules: Sequence[Sequence[str]]
    training: Sequence[Sequence[str]]


def stock(columns: set[str], *, records: int) -> Model:
    """Ready-made comparisons; trained on equal names, then on equal values of another column.

    Training on equal dates, e-mail addresses, phones or licences gives the same quality, but there
    are so many pairs with equal dates in a million records that it takes 7 GB.
    """
    library = importlib.import_module("splink.comparison_library")
    made = {
        "first": library.NameComparison("first"),
        "last": library.NameComparison("last"),
        "dob": library.DateOfBirthComparison("dob", input_is_string=True),
        "phone": library.ExactMatch("phone").configure(term_frequency_adjustments=True),
        "email": library.EmailComparison("email"),
        "licence": library.ExactMatch("licence"),
        "street": library.JaroWinklerAtThresholds("street", [0.9, 0.7]),
        "zip": library.ExactMatch("zip").configure(term_frequency_adjustments=True),
        "gender": library.ExactMatch("gender"),
    }
    second = next(name for name in ("email", "dob", "street") if name in columns)
    return _model(made, columns, records=records, training=[("first", "last"), (second,)])


def expert(columns: set[str], *, records: int) -> Model:
    """Levels of our own; trained where the person agrees."""
    custom = importlib.import_module("splink.comparison_library").CustomComparison
    made = {
        name: custom(output_column_name=name, comparison_levels=list(levels))
        for name, levels in _expert_levels().items()
    }
    made["gender"] = importlib.import_module("splink.comparison_library").ExactMatch("gender")
    if "dob" in columns:
        training = [("first", "last", "dob"), ("licence",), ("last", "dob"), ("first", "dob")]
    else:
        training = [("first", "last"), ("first", "zip"), ("last", "street")]
    return _model(made, columns, records=records, training=training)


def _model(
    made: dict[str, Any], columns: set[str], *, records: int, training: Sequence[Sequence[str]]
) -> Model:
    wanted = _WIDE_BLOCKS if records <= _SMALL else _BLOCKS
    blocks = [block for block in wanted if _columns(block) <= columns]
    rules = [("phone", "first"), ("email", "first"), ("licence",), ("first", "last", "dob")]
    fitting = [rule for rule in rules if set(rule) <= columns]
    return Model(
        comparisons=[made[name] for name in made if name in columns],
        blocks=blocks,
        rules=fitting or [("first", "last", "street")],
        training=[block for block in training if set(block) <= columns],
    )


def _columns(block: Sequence[str]) -> set[str]:
    return {part.removeprefix("substr(").partition(",")[0] for part in block}


def _expert_levels() -> dict[str, list[Level]]:
    levels = importlib.import_module("splink.comparison_level_library")

    def exact(column: str, *, frequency: bool = True) -> Level:
        level = levels.ExactMatchLevel(column)
        return level.configure(tf_adjustment_column=column) if frequency else level

    def name(column: str, *between: Level) -> list[Level]:
        initial = (
            f"substr({column}_l, 1, 1) = substr({column}_r, 1, 1)"
            f" and least(length({column}_l), length({column}_r)) = 1"
        )
        return [
            levels.NullLevel(column),
            exact(column),
            *between,
            levels.JaroWinklerLevel(column, 0.92),
            levels.CustomLevel("first_l = last_r or last_l = first_r", "swapped"),
            levels.CustomLevel(initial, "initial"),
            levels.JaroWinklerLevel(column, 0.8),
            levels.ElseLevel(),
        ]

    return {
        "first": name("first", levels.CustomLevel("list_has_any(roots_l, roots_r)", "nickname")),
        "last": name("last", levels.CustomLevel("list_has_any(parts_l, parts_r)", "part")),
        "dob": [
            levels.NullLevel("dob"),
            exact("dob", frequency=False),
            levels.CustomLevel(_SWAPPED_DATE, "day and month swapped"),
            levels.DamerauLevenshteinLevel("dob", 1),
            levels.CustomLevel(_TWO_PARTS, "two parts of three"),
            levels.ElseLevel(),
        ],
        "phone": [
            levels.NullLevel("phone"),
            exact("phone"),
            levels.DamerauLevenshteinLevel("phone", 1),
            levels.ElseLevel(),
        ],
        "email": [
            levels.NullLevel("email"),
            exact("email"),
            levels.DamerauLevenshteinLevel("email", 2),
            levels.ElseLevel(),
        ],
        "licence": [
            levels.NullLevel("licence"),
            exact("licence", frequency=False),
            levels.DamerauLevenshteinLevel("licence", 1),
            levels.ElseLevel(),
        ],
        "street": [
            levels.NullLevel("street"),
            levels.CustomLevel("street_l = street_r and zip_l = zip_r", "same address"),
            levels.CustomLevel(_NEAR_ADDRESS, "near address"),
            levels.CustomLevel("zip_l = zip_r", "same zip"),
            levels.ElseLevel(),
        ],
    }


_SWAPPED_DATE: Final = (
    "substr(dob_l, 1, 4) = substr(dob_r, 1, 4) and substr(dob_l, 6, 2) = substr(dob_r, 9, 2)"
    " and substr(dob_l, 9, 2) = substr(dob_r, 6, 2)"
)
_TWO_PARTS: Final = (
    "(substr(dob_l, 1, 4) = substr(dob_r, 1, 4))::int"
    " + (substr(dob_l, 6, 2) = substr(dob_r, 6, 2))::int"
    " + (substr(dob_l, 9, 2) = substr(dob_r, 9, 2))::int >= 2"
)
_NEAR_ADDRESS: Final = "zip_l = zip_r and jaro_winkler_similarity(street_l, street_r) >= 0.9"


def add_expert_columns(frame: Frame) -> None:
    """``roots``: the names that a given name may stand for; ``parts`` of a surname."""
    nicknames = _nicknames()
    frame["roots"] = frame["first"].map(lambda name: nicknames.get(name, [name]) if name else None)
    frame["parts"] = frame["last"].map(
        lambda name: [part for part in name.split() if len(part) > 2] if name else None
    )


def _nicknames() -> dict[str, list[str]]:
    found = importlib.util.find_spec("pseudopeople")
    if found is None or found.origin is None:
        raise SystemExit("needs pseudopeople: install requirements/benchmarks.txt")
    roots: dict[str, list[str]] = defaultdict(list)
    with (Path(found.origin).parent / "data" / "nicknames.csv").open() as file:
        for name, *shorts in csv.reader(file):
            for short in (name, *shorts):
                if short and name.lower() not in roots[short.lower()]:
                    roots[short.lower()].append(name.lower())
    return dict(roots)


def score(frame: Frame, model: Model) -> Edges:
    """Train without labels and score all pairs of the blocks."""
    splink = importlib.import_module("splink")
    # Every advice and progress bar of Splink would go to the terminal.
    logging.getLogger("splink").setLevel(logging.ERROR)
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        comparisons=model.comparisons,
        blocking_rules_to_generate_predictions=[splink.block_on(*block) for block in model.blocks],
        retain_matching_columns=False,
    )
    database = splink.DuckDBAPI()
    linker = splink.Linker(database.register(frame), settings, log_level=logging.ERROR)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [splink.block_on(*rule) for rule in model.rules], recall=_RULES_RECALL
    )
    training.estimate_u_using_random_sampling(max_pairs=5e6, seed=_SEED)
    for block in model.training:
        training.estimate_parameters_using_expectation_maximisation(splink.block_on(*block))
    found = linker.inference.predict(threshold_match_weight=-10).as_pandas_dataframe()
    return Edges(
        left=found["unique_id_l"].to_numpy(),
        right=found["unique_id_r"].to_numpy(),
        score=found["match_weight"].to_numpy(),
    )
