"""Kept evidence read again: what another threshold would have made of the same pair.

Exact for what was compared with the shipped model; the file's size at that time stands in it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rollcall.identity.rules.caution import Caution
from rollcall.identity.rules.levels import FIELDS, LEVELS, MISSING, Levels
from rollcall.identity.rules.model import Thresholds
from rollcall.identity.rules.vetoes import speaks_of_the_person, vetoes

#: Why a pair was left to a person although nothing contradicts it.
SAFE_REASONS: Final = ("bits", "by_hand", "full_pass")
_LEVELS: Final = tuple(
    (
        field,
        {None: MISSING, "missing": MISSING, **{name: at for at, name in enumerate(LEVELS[field])}},
    )
    for field in FIELDS
)
#: Evidence is kept in hundredths of a bit.
ROUNDING: Final = 0.005


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a pair's evidence says, apart from any settings.

    :param auto: threshold of links at that time without settings, ``review`` that of review.
    :param is_free: nothing contradicts, and something agrees that is the person's own.
    """

    bits: float
    auto: float
    review: float
    is_free: bool

    def links(self, caution: Caution) -> bool:
        """Whether the pair would be linked by itself, if no group speaks against it."""
        enough = self.bits >= self.auto + caution.link_bits - ROUNDING
        return caution.links and self.is_free and enough

    def is_asked(self, caution: Caution) -> bool:
        """Whether it would be worth a look, or more."""
        return self.bits >= self.review + caution.review_bits - ROUNDING


def read_told(evidence: Mapping[str, Any], thresholds: Thresholds) -> Told | None:
    """Read a pair's evidence; None if it is of another kind or of another version."""
    numbers = [evidence.get("bits"), evidence.get("short"), evidence.get("shift", 0.0)]
    levels = _levels(evidence.get("parts"))
    if levels is None or not all(_is_number(one) for one in numbers):
        return None
    bits, short, shift = (float(one) for one in numbers if one is not None)
    auto = bits + short - shift
    return Told(
        bits=bits,
        auto=auto,
        review=auto - (thresholds.auto - thresholds.review),
        is_free=_is_free(levels) and not evidence.get("vetoes"),
    )


def is_safe(told: Told | None, reasons: Collection[str]) -> bool:
    """Whether a suggestion may be accepted without a person's looking at it."""
    return told is not None and told.is_free and bool(reasons) and set(reasons) <= {*SAFE_REASONS}


@functools.lru_cache(maxsize=4096)
def _is_free(levels: Levels) -> bool:
    return not vetoes(levels) and speaks_of_the_person(levels)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _levels(parts: object) -> Levels | None:
    if not isinstance(parts, list):
        return None
    named = {one.get("field"): one.get("level") for one in parts if isinstance(one, dict)}
    levels = tuple(known.get(named.get(field)) for field, known in _LEVELS)
    told = tuple(level for level in levels if level is not None)
    return told if len(told) == len(levels) else None
