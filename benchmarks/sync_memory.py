"""Peak memory of ``rollcall sync`` and ``rollcall reconcile``, over HTTP, at several sizes.

python benchmarks/sync_memory.py [--rows 10000 1000000]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rig import CONNECTION, Hub, folder, hub, machine, say, simulator, summarise

#: What a worker may take, whatever the size. In MB.
ALLOWED = 300


@dataclass(frozen=True, kw_only=True)
class Peak:
    """One command's peak, in MB, and its seconds from start to exit."""

    command: str
    rows: int
    megabytes: float
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    sizes: list[int] = parser.parse_args().rows
    peaks = [peak for rows in sizes for peak in _measure(rows)]
    _print(peaks, sizes)
    if any(peak.megabytes > ALLOWED for peak in peaks):
        raise SystemExit(1)


def _measure(rows: int) -> list[Peak]:
    with folder() as where, simulator(where, people=rows) as pos, hub(where / "hub", pos) as made:

        def peak(command: str, *arguments: str) -> Peak:
            return _watched(made, command, rows, *arguments)

        found = [peak("first sync", "sync", CONNECTION, "--json")]
        pos.change(1)
        found.append(peak("all changed", "sync", CONNECTION, "--full", "--json"))
        found.append(peak("reconcile", "reconcile", CONNECTION, "--json"))
        pos.change(2)
        found.append(peak("reconcile, all differ", "reconcile", CONNECTION, "--json"))
        return found


def _watched(made: Hub, command: str, rows: int, *arguments: str) -> Peak:
    """Run a command and read the high-water mark that the kernel keeps of its memory."""
    began = time.perf_counter()
    process = made.installation.start(*arguments, stderr=subprocess.DEVNULL)
    status = Path(f"/proc/{process.pid}/status")
    highest = 0
    while process.poll() is None:
        highest = max(highest, _high_water_kb(status))
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    # 3: the proof says that something differs, which is right after a change.
    assert process.returncode in (0, 3), (command, process.returncode)
    say(f"  {rows:,} {command}: {highest / 1024:.0f} MB, {seconds:.0f} s")
    return Peak(command=command, rows=rows, megabytes=highest / 1024, seconds=seconds)


def _high_water_kb(status: Path) -> int:
    try:
        lines = status.read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def _print(peaks: list[Peak], sizes: list[int]) -> None:
    print(f"sync_memory: peak of one process, at most {ALLOWED} MB; {machine()}")
    for peak in peaks:
        verdict = "" if peak.megabytes <= ALLOWED else "  TOO MUCH"
        print(
            f"  {peak.rows:>9,} {peak.command:<22} {peak.megabytes:6.0f} MB"
            f"  {peak.rows / peak.seconds:8,.0f} rows/s with start-up{verdict}"
        )
    commands = dict.fromkeys(peak.command for peak in peaks)
    for command in commands:
        found = [peak.megabytes for peak in peaks if peak.command == command]
        growth = found[-1] / found[0]
        print(f"  {command}: {sizes[-1]:,} rows take {growth:.2f} times {sizes[0]:,}")
        summarise(**{
            f"{command}_MB".replace(" ", "_"): ", ".join(
                f"{megabytes:.0f} at {rows:,}" for megabytes, rows in zip(found, sizes, strict=True)
            )
            + f" (limit {ALLOWED})"
        })  # fmt: skip


if __name__ == "__main__":
    if not Path("/proc/self/status").exists():
        sys.exit("needs Linux: the peak is read from /proc")
    main()
