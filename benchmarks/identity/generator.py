"""Labelled customers of a chain of shops: several records a person, with who they truly are.

    python -m identity.generator --records 100000 --seed 1 people.csv     (in benchmarks/)

The columns are those of ``rollcall.pos.population``; ``person_id`` is the truth. The same seed and
size give the same file. What is assumed about life, and why, stands beside the constants of
``identity.people`` (households, changes) and ``identity.records`` (sources, mistakes). It was
written without sight of Rollcall's matcher and of its list of nicknames.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from identity.people import Society
from identity.pools import STATES
from identity.records import Desk, Shops
from rollcall.pos.population import PEOPLE_COLUMNS

#: Records a person has: nearly half have one; regulars of many years have nine. 2.1 on average.
_RECORDS: Final = ((1, 460), (2, 250), (3, 140), (4, 70), (5, 40), (6, 20), (7, 10), (8, 6), (9, 4))
#: Rows that are held back to shuffle; registers do not keep a person's records together.
_SHUFFLED: Final = 65_536


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write(options.file, make_records(options.records, seed=options.seed))


def make_records(records: int, *, seed: int) -> Iterator[list[str]]:
    """So many rows, in the order of ``PEOPLE_COLUMNS``, shuffled over a window of 65,536."""
    rng = random.Random(f"rollcall identity {seed}")
    kept: list[list[str]] = []
    for row in _in_order(records, rng):
        if len(kept) < _SHUFFLED:
            kept.append(row)
            continue
        place = rng.randrange(_SHUFFLED)
        yield kept[place]
        kept[place] = row
    rng.shuffle(kept)
    yield from kept


def _in_order(records: int, rng: random.Random) -> Iterator[list[str]]:
    home = rng.choice(sorted(STATES))
    society = Society(rng=rng, home=home)
    shops = Shops(rng=rng, numbers=society.numbers, home=home, records=records)
    desk = Desk(rng=rng, shops=shops)
    counts, weights = zip(*_RECORDS, strict=True)
    left = records
    for household in society.households():
        for human in household:
            made = min(rng.choices(counts, weights)[0], left)
            for _ in range(made):
                yield desk.record(human)
            left -= made
        if left == 0:
            return


def write(path: Path, rows: Iterator[Sequence[str]]) -> None:
    """A CSV file with the header of ``PEOPLE_COLUMNS``."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(PEOPLE_COLUMNS)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
