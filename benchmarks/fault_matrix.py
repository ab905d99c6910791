"""Every fault of every simulator against every connector: what is lost, doubled or wrong.

    python benchmarks/fault_matrix.py [--kinds treez] [--faults reset_rate] [--modes writes]
    python benchmarks/fault_matrix.py --jobs 2 --write-docs      docs/fault-matrix.md, too

A cell is one POS, one fault and what the hub does while the fault is on: a full sync, an
incremental sync, or writes (registrations, edits, switched-off customers, while staff edit the
same people at the POS). Then the fault is switched off, what is due is done once more, and
everybody here is compared with everybody there. Exits with 1 unless nothing is lost, doubled or
wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rig import folder, machine, say, summarise
from rollcall.embedded import EmbeddedServer
from rollcall.pos import registry
from rollcall.testing.fault_list import FAULTS, Mode
from rollcall.testing.installation import Installation

if TYPE_CHECKING:
    from rollcall.testing.fault_cells import Cell

DOCS: Final = Path(__file__).resolve().parents[1] / "docs" / "fault-matrix.md"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What came of one cell; the findings are ids and field names."""

    kind: str
    fault: str
    mode: str
    lost: list[str]
    doubled: list[str]
    wrong: list[str]

    def __str__(self) -> str:
        return f"{self.kind}, {self.fault}, {self.mode}"

    @property
    def figures(self) -> str:
        """Lost, doubled, wrong."""
        return f"{len(self.lost)} / {len(self.doubled)} / {len(self.wrong)}"

    @property
    def is_clean(self) -> bool:
        """Nothing went wrong."""
        return not (self.lost or self.doubled or self.wrong)


def main() -> None:
    options = _options()
    began = time.perf_counter()
    with folder() as where:
        rows = _side_by_side(options, where) if options.jobs > 1 else _in_here(options, where)
    if options.json is not None:
        options.json.write_text(json.dumps([asdict(row) for row in rows]))
        return
    _print(rows, time.perf_counter() - began)
    if options.write_docs:
        _write_docs(rows)
    if not all(row.is_clean for row in rows):
        raise SystemExit(1)


def _in_here(options: argparse.Namespace, where: Path) -> list[Row]:
    hub = where / "hub"
    hub.mkdir(mode=0o711)
    with EmbeddedServer(hub):
        _start_django(hub)
        return _run(_chosen(options), where)


