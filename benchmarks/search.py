"""Milliseconds of the search box, by what is typed, at several sizes.

    python benchmarks/search.py [--rows 10000 100000] [--searches 200]

Measured is ``customers.queries.search`` with opening and ranking what was found, without HTTP.
Beside it stand one indexed count, which is the least that a round trip to the database takes, and
one count of everything.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rig import CONNECTION, folder, hub, machine, say, simulator, summarise

Milliseconds = list[float]


def main() -> None:
    options = _options()
    if options.one:
        print(json.dumps(_measure(options.one, options.searches)))
        return
    print(f"search: milliseconds, p50 / p95 of {options.searches} searches each; {machine()}")
    for rows in options.rows:
        # Django's settings can be read once in a process, and each size has its own database.
        done = subprocess.run(
            [sys.executable, __file__, "--one", str(rows), "--searches", str(options.searches)],
            check=True,
            stdout=subprocess.PIPE,
        )
        print(f"  {rows:,} customers")
        for name, (middle, high, found) in json.loads(done.stdout.splitlines()[-1]).items():
            print(f"    {name:<22} {middle:8.2f} / {high:8.2f}   {found:6.1f} people found")
            label = f"{name}, {rows:,} customers, ms p50 / p95".replace(" ", "_")
            summarise(**{label: f"{middle:.2f} / {high:.2f}"})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--searches", type=int, default=200)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(rows: int, searches: int) -> dict[str, tuple[float, float, float]]:
    with folder() as where, simulator(where, people=rows) as pos, hub(where / "hub", pos) as made:
        made.sync()
        with made.open_database() as database:
            database.autocommit = True
            database.execute("vacuum analyze")
        people = _people(pos.state, searches)
        say(f"  {rows:,} customers are here")
        os.environ.update(made.installation.environment())
        return {name: _timed(*timed) for name, timed in _kinds(people).items()}


def _people(state: Path, count: int) -> list[dict[str, Any]]:
    """The truth of some customers who have everything that is searched for."""
    wanted = ("phone", "email", "given_name", "family_name", "born_on")
    with contextlib.closing(sqlite3.connect(state)) as db:
        truths = [json.loads(row[0]) for row in db.execute("select truth from customers")]
    whole = [truth for truth in truths if all(truth.get(name) for name in wanted)]
    return random.Random(1).sample(whole, min(count, len(whole)))


def _kinds(people: list[dict[str, Any]]) -> dict[str, tuple[Callable[[str], int], list[str]]]:
    from rollcall.config.cli.django_setup import start_django  # noqa: PLC0415  # reads the environment

    start_django()
    from django.db import connection  # noqa: PLC0415  # needs Django

    from rollcall.config.cli.sync import find  # noqa: PLC0415
    from rollcall.customers.queries.search import search  # noqa: PLC0415
    from rollcall.kit.clock import utc_now  # noqa: PLC0415

    scope, _ = find(CONNECTION)
    today = utc_now().date()

    def look(text: str) -> int:
        return len(search(scope, text, today=today).hits)

    def count(sql: str) -> Callable[[str], int]:
        def ask(text: str) -> int:
            with connection.cursor() as cursor:
                cursor.execute(sql, [text] if "%s" in sql else [])
                return int(cursor.fetchone()[0])

        return ask

    def texts(make: Callable[[dict[str, Any]], str]) -> list[str]:
        return [make(person) for person in people]

    return {
        "phone": (look, texts(lambda one: one["phone"])),
        "last four digits": (look, texts(lambda one: one["phone"][-4:])),
        "e-mail": (look, texts(lambda one: one["email"])),
        "given and family name": (
            look,
            texts(lambda one: f"{one['given_name']} {one['family_name']}".lower()),
        ),
        "family name": (look, texts(lambda one: one["family_name"].lower())),
        "name and birth date": (
            look,
            texts(lambda one: f"{one['family_name']} {one['born_on']}".lower()),
        ),
        "one indexed count": (
            count("select count(*) from customers_posrecord where family_folded = %s"),
            texts(lambda _one: "nobody"),
        ),
        "count of everything": (
            count("select count(*) from customers_posrecord"),
            texts(lambda _one: "")[:20],
        ),
    }


def _timed(ask: Callable[[str], int], texts: list[str]) -> tuple[float, float, float]:
    ask(texts[0])
    times: Milliseconds = []
    found = 0
    for text in _each(texts):
        began = time.perf_counter()
        found += ask(text)
        times.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(times, n=20)
    return statistics.median(times), cuts[18], found / len(texts)


def _each(texts: list[str]) -> Iterator[str]:
    shuffled = list(texts)
    random.Random(2).shuffle(shuffled)
    yield from shuffled


if __name__ == "__main__":
    main()
