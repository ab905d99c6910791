"""How first sync, unchanged sync, look-up and search grow with the number of customers.

    python benchmarks/growth.py [--rows 10000 100000 1000000]

Each size has an installation of its own, filled by a sync from the simulator. Then, in the same
database: everybody is read once more, kiosks look phones up beside pgbench (``kiosk_lookup.py``),
and the search box is asked (``search.py``).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from rig import Hub, Pos, folder, hub, machine, say, simulator, summarise

HERE = Path(__file__).parent
MIX = "all of them, evenly"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--kind", default="leaflogix")
    parser.add_argument("--rounds", type=int, default=5, help="of look-ups")
    parser.add_argument("--searches", type=int, default=100, help="of each kind")
    options = parser.parse_args()
    table: list[dict[str, str]] = []
    for rows in options.rows:
        with (
            folder() as where,
            simulator(where, people=rows, kind=options.kind) as pos,
            hub(where / "hub", pos) as made,
        ):
            table.append({"customers": f"{rows:,}", **_measure(options, where, pos, made)})
        _print(table)
    for column in table:
        for name, value in column.items():
            summarise(**{f"{name}_{column['customers']}".replace(" ", "_"): value})


def _measure(options: argparse.Namespace, where: Path, pos: Pos, made: Hub) -> dict[str, str]:
    run = made.sync()
    first = run["rows_new"] / run["seconds"]
    run = made.sync("--full")
    again = run["rows_unchanged"] / run["seconds"]
    say(f"  first {first:,.0f}, unchanged {again:,.0f} rows a second")
    with made.open_database() as database:
        database.autocommit = True
        database.execute("vacuum analyze")
    return {
        "first sync, rows a second": f"{first:,.0f}",
        "unchanged sync, rows a second": f"{again:,.0f}",
        **look_up(where, rows=run["rows_unchanged"], rounds=options.rounds),
        **search(where, pos, searches=options.searches),
    }


def look_up(where: Path, *, rows: int, rounds: int) -> dict[str, str]:
    """Look-ups by kiosks of the hub's store, beside pgbench."""
    summary = where / "lookup.jsonl"
    summary.touch()
    subprocess.run(
        [sys.executable, HERE / "kiosk_lookup.py", "--within", where / "hub",
         "--rows", str(rows), "--rounds", str(rounds)],
        check=True,
        env={**os.environ, "ROLLCALL_BENCH_SUMMARY": str(summary)},
        stdout=sys.stderr,
    )  # fmt: skip
    share, slowest = (json.loads(line)[2] for line in summary.read_text().splitlines())
    return {"look-ups, share of pgbench": share, "look-ups, ms p99": slowest}


def search(where: Path, pos: Pos, *, searches: int) -> dict[str, str]:
    """Every kind of search, for people whom the simulator knows."""
    done = subprocess.run(
        [sys.executable, HERE / "search.py", "--within", where / "hub", "--state", pos.state,
         "--searches", str(searches)],
        check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    for name, figures in found.items():
        say(f"    {name:<34} {' '.join(f'{one:8.1f}' for one in figures[:3])}")
    slowest = max(found, key=lambda name: found[name][1])
    return {
        "search, ms p50 / p95 / p99": " / ".join(f"{one:.1f}" for one in found[MIX][:3]),
        "slowest kind of search, ms p95": f"{found[slowest][1]:.1f} ({slowest})",
    }


def _print(table: list[dict[str, str]]) -> None:
    print(f"growth; {machine()}")
    for name in table[0]:
        print(f"  {name:<34}" + "".join(f" {column.get(name, ''):>28}" for column in table))


if __name__ == "__main__":
    main()
