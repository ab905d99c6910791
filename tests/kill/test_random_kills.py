from __future__ import annotations

from pathlib import Path

import pytest

from rollcall.testing.kills import kill_and_prove
from rollcall.testing.thorough import times

KILLS = times(6, 30)


@pytest.mark.kill
def test_random_kills_lose_and_double_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = Path(tmp_path_factory.mktemp("kills"))

    report = kill_and_prove(folder, kills=KILLS, seed=7, people=600)

    assert report.kills.total() == KILLS
    assert set(report.kills) == {"sync", "database", "worker"}
    # Kills that only ever met idle processes would prove nothing.
    assert report.takeovers >= KILLS // 6
    assert report.proof["at_pos"] == report.proof["here"] == report.truth
    differences = [report.proof[word] for word in ("missing", "extra", "different", "quarantined")]
    assert differences == [0, 0, 0, 0]
