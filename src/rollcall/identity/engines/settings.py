"""Splink's settings, made from the model, so that all engines weigh alike."""

from __future__ import annotations

from typing import Any

from rollcall.identity.engines.conditions import conditions, missing
from rollcall.identity.engines.dialects import Dialect
from rollcall.identity.rules.levels import FIELDS
from rollcall.identity.rules.model import BY_FREQUENCY, LevelOdds, Model

#: The column that numbers the records.
PLACE = "place"


def splink_settings(model: Model, dialect: Dialect) -> dict[str, Any]:
    """Settings for ``splink.Linker``.

    The prior is one half, so that a pair's weight is the sum of its fields' bits; which pairs are
    compared is decided outside (``engines.blocking``).
    """
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": PLACE,
        "probability_two_random_records_match": 0.5,
        "blocking_rules_to_generate_predictions": [],
        # Splink keeps the levels only together with the values.
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "comparisons": [_comparison(field, model, dialect) for field in FIELDS],
    }


def _comparison(field: str, model: Model, dialect: Dialect) -> dict[str, Any]:
    wanted = conditions(dialect)[field]
    levels = [
        {
            "sql_condition": missing(field),
            "label_for_charts": "missing",
            "is_null_level": True,
        },
        *(_level(field, odds, wanted.get(odds.name, "ELSE"))
          for odds in reversed(model.fields[field])),
    ]  # fmt: skip
    return {"output_column_name": field, "comparison_levels": levels}


def _level(field: str, odds: LevelOdds, condition: str) -> dict[str, Any]:
    level: dict[str, Any] = {
        "sql_condition": condition,
        "label_for_charts": odds.name,
        "m_probability": odds.m,
        "u_probability": odds.u,
    }
    if odds.name == "exact" and field in BY_FREQUENCY:
        level["tf_adjustment_column"] = BY_FREQUENCY[field]
        level["tf_adjustment_weight"] = 1.0
        level["disable_tf_exact_match_detection"] = True
    return level
