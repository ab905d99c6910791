"""What Rollcall's matcher is measured against, one method and one file a process.

    python -m identity.opponents any-of|splink|splink-expert|ecm people.csv     (in benchmarks/)

Prints one JSON object: quality over pairs after clustering, seconds from the CSV file to clusters,
peak memory. Splink and ECM get the threshold with the best F1, chosen with the truth in hand, which
nobody has in life; ``careful`` is the least mixed one that still finds the wanted share of pairs.
Finding thresholds does not count into the seconds; one clustering does.

any-of      the rule of loyalty programmes: one phone OR e-mail OR licence OR name with birth date
            makes one customer, and so does a chain of them
splink      Splink 5 on DuckDB as in its tutorial
splink-expert  the same with levels and training of ours
ecm         ``recordlinkage``'s ECM classifier; for small sets
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from identity import cleaning, splink_models
from identity.clusters import Edges, best, careful, connected, sweep

#: Recall that the gates ask for; ``careful`` keeps to it.
_RECALL: Final = 0.94
#: Columns that methods may look at, where the file has them.
_FIELDS: Final = ("first", "last", "dob", "phone", "email", "licence", "street", "zip", "gender")
#: Below that, a pair of ECM is none; probabilities are swept as hundredths.
_HUNDREDTH: Final = 0.01


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("method", choices=METHODS)
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    print(json.dumps(run(options.method, options.file)))


def run(method: str, path: Path) -> dict[str, Any]:
    """Read, clean, score, cluster; then look how good that was."""
    began = time.perf_counter()
    frame = cleaning.read(path)
    read = time.perf_counter() - began
    edges = METHODS[method](frame)
    scored = time.perf_counter() - began
    connected(edges, records=len(frame), threshold=float(edges.score.max()) / 2)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    truth = frame["person_id"].tolist()
    trials = sweep(edges, truth, step=_HUNDREDTH if method == "ecm" else 1.0)
    chosen, least = best(trials), careful(trials, recall=_RECALL)
    return {
        "method": method,
        "file": path.stem,
        **chosen.as_dict(),
        "pairs": len(edges.score),
        "seconds": round(seconds, 1),
        "seconds_reading": round(read, 1),
        "seconds_clustering": round(seconds - scored, 1),
        "peak_mb": round(peak),
        "careful": least.as_dict() if least else None,
        "trials": [trial.as_dict() for trial in trials],
    }


def _any_of(frame: cleaning.Frame) -> Edges:
    """A star for every value: its first record with each of the others."""
    numpy = importlib.import_module("numpy")
    pandas = importlib.import_module("pandas")
    lefts: list[Any] = []
    rights: list[Any] = []
    named = frame[["first", "last", "dob"]].notna().all(axis=1)
    person = (frame["first"] + "|" + frame["last"] + "|" + frame["dob"]).where(named)
    for values in (frame["phone"], frame["email"], frame["licence"], person):
        known = values.dropna()
        codes = pandas.factorize(known)[0]
        numbers = known.index.to_numpy()
        # ``unique`` gives where every code stands first.
        firsts = numbers[numpy.unique(codes, return_index=True)[1]] if len(codes) else numbers
        lefts.append(firsts[codes] if len(codes) else numbers)
        rights.append(numbers)
    left, right = numpy.concatenate(lefts), numpy.concatenate(rights)
    return Edges(left=left, right=right, score=numpy.ones(len(left)))


def _present(frame: cleaning.Frame) -> set[str]:
    return {field for field in _FIELDS if frame[field].notna().any()}


def _splink(frame: cleaning.Frame) -> Edges:
    return splink_models.score(frame, splink_models.stock(_present(frame), records=len(frame)))


def _splink_expert(frame: cleaning.Frame) -> Edges:
    splink_models.add_expert_columns(frame)
    return splink_models.score(frame, splink_models.expert(_present(frame), records=len(frame)))


#: Ways of choosing the pairs that ECM looks at (it finds the wrong classes among too many): it gets
#: the one that suits it best.
_ECM_BLOCKS: Final[Sequence[Sequence[Sequence[str]]]] = (
    (("licence",), ("first", "last"), ("dob",), ("last", "zip"), ("first", "zip"), ("street",)),
    (("licence",), ("first", "last"), ("last", "dob"), ("first", "dob"), ("last", "street")),
    (("licence",), ("last", "dob"), ("first", "dob"), ("last", "street"), ("first", "street")),
    (("licence",), ("first",), ("last",), ("dob",), ("street",)),
)
_ECM_FUZZY: Final = ("first", "last", "street")


def _ecm(frame: cleaning.Frame) -> Edges:
    """Vectors of yes and no, classified without labels, as in the package's guide."""
    truth = frame["person_id"].tolist()
    found = [_ecm_with(frame, blocks) for blocks in _ECM_BLOCKS]
    return max(found, key=lambda edges: best(sweep(edges, truth, step=_HUNDREDTH)).quality.f1)


def _ecm_with(frame: cleaning.Frame, blocks: Sequence[Sequence[str]]) -> Edges:
    linkage = importlib.import_module("recordlinkage")
    present = _present(frame)
    indexer, comparer = linkage.Index(), linkage.Compare()
    for block in blocks:
        if set(block) <= present:
            indexer.block(list(block))
    for field in sorted(present):
        if field in _ECM_FUZZY:
            comparer.string(field, field, method="jarowinkler", threshold=0.85, label=field)
        else:
            comparer.exact(field, field, label=field)
    features = comparer.compute(indexer.index(frame), frame)
    classifier = linkage.ECMClassifier()
    classifier.fit(features)
    found = classifier.prob(features)
    index = found.index.to_frame(index=False)
    return Edges(left=index[0].to_numpy(), right=index[1].to_numpy(), score=found.to_numpy())


METHODS: Final[Mapping[str, Callable[[cleaning.Frame], Edges]]] = {
    "any-of": _any_of,
    "splink": _splink,
    "splink-expert": _splink_expert,
    "ecm": _ecm,
}


if __name__ == "__main__":
    main()
