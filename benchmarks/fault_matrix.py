"""Every fault of every simulator against every connector: what is lost, doubled or wrong.

    python benchmarks/fault_matrix.py [--kinds treez cova] [--faults reset_rate] [--modes writes]
    python benchmarks/fault_matrix.py --write-docs      docs/fault-matrix.md from this very run

A cell is one POS, one fault and what the hub does while the fault is on: a full sync, an incremental
sync, or writes (registrations, edits, switched-off customers, while staff edit the same people at
the POS). Then the fault is switched off, what is due is done once more, and everybody here is
compared with everybody there. Exits with 1 unless nothing is lost, doubled or wrong.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rig import folder, machine, say, summarise
from rollcall.embedded import EmbeddedServer
from rollcall.pos import registry
from rollcall.testing.fault_list import FAULTS, Mode
from rollcall.testing.installation import Installation

if TYPE_CHECKING:
    from rollcall.testing.fault_cells import Cell, CellResult

DOCS: Final = Path(__file__).resolve().parents[1] / "docs" / "fault-matrix.md"


def main() -> None:
    options = _options()
    began = time.perf_counter()
    with folder() as where:
        hub = where / "hub"
        hub.mkdir(mode=0o711)
        with EmbeddedServer(hub):
            _start_django(hub)
            results = _run(_chosen(options), where)
    bad = [result for result in results if not result.findings.is_clean]
    seconds = time.perf_counter() - began
    _print(results, bad, seconds)
    if options.write_docs:
        _write_docs(results)
    if bad:
        raise SystemExit(1)


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


def _run(cells: Sequence[Cell], where: Path) -> list[CellResult]:
    from rollcall.testing.fault_cells import run_cell  # noqa: PLC0415  # needs Django

    results = []
    for cell in cells:
        result = run_cell(cell, where)
        results.append(result)
        say(f"  {cell}: {_figures(result)}, {result.struck} refused, {result.seconds:.1f} s")
        if not result.findings.is_clean:
            say(f"    {result.findings}")
    return results


def _figures(result: CellResult) -> str:
    found = result.findings
    return f"{len(found.lost)} / {len(found.doubled)} / {len(found.wrong)}"


def _print(results: Sequence[CellResult], bad: Sequence[CellResult], seconds: float) -> None:
    print(f"fault matrix: lost / doubled / wrong; {machine()}")
    for kind in sorted({result.cell.kind for result in results}):
        own = [result for result in results if result.cell.kind == kind]
        lost, doubled, wrong = _totals(own)
        print(f"  {kind:<12} {len(own):4} cells: {lost} / {doubled} / {wrong}")
    for result in bad:
        print(f"  NOT CLEAN {result.cell}: {_figures(result)}: {result.findings}")
    lost, doubled, wrong = _totals(results)
    print(
        f"  {len(results)} cells in {seconds:.0f} s: {lost} lost, {doubled} doubled, {wrong} wrong"
    )
    summarise(cells_lost_doubled_wrong=f"{len(results)}, {lost}, {doubled}, {wrong}")


def _totals(results: Sequence[CellResult]) -> tuple[int, int, int]:
    return (
        sum(len(result.findings.lost) for result in results),
        sum(len(result.findings.doubled) for result in results),
        sum(len(result.findings.wrong) for result in results),
    )


def _write_docs(results: Sequence[CellResult]) -> None:
    cells = {
        (result.cell.kind, result.cell.fault.name, result.cell.mode): _figures(result)
        for result in results
    }
    lines = [
        "# Fault matrix",
        "",
        "<!-- Generated by `python benchmarks/fault_matrix.py --write-docs`; do not edit. -->",
        "",
        "Every fault of the POS simulators against every connector. In each cell the fault is on",
        "while the hub reads everybody, reads changes, or writes (registrations, edits, switched-off",
        "customers, while staff change the same people at the POS). Then the fault is switched off,",
        "what is due is done once more, and everybody here is compared with everybody there, value by",
        "value. The figures are **lost / doubled / wrong**:",
        "",
        "- *lost*: at the POS or registered here, but not both; or still waiting;",
        "- *doubled*: one registration twice at the POS, or one customer in two records;",
        "- *wrong*: a value that is neither what was wished for nor what the POS holds.",
        "",
        "A dash: the fault cannot strike there. `python benchmarks/fault_matrix.py` repeats all of it",
        "on an embedded PostgreSQL; a part of it runs with every `make test` (`tests/matrix`).",
    ]
    for kind in sorted({result.cell.kind for result in results}):
        lines += ["", f"## {registry.connector(kind).label}", ""]
        lines += ["| fault | what happens | " + " | ".join(Mode) + " |"]
        lines += ["|---|---|" + "---|" * len(Mode)]
        for fault in FAULTS:
            row = [cells.get((kind, fault.name, mode), "–") for mode in Mode]
            lines += [f"| `{fault.name}` | {fault.words} | " + " | ".join(row) + " |"]
    DOCS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"  written: docs/{DOCS.name}")


if __name__ == "__main__":
    main()
