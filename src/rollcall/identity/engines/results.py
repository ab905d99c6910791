"""What every engine gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rollcall.identity.rules.clustering import Edge, GuardedClusters, RefusedEdge, cluster
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.rivals import split_rivals


class ReviewPair(NamedTuple):
    """A pair for a person's eyes.

    :param reasons: what keeps it from being linked: fields in contradiction, or ``bits``.
    """

    a: int
    b: int
    bits: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """All pairs of a file that are worth something, by the records' places in it.

    :param links: pairs that are linked unless a group speaks against it.
    :param review: pairs that only a person may link.
    """

    links: Sequence[Edge]
    review: Sequence[ReviewPair]


@dataclass(frozen=True, kw_only=True, slots=True)
class Matched:
    """The people of a file.

    :param people: per record the number of its person's first-joined record.
    :param review: pairs for a person's eyes whose records are not one person by other ways; one
        per pair of people, the strongest.
    """

    people: Sequence[int]
    links: Sequence[Edge]
    refused: Sequence[RefusedEdge]
    review: Sequence[ReviewPair]


def match(
    weighed: Weighed,
    records: Sequence[Evidence],
    *,
    together: Sequence[tuple[int, int]] = (),
    apart: Sequence[tuple[int, int]] = (),
) -> Matched:
    """Cluster what an engine weighed, and collect what is left for people.

    :param together: decisions of people, by places of records: one person.
    :param apart: decisions of people: not one person.
    """
    facts = records.__getitem__
    links, doubtful = split_rivals(weighed.links, facts)
    clusters, refused = cluster(links, facts, together=together, apart=apart)
    people = [clusters.root(number) for number in range(len(records))]
    decided = {frozenset(pair) for pair in apart}
    open_pairs = [
        *weighed.review,
        *(ReviewPair(*edge, ("rival",)) for edge in doubtful),
        *(ReviewPair(*refusal.edge, (refusal.reason.value,)) for refusal in refused),
    ]
    return Matched(
        people=people,
        links=links,
        refused=refused,
        review=_review(open_pairs, people, decided, clusters),
    )


def _review(
    pairs: Sequence[ReviewPair],
    people: Sequence[int],
    decided: set[frozenset[int]],
    clusters: GuardedClusters,
) -> Sequence[ReviewPair]:
    best: dict[tuple[int, int], ReviewPair] = {}
    for pair in pairs:
        one, other = sorted((people[pair.a], people[pair.b]))
        if one == other or _is_decided(pair, decided, clusters):
            continue
        known = best.get((one, other))
        if known is None or known.bits < pair.bits:
            best[one, other] = pair
    return sorted(best.values(), key=lambda pair: (-pair.bits, pair.a, pair.b))


def _is_decided(pair: ReviewPair, decided: set[frozenset[int]], clusters: GuardedClusters) -> bool:
    """Whether somebody has said already that these two groups are different people."""
    return bool(decided) and any(
        frozenset((a, b)) in decided
        for a in clusters.members(pair.a)
        for b in clusters.members(pair.b)
    )


def same_person(people: Sequence[int]) -> Mapping[int, Sequence[int]]:
    """Person → places of their records, in the order of the file."""
    found: dict[int, list[int]] = {}
    for place, person in enumerate(people):
        found.setdefault(person, []).append(place)
    return found
