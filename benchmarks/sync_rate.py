"""Rows a second of a customer sync, against bare COPY and merge, and dlt, in the same rounds.

    python benchmarks/sync_rate.py [--rows 1000000] [--changed 100000] [--rounds 5] [--dlt]
    python benchmarks/sync_rate.py --kind treez --page 50 --rows 20000 --changed 20000

One installation takes everybody over (new). Then, in every round: some rows change at the POS and
are synced (changed); what was written is written once more bare, into tables as large; dlt merges
the same pages into a table as large; and everybody is read once more (unchanged).
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
from collections import defaultdict
from pathlib import Path

import growth
from dlt_peer import DltPeer, is_installed
from rig import PAGE, Hub, Pos, folder, hub, machine, say, simulator, spread, summarise
from rollcall.pos.contract import Window, WindowKind

# The copied tables' columns stand beside the code that writes them, which wants Django's settings.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollcall.config.settings")

Figures = dict[str, list[float]]
#: The POS's clock goes ahead between rounds, further than any connector looks back.
_AHEAD_S = 3 * 86_400


def main() -> None:
    options = _options()
    figures: Figures = defaultdict(list)
    with folder() as where:
        _start_django(where / "unused")
        with (
            simulator(where, people=options.rows, kind=options.kind) as pos,
            hub(where / "hub", pos, page_size=options.page) as made,
        ):
            _measure(options, where, pos, made, figures)
    _print(options, figures)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kind", default="leaflogix", help="which POS")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--changed", type=int, default=100_000, help="of them, in every round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--page", type=int, default=PAGE, help="rows a page")
    parser.add_argument("--dlt", action="store_true", help="in the same rounds, if installed")
    parser.add_argument(
        "--ask", action="store_true", help="look-ups and searches at the end, as growth.py does"
    )
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


def _measure(
    options: argparse.Namespace, where: Path, pos: Pos, made: Hub, figures: Figures
) -> None:
    from bare import BareTables  # noqa: PLC0415  # needs Django

    def note(name: str, figure: float) -> None:
        figures[name].append(figure)
        say(f"  {name}: {figure:,.2f}")

    run = made.sync()
    note("new", run["rows_new"] / run["seconds"])
    with made.open_database() as database:
        bare = BareTables(database, page=options.page)
        bare.create()
        note("bare new", bare.write_new())
        peer = DltPeer(where / "dlt", made, pos) if options.dlt else None
        if peer is not None:
            peer.fill()
        for number in range(1, options.rounds + 1):
            # What the round before has left to clean up is nobody's work in this one.
            _settle(made)
            window = _change(pos, number, one_in=options.rows // options.changed)
            run = made.sync()
            assert run["rows_changed"] >= options.changed * 0.9, run
            note("changed", run["rows_changed"] / run["seconds"])
            note("bare changed", bare.write_changed(bare.read_changed(run["sync"])))
            if peer is not None:
                note("dlt", peer.merge(window, rows=run["rows_changed"]))
            run = made.sync("--full")
            assert run["rows_changed"] == 0, run
            note("unchanged", run["rows_unchanged"] / run["seconds"])
    if options.ask:
        _ask(where, pos, made, rows=run["rows_unchanged"])


def _ask(where: Path, pos: Pos, made: Hub, *, rows: int) -> None:
    with made.open_database() as database:
        database.execute("drop schema if exists dlt_peer cascade")
    _settle(made)
    for name, value in {
        **growth.look_up(where, rows=rows, rounds=5), **growth.search(where, pos, searches=60)
    }.items():  # fmt: skip
        print(f"  {name:<34} {value}")


def _change(pos: Pos, number: int, *, one_in: int) -> Window:
    """Let time pass at the POS and rows change there; what a sync will read."""
    began = pos.now + number * _AHEAD_S
    pos.set_clock(number * _AHEAD_S)
    pos.change(number, one_in=one_in, at=began)
    since, until = (dt.datetime.fromtimestamp(began + s, tz=dt.UTC) for s in (-3600, 3600))
    return Window(kind=WindowKind.INCREMENTAL, since=since, until=until)


def _settle(made: Hub) -> None:
    with made.open_database() as database:
        database.autocommit = True
        database.execute("vacuum analyze")


def _print(options: argparse.Namespace, figures: Figures) -> None:
    print(
        f"sync_rate: {options.kind}, {options.changed:,} changed into {options.rows:,},"
        f" {options.rounds} rounds, {options.page} a page; {machine()}"
    )
    print("rows a second, median (smallest-largest)")
    for name, values in figures.items():
        print(f"  {name:<14} {spread(values)}")
    print("ratios: of medians, and per round")
    for name, other, aim in (
        ("new", "bare new", 0.7),
        ("changed", "bare changed", 0.7),
        ("changed", "dlt", 2.5),
        ("unchanged", "dlt", 10),
    ):
        if other in figures:
            of_medians = statistics.median(figures[name]) / statistics.median(figures[other])
            rounds = [a / b for a, b in zip(figures[name], figures[other], strict=False)]
            words = f"{of_medians:.2f} (aim {aim:g})"
            print(f"  {name} / {other:<14} {words:<18} {spread(rounds, digits=2)}")
            label = f"{options.kind} {name} against {other}".replace(" ", "_")
            summarise(**{label: words})
    for name in ("new", "changed", "unchanged"):
        summarise(**{f"{options.kind}_{name}_rows_a_second": spread(figures[name])})


if __name__ == "__main__":
    main()
