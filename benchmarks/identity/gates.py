"""What Rollcall's matcher has to reach, as ratios to the others on the same files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

#: Figures of one run: quality, ``seconds``, ``peak_mb`` and, of Rollcall, ``auto_precision``.
Figures = Mapping[str, Any]
#: Method → its figures on one file.
Runs = Mapping[str, Figures]

OURS: Final = "rollcall"
_SPLINKS: Final = ("splink", "splink-expert")


@dataclass(frozen=True, kw_only=True)
class Gate:
    file: str
    wanted: str
    seen: float
    reached: bool

    def __str__(self) -> str:
        return (
            f"| {self.file} | {self.wanted} | {self.seen:.4g} | {'yes' if self.reached else 'NO'} |"
        )


def gates(file: str, runs: Runs) -> Iterator[Gate]:
    """The gates of one file; those whose opponent did not run are left out."""
    ours = runs.get(OURS)
    if ours is None:
        return
    if file.startswith("febrl"):
        yield from _febrl(file, ours, runs)
    elif file.startswith("census"):
        yield from _census(file, ours, runs)
    else:
        yield from _retail(file, ours, runs)


def _retail(file: str, ours: Figures, runs: Runs) -> Iterator[Gate]:
    household = file.startswith("household")
    yield _least(file, "recall", ours["recall"], 0.95 if household else 0.94)
    if ours.get("auto_precision") is not None:
        yield _least(file, "precision of automatic pairs", ours["auto_precision"], 0.995)
    if household:
        return
    mixed = max(ours["mixed_share"], 1e-9)
    if "1m" in file:
        if "any-of" in runs:
            ratio = runs["any-of"]["mixed_share"] / mixed
            yield _least(file, "times fewer mixed records than any-of", ratio, 15)
        if "splink" in runs:
            share = ours["seconds"] / runs["splink"]["seconds"]
            yield _most(file, "share of Splink's time", share, 1)
        return
    yield _most(file, "mixed records", mixed, 0.005)
    if "splink" in runs:
        ratio = runs["splink"]["mixed_share"] / mixed
        yield _least(file, "times fewer mixed records than Splink", ratio, 10)


def _census(file: str, ours: Figures, runs: Runs) -> Iterator[Gate]:
    error = max(1 - ours["f1"], 1e-9)
    if "ecm" in runs:
        yield _least(file, "times smaller 1-F1 than ECM", (1 - runs["ecm"]["f1"]) / error, 2)
    rivals = [runs[name]["f1"] for name in _SPLINKS if name in runs]
    if rivals:
        yield _most(file, "share of Splink's best 1-F1", error / max(1 - max(rivals), 1e-9), 1)


def _febrl(file: str, ours: Figures, runs: Runs) -> Iterator[Gate]:
    rivals = [runs[name]["f1"] for name in _SPLINKS if name in runs]
    if rivals:
        yield _least(file, f"F1 not below Splink's {max(rivals):.5f}", ours["f1"], max(rivals))


def _least(file: str, what: str, seen: float, limit: float) -> Gate:
    return Gate(file=file, wanted=f"{what} >= {limit:.5g}", seen=seen, reached=seen >= limit)


def _most(file: str, what: str, seen: float, limit: float) -> Gate:
    return Gate(file=file, wanted=f"{what} <= {limit:.5g}", seen=seen, reached=seen <= limit)
