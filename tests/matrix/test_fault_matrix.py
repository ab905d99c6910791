"""The most dangerous cells of the fault matrix; ``benchmarks/fault_matrix.py`` tries all of them.

Connectors come from the registry: a new one is tried without another line here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from rollcall.pos.simulator.faults import RULES
from rollcall.testing.fault_cells import Cell, all_cells, run_cell
from rollcall.testing.fault_list import FAULTS, MOST_DANGEROUS
from rollcall.testing.thorough import THOROUGH

DANGEROUS = [cell for cell in all_cells() if (cell.fault.name, cell.mode) in MOST_DANGEROUS]
#: The worst of all for every POS: what was written, and the answer lost.
WORST = [
    cell for cell in DANGEROUS if (cell.fault.name, cell.mode) == ("lost_answer_rate", "writes")
]


class TestTheMatrix:
    def test_holds_every_fault_there_is(self) -> None:
        assert {name for fault in FAULTS for name in fault.values} == RULES.keys()

    @pytest.mark.parametrize("cell", DANGEROUS if THOROUGH else WORST, ids=str)
    @pytest.mark.django_db(transaction=True)
    def test_loses_doubles_and_falsifies_nothing(self, cell: Cell, tmp_path: Path) -> None:
        result = run_cell(cell, tmp_path)

        findings = result.findings
        assert (findings.lost, findings.doubled, findings.wrong) == ([], [], [])
