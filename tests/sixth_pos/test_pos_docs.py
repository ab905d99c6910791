"""The page about POS systems says what the connectors declare."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rollcall.pos import registry

ROOT = Path(__file__).resolve().parents[2]
GENERATOR = [sys.executable, str(ROOT / "tools" / "pos_docs.py")]


class TestThePage:
    def test_is_up_to_date(self) -> None:
        done = subprocess.run([*GENERATOR, "--check"], capture_output=True, text=True, check=False)

        assert (done.returncode, done.stderr) == (0, "")

    def test_tells_when_it_is_not(self, tmp_path: Path) -> None:
        old = tmp_path / "old.md"
        old.write_text("# POS systems\n")

        done = subprocess.run([*GENERATOR, "--check", "--to", str(old)], check=False)

        assert done.returncode == 1

    def test_comes_from_a_generator_that_names_no_pos(self) -> None:
        words = (ROOT / "tools" / "pos_docs.py").read_text().lower()

        assert [kind for kind in registry.kinds() if kind in words] == []
