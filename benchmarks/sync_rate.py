"""Rows a second of a customer sync, against bare COPY and merge in the same rounds.

python benchmarks/sync_rate.py [--rows 100000] [--rounds 5] [--dlt]
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

from dlt_peer import DltPeer, is_installed
from rig import (
    CONNECTION,
    PAGE,
    Hub,
    Pos,
    folder,
    hub,
    machine,
    say,
    simulator,
    spread,
    summarise,
)

# The copied tables' columns stand beside the code that writes them, which wants Django's settings.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollcall.config.settings")

Figures = dict[str, list[float]]


def main() -> None:
    options = _options()
    figures: Figures = defaultdict(list)
    with folder() as where:
        _start_django(where / "unused")
        with simulator(where, people=options.rows) as pos:
            rounds = Rounds(where, pos, figures, dlt=options.dlt)
            for number in range(options.rounds):
                rounds.run(number)
    _print(figures, rows=options.rows, rounds=options.rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dlt", action="store_true", help="in the same rounds, if installed")
    options = parser.parse_args()
    if options.dlt and not is_installed():
        say("dlt is not installed (pip install 'dlt[postgres]'): going on without it")
        options.dlt = False
    return options


def _start_django(data: Path) -> None:
    """Only to import the tables' columns: no query goes through it."""
    os.environ["ROLLCALL_DATA_DIR"] = str(data)
    import django  # noqa: PLC0415  # its settings read the line above

    django.setup()


class Rounds:
    """Each round has a fresh installation, so that every first sync fills empty tables."""

    def __init__(self, where: Path, pos: Pos, figures: Figures, *, dlt: bool) -> None:
        from bare import Prepared  # noqa: PLC0415  # needs Django

        self._where = where
        self._pos = pos
        self._figures = figures
        self._prepared = Prepared()
        self._changes = 0
        self._dlt = dlt

    def run(self, number: int) -> None:
        """New, changed, unchanged, changed with small pages; the limit beside the first two."""
        from bare import BareTables  # noqa: PLC0415

        with (
            hub(self._where / f"hub-{number}", self._pos) as made,
            made.open_database() as database,
        ):
            bare = BareTables(database, page=PAGE)
            bare.create()
            peer = DltPeer(self._where / f"dlt-{number}", made, self._pos) if self._dlt else None
            bare_first = bool(number % 2)
            if bare_first:
                self._note("bare new", bare.write_new(self._prepared))
            self._sync(made, "new", "rows_new")
            if not bare_first:
                bare.read_new(self._prepared)
                self._note("bare new", bare.write_new(self._prepared))
            self._merge(peer, "dlt new")
            self._change()
            if bare_first:
                self._note("bare changed", bare.write_changed(self._prepared))
            self._sync(made, "changed", "rows_changed", "--full")
            if not bare_first:
                bare.read_changed(self._prepared)
                self._note("bare changed", bare.write_changed(self._prepared))
            self._merge(peer, "dlt changed")
            self._sync(made, "unchanged", "rows_unchanged", "--full")
            made.connect_to(self._pos, page_size=50)
            self._sync(made, "unchanged, 50 a page", "rows_unchanged", "--full")
            self._change()
            self._sync(made, "changed, 50 a page", "rows_changed", "--full")
        self._note("new / bare", self._last("new") / self._last("bare new"))
        self._note("changed / bare", self._last("changed") / self._last("bare changed"))

    def _change(self) -> None:
        self._changes += 1
        self._pos.change_everybody(self._changes)

    def _sync(self, made: Hub, name: str, counted: str, *options: str) -> None:
        run: dict[str, Any] = made.sync(*options)
        everybody = len(self._prepared.new.get("customers_posrecord", ())) or run["rows_new"]
        # Rows that a page repeats are read, but no work was asked for with them.
        assert everybody <= run[counted] <= run["rows_read"], (name, run)
        self._note(name, everybody / run["seconds"])

    def _merge(self, peer: DltPeer | None, name: str) -> None:
        if peer is not None:
            rows = len(self._prepared.new["customers_posrecord"])
            self._note(name, peer.merge(rows=rows))

    def _note(self, name: str, figure: float) -> None:
        self._figures[name].append(figure)
        say(f"  {name}: {figure:,.2f}")

    def _last(self, name: str) -> float:
        return self._figures[name][-1]


def _print(figures: Figures, *, rows: int, rounds: int) -> None:
    print(f"sync_rate: {rows:,} customers, {rounds} rounds, {PAGE} a page; {machine()}")
    print(f"{CONNECTION}: rows a second, median (smallest-largest)")
    for name in (
        "new", "bare new", "changed", "bare changed", "unchanged", "unchanged, 50 a page",
        "changed, 50 a page", "dlt new", "dlt changed",
    ):  # fmt: skip
        if name in figures:
            print(f"  {name:<22} {spread(figures[name])}")
    print("ratio to bare COPY+merge, medians of the rounds")
    for name in ("new", "changed"):
        of_medians = statistics.median(figures[name]) / statistics.median(figures[f"bare {name}"])
        print(
            f"  {name:<22} {of_medians:.2f}  "
            f" per round {spread(figures[f'{name} / bare'], digits=2)}"
        )
        summarise(**{
            f"{name}_rows_a_second": spread(figures[name]),
            f"{name}_against_bare_COPY_and_merge": f"{of_medians:.2f} (aim 0.70)",
        })  # fmt: skip
    if "dlt changed" in figures:
        _print_dlt(figures)
    summarise(unchanged_rows_a_second=f"{spread(figures['unchanged'])} (aim 40,000)")


def _print_dlt(figures: Figures) -> None:
    print("times dlt, medians of the rounds (to dlt unchanged rows are like changed ones)")
    for name, peer in (
        ("new", "dlt new"), ("changed", "dlt changed"), ("unchanged", "dlt changed"),
    ):  # fmt: skip
        times = statistics.median(figures[name]) / statistics.median(figures[peer])
        print(f"  {name:<22} {times:.2f}")
        summarise(**{f"{name}_times_dlt": f"{times:.2f}"})


if __name__ == "__main__":
    main()
