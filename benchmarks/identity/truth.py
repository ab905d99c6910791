"""How good a grouping of records into people is, measured with the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Over pairs of records after clustering.

    :param mixed_share: share of all records that stand in a cluster with records of somebody else.
    """

    records: int
    people: int
    precision: float
    recall: float
    f1: float
    mixed_share: float
    biggest_cluster: int


def measure(found: Sequence[Hashable], truth: Sequence[Hashable]) -> Quality:
    """:param found: the cluster of every record, in the order of ``truth``, its person."""
    both = Counter(zip(found, truth, strict=True))
    clusters, people = Counter(found), Counter(truth)
    right = _pairs(both)
    said, wanted = _pairs(clusters), _pairs(people)
    mixed = {cluster for (cluster, _), count in both.items() if count < clusters[cluster]}
    return Quality(
        records=len(truth),
        people=len(clusters),
        precision=right / said if said else 1.0,
        recall=right / wanted if wanted else 1.0,
        f1=2 * right / (said + wanted) if said + wanted else 1.0,
        mixed_share=sum(clusters[cluster] for cluster in mixed) / len(truth),
        biggest_cluster=max(clusters.values(), default=0),
    )


def _pairs(sizes: Counter[Hashable] | Counter[tuple[Hashable, Hashable]]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())
