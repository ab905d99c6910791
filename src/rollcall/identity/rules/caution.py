"""How careful a retailer wants matching to be, beside the shipped thresholds.

What is no setting: contradictions, and that a phone, an e-mail or an address alone links nobody
(``rules.vetoes``). They hold whatever stands here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from rollcall.identity.rules.model import Model, Thresholds

#: Bits by which the threshold of links may be moved.
LINK_BITS: Final = (-3.0, 20.0)
#: Bits by which the threshold of review may be moved.
REVIEW_BITS: Final = (-5.0, 20.0)
#: Bits by which links need more than review, at least.
LEAST_GAP: Final = 1.0


class CautionError(ValueError):
    """The settings make no sense; ``field`` is ``link_bits`` or ``review_bits``."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, kw_only=True, slots=True)
class Caution:
    """Settings of one retailer; without any, the shipped thresholds count.

    :param links: False: nothing is linked by itself, everything goes to review.
    :param link_bits: more (or fewer) bits that a link needs; ``review_bits`` the same for review.
    """

    links: bool = True
    link_bits: float = 0.0
    review_bits: float = 0.0


def check_caution(caution: Caution, thresholds: Thresholds) -> Caution:
    """Return settings in steps of a tenth of a bit.

    :raises CautionError: no numbers, out of bounds, or review would begin where links do.
    """
    link_bits = _read("link_bits", caution.link_bits, LINK_BITS)
    review_bits = _read("review_bits", caution.review_bits, REVIEW_BITS)
    gap = (thresholds.auto + link_bits) - (thresholds.review + review_bits)
    if round(gap, 6) < LEAST_GAP:
        most = thresholds.auto + link_bits - thresholds.review - LEAST_GAP
        raise CautionError(
            "review_bits",
            f"review has to begin at least one bit before links do: at most {most:+.1f}",
        )
    return Caution(links=caution.links, link_bits=link_bits, review_bits=review_bits)


def with_caution(model: Model, caution: Caution) -> Model:
    """Return the model with thresholds as a retailer wants them; its weights stay."""
    return replace(
        model,
        thresholds=_moved(model.thresholds, caution),
        names_thresholds=_moved(model.names_thresholds, caution),
    )


def _moved(limits: Thresholds, caution: Caution) -> Thresholds:
    return replace(
        limits,
        auto=limits.auto + caution.link_bits,
        review=limits.review + caution.review_bits,
        links=caution.links,
        shift=caution.link_bits,
    )


def _read(field: str, bits: float, bounds: tuple[float, float]) -> float:
    least, most = bounds
    if not (math.isfinite(bits) and least <= bits <= most):
        raise CautionError(field, f"say a number of bits from {least:+g} to {most:+g}")
    return round(bits, 1) + 0.0