def _side_by_side(options: argparse.Namespace, where: Path) -> list[Row]:
    """Share the POS systems out among processes, each with a database of its own."""
    kinds = options.kinds or registry.kinds()
    shares = [kinds[n :: options.jobs] for n in range(min(options.jobs, len(kinds)))]
    started = []
    for number, share in enumerate(shares):
        words = ["--kinds", *share, "--json", str(where / f"{number}.json")]
        for name, chosen in (("--faults", options.faults), ("--modes", options.modes)):
            words += [name, *chosen] if chosen else []
        started.append(subprocess.Popen([sys.executable, __file__, *words]))
    if any(process.wait() for process in started):
        raise SystemExit("a part of the matrix did not come to its end")
    read = [json.loads((where / f"{n}.json").read_text()) for n in range(len(shares))]
    rows = [Row(**row) for part in read for row in part]
    order = {fault.name: number for number, fault in enumerate(FAULTS)}
    return sorted(rows, key=lambda row: (row.kind, order[row.fault]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [fault.name for fault in FAULTS]
    parser.add_argument("--kinds", nargs="+", choices=registry.kinds())
    parser.add_argument("--faults", nargs="+", choices=names, metavar="FAULT")
    parser.add_argument("--modes", nargs="+", choices=[str(mode) for mode in Mode])
    parser.add_argument(
        "--write-docs", action="store_true", help=f"write docs/{DOCS.name}; only with all cells"
    )
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side")
    parser.add_argument("--json", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write_docs and (options.kinds or options.faults or options.modes):
        parser.error("--write-docs needs all cells")
    return options


def _start_django(data: Path) -> None:
    environment = Installation(data=data).environment()
    os.environ.pop("DATABASE_URL", None)
    os.environ.update({**environment, "ROLLCALL_LOG_LEVEL": "CRITICAL"})
    from rollcall.config.cli.django_setup import start_django  # noqa: PLC0415  # reads the environment

    start_django()
    from django.core.management import call_command  # noqa: PLC0415  # needs Django

    call_command("migrate", verbosity=0)


def _chosen(options: argparse.Namespace) -> list[Cell]:
    from rollcall.testing.fault_cells import all_cells  # noqa: PLC0415  # needs Django

    return [
        cell
        for cell in all_cells()
        if (not options.kinds or cell.kind in options.kinds)
        and (not options.faults or cell.fault.name in options.faults)
        and (not options.modes or cell.mode in options.modes)
    ]


def _run(cells: Sequence[Cell], where: Path) -> list[Row]:
    from rollcall.testing.fault_cells import run_cell  # noqa: PLC0415  # needs Django

    rows = []
    for cell in cells:
        result = run_cell(cell, where)
        found = result.findings
        row = Row(
            kind=cell.kind,
            fault=cell.fault.name,
            mode=str(cell.mode),
            lost=found.lost,
            doubled=found.doubled,
            wrong=found.wrong,
        )
        rows.append(row)
        say(f"  {row}: {row.figures}, {result.struck} refused, {result.seconds:.1f} s")
        if not row.is_clean:
            say(f"    {found}")
    return rows


def _print(rows: Sequence[Row], seconds: float) -> None:
    print(f"fault matrix: lost / doubled / wrong; {machine()}")
    for kind in sorted({row.kind for row in rows}):
        own = [row for row in rows if row.kind == kind]
        print("  {:<12} {:4} cells: {} / {} / {}".format(kind, len(own), *_totals(own)))
    for row in rows:
        if not row.is_clean:
            told = [*row.lost, *row.doubled, *row.wrong][:5]
            print(f"  NOT CLEAN {row}: {row.figures}: {'; '.join(told)}")
    lost, doubled, wrong = _totals(rows)
    print(f"  {len(rows)} cells in {seconds:.0f} s: {lost} lost, {doubled} doubled, {wrong} wrong")
    summarise(cells_lost_doubled_wrong=f"{len(rows)}, {lost}, {doubled}, {wrong}")


def _totals(rows: Sequence[Row]) -> tuple[int, int, int]:
    return (
        sum(len(row.lost) for row in rows),
        sum(len(row.doubled) for row in rows),
        sum(len(row.wrong) for row in rows),
    )


_HEAD: Final = """\
# Fault matrix

<!-- Generated by `python benchmarks/fault_matrix.py --write-docs`; do not edit. -->

Every fault of the POS simulators against every connector. In each cell the fault is on while the
hub reads everybody, reads changes, or writes (registrations, edits, switched-off customers, while
staff change the same people at the POS). Then the fault is switched off, what is due is done once
more, and everybody here is compared with everybody there, value by value. The figures are
**lost / doubled / wrong**:

- *lost*: at the POS or registered here, but not both; or still waiting;
- *doubled*: one registration twice at the POS, or one customer in two records;
- *wrong*: a value that is neither what was wished for nor what the POS holds.

A dash: the fault cannot strike there. `python benchmarks/fault_matrix.py` repeats all of it on an
embedded PostgreSQL; a part of it runs with every `make test` (`tests/matrix`)."""


def _write_docs(rows: Sequence[Row]) -> None:
    cells = {(row.kind, row.fault, row.mode): row.figures for row in rows}
    lines = [_HEAD]
    for kind in sorted({row.kind for row in rows}):
        lines += ["", f"## {registry.connector(kind).label}", ""]
        lines += ["| fault | what happens | " + " | ".join(Mode) + " |"]
        lines += ["|---|---|" + "---|" * len(Mode)]
        for fault in FAULTS:
            told = [cells.get((kind, fault.name, str(mode)), "–") for mode in Mode]
            lines += [f"| `{fault.name}` | {fault.words} | " + " | ".join(told) + " |"]
    DOCS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"  written: docs/{DOCS.name}")


if __name__ == "__main__":
    main()
