"""All benchmarks one after the other, and one table of what they found.

python benchmarks/all.py            about forty minutes, most of it for kills and faults
python benchmarks/all.py --quick    about five, for a first look
python benchmarks/all.py --full     the sizes of the published figures: an hour and more
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from rig import machine

HERE: Final = Path(__file__).parent
_TREEZ: Final = "--kind treez --page 50 --rows {0} --changed {0} --rounds {1}"
SIZES: Final[dict[str, list[tuple[str, str]]]] = {
    "quick": [
        ("sync_rate.py", "--rows 10000 --changed 5000 --rounds 2"),
        ("sync_memory.py", "--rows 2000 20000"),
        ("kiosk_lookup.py", "--rows 10000 --rounds 2 --seconds 3"),
        ("sync_deciding.py", "--rows 5000 --rounds 1"),
        ("match_online.py", "--records 10000 --seconds 10"),
        ("search.py", "--rows 10000 --searches 20"),
        ("outbox_rate.py", "--entries 150 --rates 20 --seconds 8"),
        ("inbox_rate.py", "--rounds 2 --seconds 3"),
        ("order_storm.py", "--rounds 1"),
        ("fault_matrix.py", "--modes writes --faults reset_rate lost_answer_rate"),
        ("kills.py", "--kills 5 --people 600"),
    ],
    "usual": [
        ("sync_rate.py", "--rows 50000 --changed 25000 --rounds 5"),
        ("sync_rate.py", _TREEZ.format(10_000, 3)),
        ("sync_memory.py", "--rows 10000 100000"),
        ("kiosk_lookup.py", "--rows 50000"),
        ("sync_deciding.py", "--rows 10000"),
        ("match_online.py", "--records 50000"),
        ("search.py", "--rows 10000 50000 --searches 60"),
        ("outbox_rate.py", "--entries 400"),
        ("inbox_rate.py", ""),
        ("order_storm.py", ""),
        ("fault_matrix.py", "--jobs 2"),
        ("kills.py", "--kills 200"),
    ],
    "full": [
        ("sync_rate.py", "--rows 1000000 --changed 100000 --rounds 5 --dlt --ask"),
        ("sync_rate.py", _TREEZ.format(20_000, 5)),
        ("sync_memory.py", "--rows 10000 1000000"),
        ("growth.py", "--rows 10000 100000 1000000"),
        ("sync_deciding.py", "--rows 50000 --rounds 5"),
        ("match_online.py", "--records 1000000 --seconds 60"),
        ("outbox_rate.py", "--entries 2000 --seconds 60"),
        ("inbox_rate.py", ""),
        ("order_storm.py", ""),
        ("fault_matrix.py", "--jobs 2"),
        ("kills.py", "--kills 200"),
    ],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", dest="size", action="store_const", const="quick")
    size.add_argument("--full", dest="size", action="store_const", const="full")
    chosen = SIZES[parser.parse_args().size or "usual"]
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "summary.jsonl"
        summary.touch()
        failed = [name for name, words in chosen if not _run(name, words, summary)]
        _print(summary)
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


def _run(name: str, words: str, summary: Path) -> bool:
    print(f"\n$ python benchmarks/{name} {words}", flush=True)
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(HERE / name), *words.split()],
        env={**os.environ, "ROLLCALL_BENCH_SUMMARY": str(summary)},
        check=False,
    )
    print(f"  ({time.perf_counter() - began:.0f} s)", flush=True)
    return done.returncode == 0


def _print(summary: Path) -> None:
    rows = [json.loads(line) for line in summary.read_text().splitlines()]
    width = max((len(what) for _, what, _ in rows), default=0)
    print("\nsummary")
    for script, what, value in rows:
        print(f"  {script:<12} {what:<{width}}  {value}")


if __name__ == "__main__":
    main()
