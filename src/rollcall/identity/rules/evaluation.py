"""How good a matching was, where the truth is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import comb


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Quality of a matching; precision, recall and F1 are over pairs of records after clustering.

    :param people: how many there truly are.
    :param mixed_share: the share of records in clusters that hold more than one person.
    :param auto_precision: the share of automatic links, taken singly, that are right.
    """

    records: int
    people: int
    precision: float
    recall: float
    f1: float
    mixed_share: float
    biggest_cluster: int
    auto_precision: float
    review_pairs: int


def figures(
    truth: Sequence[Hashable],
    people: Sequence[Hashable],
    links: Iterable[tuple[int, int]],
    *,
    review_pairs: int,
) -> Figures:
    """Compare who was found with who is there. What there is none of counts as perfect (1.0)."""
    found, true = Counter(people), Counter(truth)
    both = Counter(zip(people, truth, strict=True))
    right = _pairs(both)
    precision, recall = _share(right, _pairs(found)), _share(right, _pairs(true))
    persons = Counter(person for person, _ in both)
    mixed = sum(found[person] for person, count in persons.items() if count > 1)
    verdicts = [truth[a] == truth[b] for a, b in links]
    return Figures(
        records=len(truth),
        people=len(true),
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        mixed_share=mixed / len(truth) if truth else 0.0,
        biggest_cluster=max(found.values(), default=0),
        auto_precision=_share(sum(verdicts), len(verdicts)),
        review_pairs=review_pairs,
    )


def _pairs(counts: Counter[Hashable] | Counter[tuple[Hashable, Hashable]]) -> int:
    return sum(comb(count, 2) for count in counts.values())


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
