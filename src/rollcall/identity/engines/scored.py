"""From Splink's predictions to links: what every SQL engine does alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rollcall.identity.engines.results import ReviewPair, Weighed
from rollcall.identity.engines.settings import PLACE
from rollcall.identity.rules.clustering import Edge
from rollcall.identity.rules.levels import FIELDS, Levels
from rollcall.identity.rules.model import BY_FREQUENCY, HOUSEHOLD, Model
from rollcall.identity.rules.outcomes import Outcome
from rollcall.identity.rules.weights import Pattern, Scorer

#: Bits that one field's level takes in a packed number: -1 to 14.
_PACKED: Final = 4

#: Places of both records, packed levels, rarity of the person's values and of shared ones, in bits.
ScoredRow = tuple[int, int, int, float, float]


def frequencies_sql(field: str, column: str, model: Model) -> str:
    """Rows of (value, share), the shares as ``Frequencies.share`` counts them."""
    prior, usual = model.frequency_prior, model.fields[field][-1].u
    return f"""
        select {column},
            cast(greatest(
                (count(*) + {prior * usual!r}) / (sum(count(*)) over () + {prior!r}),
                {model.rarest[field]!r}
            ) as double) as tf_{column}
        from records where {column} is not null group by {column}
    """  # noqa: S608 - names of ours only


def rows_sql(scored: str) -> str:
    """Predictions as ``ScoredRow``."""
    packed = " + ".join(
        f"cast(gamma_{field} + 1 as bigint) * {1 << _PACKED * at}"
        for at, field in enumerate(FIELDS)
    )
    personal = " + ".join(f"mw_tf_adj_{field}" for field in BY_FREQUENCY if field not in HOUSEHOLD)
    household = " + ".join(f"mw_tf_adj_{field}" for field in BY_FREQUENCY if field in HOUSEHOLD)
    places = f"least({PLACE}_l, {PLACE}_r), greatest({PLACE}_l, {PLACE}_r)"
    return f"select {places}, {packed}, {personal}, {household} from {scored}"  # noqa: S608


def weighed(rows: Iterable[ScoredRow], scorer: Scorer) -> Weighed:
    """Cap what a household shares, look for vetoes, and decide."""
    cap = scorer.model.household_cap
    patterns: dict[int, Pattern] = {}
    links: list[Edge] = []
    review: list[ReviewPair] = []
    for a, b, packed, personal, household in rows:
        pattern = patterns.get(packed)
        if pattern is None:
            pattern = patterns[packed] = scorer.pattern(unpack(packed))
        bits = pattern.personal + personal + min(pattern.household + household, cap)
        outcome = scorer.outcome(pattern, bits)
        if outcome is Outcome.AUTO:
            links.append(Edge(a, b, bits))
        elif outcome is Outcome.REVIEW:
            review.append(ReviewPair(a, b, bits, scorer.reasons(pattern, bits)))
    return Weighed(links=links, review=review)


def unpack(packed: int) -> Levels:
    """Levels out of one number, the first field in the lowest bits."""
    mask = (1 << _PACKED) - 1
    return tuple((packed >> _PACKED * at & mask) - 1 for at in range(len(FIELDS)))
