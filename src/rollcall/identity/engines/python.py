"""Matches records in memory, in plain Python: for files up to some 100,000 records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from rollcall.identity.engines.results import Matched, ReviewPair, Weighed, match
from rollcall.identity.rules.clustering import Edge
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.keys import KEY_KINDS, Key, blocking_keys
from rollcall.identity.rules.levels import compare
from rollcall.identity.rules.model import Model
from rollcall.identity.rules.outcomes import Outcome
from rollcall.identity.rules.weights import Scorer, count_frequencies


def match_records(records: Sequence[Evidence], model: Model) -> Matched:
    """Match a file whose generic values were taken away (``rules.generic``)."""
    return match(weigh_records(records, model), records)


def weigh_records(records: Sequence[Evidence], model: Model) -> Weighed:
    """Score every pair that shares a key."""
    scorer = Scorer(model, count_frequencies(records))
    links: list[Edge] = []
    review: list[ReviewPair] = []
    for a, b in candidate_pairs(records):
        bits, outcome = scorer.weigh(records[a], records[b])
        if outcome is Outcome.AUTO:
            links.append(Edge(a, b, bits))
        elif outcome is Outcome.REVIEW:
            pattern = scorer.pattern(compare(records[a], records[b]))
            review.append(ReviewPair(a, b, bits, scorer.reasons(pattern, bits)))
    return Weighed(links=links, review=review)


def candidate_pairs(records: Sequence[Evidence]) -> Iterator[tuple[int, int]]:
    """Pairs of places that share a key, the smaller place first, each once, in order of place."""
    blocks: dict[Key, list[int]] = {}
    for place, evidence in enumerate(records):
        for key in blocking_keys(evidence):
            blocks.setdefault(key, []).append(place)
    found: set[tuple[int, int]] = set()
    for key, places in blocks.items():
        if 1 < len(places) <= KEY_KINDS[key[0]]:
            found.update(combinations(places, 2))
    yield from sorted(found)
