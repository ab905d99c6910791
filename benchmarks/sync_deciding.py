"""Records a second of a sync alone, and of the same sync until everybody's who-is-who is decided.

    python benchmarks/sync_deciding.py [--rows 20000] [--rounds 3]

The people are those of five stores in one list: half of the records are somebody's who has another
one, often with a nickname, an old phone or a slip of the keyboard. In every round two new
installations take all of them over: one syncs and nothing else runs; in the other two processes
decide meanwhile, as workers do, and the time ends when the last record is decided. Both run
``rollcall sync``; merges and suggestions are those of the matcher as shipped.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import IO, Any

from rig import Hub, Pos, folder, hub, machine, say, simulator, spread, summarise
from rollcall.pos.population import PEOPLE_COLUMNS, generate, store_share

STORES = 5
DECIDERS = 2
#: Of the rate of a sync alone.
SHARE_WANTED = 0.5


def main() -> None:
    options = _options()
    if options.decide:
        _decide(sys.stdin)
        return
    figures: dict[str, list[float]] = defaultdict(list)
    with folder() as where:
        people = where / "people.csv"
        write_people(people, options.rows)
        with simulator(where, people=people, kind=options.kind) as pos:
            for number in range(options.rounds):
                # Each is first in turn.
                for name in ("alone", "deciding")[:: 1 if number % 2 == 0 else -1]:
                    _measure(where / f"{name}-{number}", pos, name, figures)
    _print(options, figures)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kind", default="leaflogix", help="which POS")
    parser.add_argument("--rows", type=int, default=20_000, help="records, of half as many people")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--decide", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def write_people(path: Path, rows: int) -> None:
    """Write what five stores know of the same people, shuffled, as one list."""
    people = list(generate(rows // 2 + 1, 20))
    known = [
        one
        for number in range(1, STORES + 1)
        for one in store_share(people, seed=20, store_number=number, store_count=STORES)
    ]
    random.Random(1).shuffle(known)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(PEOPLE_COLUMNS)
        for number, one in enumerate(known[:rows]):
            row = dataclasses.replace(one, person_id=f"P{number:07d}")
            writer.writerow([getattr(row, column) for column in PEOPLE_COLUMNS])


def _measure(where: Path, pos: Pos, name: str, figures: dict[str, list[float]]) -> None:
    with hub(where, pos) as made:
        if name == "alone":
            run = made.sync()
            rate = run["rows_new"] / run["seconds"]
        else:
            rate = _until_decided(made, figures)
    figures[name].append(rate)
    say(f"  {name}: {rate:,.0f}")


def _until_decided(made: Hub, figures: dict[str, list[float]]) -> float:
    """One sync with processes beside it that decide; records a second until all are through."""
    deciders = [_start_decider(made) for _ in range(DECIDERS)]
    pipes = [(one.stdin, one.stdout) for one in deciders if one.stdin and one.stdout]
    for _, said in pipes:
        said.readline()  # it is up
    run = made.sync()
    synced = time.time()
    for tell, _ in pipes:
        tell.write("synced\n")
        tell.close()
    told: list[dict[str, Any]] = [json.loads(said.readline()) for _, said in pipes]
    for one in deciders:
        one.wait()
    after = max(0.0, *(one["ended"] - synced for one in told))
    figures["decided after the sync, s"].append(after)
    figures["merges"].append(max(one["merges"] for one in told))
    cpu = sum(one["cpu"] for one in told)
    figures["seconds of an interpreter, per 1,000 records"].append(1000 * cpu / run["rows_new"])
    rate: float = run["rows_new"] / (run["seconds"] + after)
    return rate


def _start_decider(made: Hub) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, __file__, "--decide"],
        env=made.installation.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _decide(told: IO[str]) -> None:
    """Decide what comes, until somebody says that no more will come."""
    from rollcall.config.cli.django_setup import start_django  # noqa: PLC0415  # reads the environment

    start_django()
    import threading  # noqa: PLC0415

    from rollcall.identity.models import Merge  # noqa: PLC0415  # needs Django
    from rollcall.identity.operations.pending import match_pending  # noqa: PLC0415
    from rollcall.kit.scope import Actor  # noqa: PLC0415
    from rollcall.stores.queries import get_retailer, get_system_scope  # noqa: PLC0415

    scope = get_system_scope(get_retailer("alder").pk, actor=Actor(kind="system", id="matching"))
    synced = threading.Event()

    def wait_for_sync() -> None:
        told.read()
        synced.set()

    threading.Thread(target=wait_for_sync, daemon=True).start()
    print("up", flush=True)
    began = time.process_time()
    while True:
        is_last = synced.is_set()
        if not match_pending(scope):
            if is_last:
                break
            time.sleep(0.05)
    merges = Merge.objects.scoped(scope).count()
    cpu = time.process_time() - began
    print(json.dumps({"ended": time.time(), "merges": merges, "cpu": cpu}), flush=True)


def _print(options: argparse.Namespace, figures: dict[str, list[float]]) -> None:
    print(
        f"sync_deciding: {options.kind}, {options.rows:,} new records, {options.rounds} rounds;"
        f" {machine()}"
    )
    for name, values in figures.items():
        print(f"  {name:<46} {spread(values, digits=1 if max(values) < 100 else 0)}")
    ratio = statistics.median(figures["deciding"]) / statistics.median(figures["alone"])
    rounds = [a / b for a, b in zip(figures["deciding"], figures["alone"], strict=True)]
    words = f"{ratio:.2f} (wanted: {SHARE_WANTED:g})"
    print(f"  deciding / alone: {words}, per round {spread(rounds, digits=2)}")
    summarise(sync_and_deciding_against_sync=words)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollcall.config.settings")
    main()
