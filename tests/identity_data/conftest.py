"""The judge of the matcher is a benchmark; only what it counts with is tested here."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
