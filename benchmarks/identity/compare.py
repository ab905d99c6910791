"""Rollcall's matcher beside the others on files that it has never seen, in one table.

    python -m identity.compare FOLDER --rollcall ../.venv/bin/rollcall     (in benchmarks/)

Makes the files that FOLDER lacks (held-out seeds of both generators, the public sets), runs every
method on every file in a process of its own, one after the other, and prints qualities, seconds,
peak memory and the gates. What has been measured is kept in FOLDER/results and not run again;
``--fresh rollcall`` runs that method anew. Seconds compare only when nothing else runs.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from identity import generator, household, public
from identity.gates import OURS, gates
from identity.opponents import METHODS

_SEEDS_100K: Final = (11, 12)
_SEED_1M: Final = 13
_SEED_HOUSEHOLD: Final = 7
_PUBLIC_SEED: Final = 1


def main() -> None:
    options = _options()
    results: Path = options.folder / "results"
    results.mkdir(parents=True, exist_ok=True)
    measured: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name, (make, methods) in _files().items():
        if options.files and name not in options.files:
            continue
        path: Path = options.folder / f"{name}.csv"
        if not path.exists() and not options.stored:
            make(path)
        for method in (*methods, OURS):
            kept = results / f"{name}-{method}.json"
            if method in options.methods and _is_due(method, kept, options):
                kept.write_text(json.dumps(_run(method, path, options.rollcall)))
            if kept.exists():
                measured.setdefault(name, {})[method] = json.loads(kept.read_text())
    print_tables(measured)


def _is_due(method: str, kept: Path, options: argparse.Namespace) -> bool:
    return not options.stored and (method in options.fresh or not kept.exists())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rollcall", default="rollcall", help="the command, with arguments")
    parser.add_argument("--files", nargs="*", help="names; else all")
    parser.add_argument("--methods", nargs="*", default=[*METHODS, OURS])
    parser.add_argument("--fresh", nargs="*", default=[], help="methods to run anew")
    parser.add_argument("--stored", action="store_true", help="run nothing, print what is kept")
    return parser.parse_args()


Make = Callable[[Path], None]
_RETAIL: Final = ("any-of", "splink", "splink-expert")


def _files() -> dict[str, tuple[Make, Sequence[str]]]:
    """Name → how it is made, and who runs on it (ECM is too slow for large files)."""
    files: dict[str, tuple[Make, Sequence[str]]] = {
        f"heldout-100k-{seed}": (_retail(100_000, seed), _RETAIL) for seed in _SEEDS_100K
    }
    files["heldout-1m-1"] = (_retail(1_000_000, _SEED_1M), _RETAIL)
    files["household-heldout"] = (_make_household, _RETAIL)
    for name in public.SETS:
        files[name] = (_public(name), (*_RETAIL, "ecm"))
    return files


def _retail(records: int, seed: int) -> Make:
    return lambda path: generator.write(path, generator.make_records(records, seed=seed))


def _make_household(path: Path) -> None:
    rows = household.make_records(_SEED_HOUSEHOLD)
    generator.write(path, public.in_columns(rows, seed=_SEED_HOUSEHOLD))


def _public(name: str) -> Make:
    def make(path: Path) -> None:
        rows = public.SETS[name](_PUBLIC_SEED)
        generator.write(path, public.in_columns(rows, seed=_PUBLIC_SEED))

    return make


def _run(method: str, path: Path, rollcall: str) -> Mapping[str, Any]:
    print(f"{method} on {path.stem}", file=sys.stderr, flush=True)
    if method != OURS:
        return _answer([sys.executable, "-m", "identity.opponents", method, str(path)])
    return _answer([*shlex.split(rollcall), "identity", "evaluate", str(path), "--json"])


def _answer(command: Sequence[str]) -> dict[str, Any]:
    """The JSON that a command prints, with the wall seconds and the peak of its process.

    The peak of Rollcall is of the one process alone, like the others'.
    """
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{shlex.join(command)} failed with {process.returncode}")
    answer: dict[str, Any] = json.loads(printed)
    wall = round(time.perf_counter() - began, 1)
    return {"peak_mb": round(usage.ru_maxrss / 1024), **answer, "wall_seconds": wall}


_HEAD: Final = (
    "| file | method | precision | recall | F1 | mixed | largest | seconds | MB |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def print_tables(measured: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    print(_HEAD)
    for name, runs in measured.items():
        for method, seen in runs.items():
            print(_row(name, method, seen))
            if seen.get("careful"):
                print(_row("", f"{method}, least mixed", seen["careful"]))
    print("\n| file | gate | seen | reached |\n|---|---|---|---|")
    for name, runs in measured.items():
        for gate in gates(name, runs):
            print(gate)


def _row(name: str, method: str, seen: Mapping[str, Any]) -> str:
    shares = " | ".join(f"{seen[key]:.4f}" for key in ("precision", "recall", "f1"))
    return (
        f"| {name} | {method} | {shares} | {seen['mixed_share']:.3%} | {seen['biggest_cluster']}"
        f" | {seen.get('seconds', '')} | {seen.get('peak_mb', '')} |"
    )


if __name__ == "__main__":
    main()
