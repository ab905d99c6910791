"""Groups of records from pairs, for methods that leave the choice of a threshold open."""

from __future__ import annotations

import importlib
from dataclasses import asdict, dataclass
from typing import Any, Final

from identity.truth import Quality, measure

#: Steps between thresholds tried first, and then around the best of them.
_COARSE: Final = 3.0
_FINE: Final = (-2.0, -1.0, 1.0, 2.0)


@dataclass(frozen=True, kw_only=True)
class Edges:
    """Pairs of record numbers with scores: the higher, the more alike."""

    left: Any
    right: Any
    score: Any


@dataclass(frozen=True, kw_only=True)
class Tried:
    threshold: float
    quality: Quality

    def as_dict(self) -> dict[str, Any]:
        return {"threshold": self.threshold, **asdict(self.quality)}


def connected(edges: Edges, *, records: int, threshold: float) -> list[int]:
    """The cluster of every record when all pairs from the threshold on are one person."""
    numpy = importlib.import_module("numpy")
    sparse = importlib.import_module("scipy.sparse")
    graph = importlib.import_module("scipy.sparse.csgraph")
    kept = edges.score >= threshold
    left, right = edges.left[kept], edges.right[kept]
    matrix = sparse.coo_matrix((numpy.ones(len(left), bool), (left, right)), (records, records))
    labels: list[int] = graph.connected_components(matrix, directed=False)[1].tolist()
    return labels


def sweep(edges: Edges, truth: list[str], *, step: float = 1.0) -> list[Tried]:
    """Qualities at thresholds over the whole range of scores, by threshold.

    :param step: what a unit of the score is worth: thresholds are three apart, then one.
    """

    def tried(threshold: float) -> Tried:
        labels = connected(edges, records=len(truth), threshold=threshold)
        return Tried(threshold=threshold, quality=measure(labels, truth))

    low, high = float(edges.score.min()), float(edges.score.max())
    # Below ten bits against, one cluster holds half of all.
    threshold = max(low, -9.0 * step)
    found: dict[float, Tried] = {}
    while threshold <= high:
        found[threshold] = tried(threshold)
        threshold += _COARSE * step
    around = best(list(found.values())).threshold
    found |= {around + fine * step: tried(around + fine * step) for fine in _FINE}
    return [found[key] for key in sorted(found)]


def best(trials: list[Tried]) -> Tried:
    """The highest F1: a choice that only somebody with the truth can make."""
    return max(trials, key=lambda trial: trial.quality.f1)


def careful(trials: list[Tried], *, recall: float) -> Tried | None:
    """The least mixed among those that find so many of the true pairs."""
    enough = [trial for trial in trials if trial.quality.recall >= recall]
    return min(enough, key=lambda trial: trial.quality.mixed_share, default=None)
