"""Killing a sync, a worker and the database at random points, again and again."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.running import RunningSimulator, running
from rollcall.testing.installation import Installation

CONNECTION = "alder-way"


@dataclass(kw_only=True)
class KillReport:
    """What happened: kills that met a living process, by target, and the proof afterwards.

    :param takeovers: how often a run was gone on with by another process than began it.
    """

    kills: Counter[str] = field(default_factory=Counter)
    proof: dict[str, Any] = field(default_factory=dict)
    truth: int = 0
    takeovers: int = 0


def kill_and_prove(
    folder: Path, *, kills: int, seed: int, people: int, tick: Callable[[int], None] | None = None
) -> KillReport:
    """Kill a random process at a random moment until ``kills`` have hit; then sync and reconcile.

    The POS changes all the while, and a sync may be killed in every phase.
    """
    rng = random.Random(seed)  # noqa: S311  # not for secrets
    options = SimulatorOptions(
        state=folder / "pos.sqlite", people=people, seed=seed, no_limits=True,
        faults={"latency_ms": 15},
    )  # fmt: skip
    report = KillReport()
    with running("treez", options) as simulator:
        hub = Installation(data=folder / "hub")
        hub.connect({**simulator.settings, "requests_per_second": 100_000})
        targets = (_kill_sync, _kill_database, _kill_worker)
        while report.kills.total() < kills:
            _change_something(rng, simulator)
            rng.choice(targets)(rng, hub, simulator, report)
            if tick is not None:
                tick(report.kills.total())
        simulator.control.set_faults(latency_ms=0)
        hub.run("sync", CONNECTION, "--json")
        report.truth = sum(1 for _ in simulator.control.customers())
        runs = hub.run("syncs", "--json", "--limit", "1000").splitlines()
        report.takeovers = sum(json.loads(run)["takeovers"] for run in runs)
        report.proof = hub.run_json("reconcile", CONNECTION, "--json", expect=None)
    return report


def _change_something(rng: random.Random, simulator: RunningSimulator) -> None:
    ids = [row["pos_id"] for row in simulator.control.customers()]
    for pos_id in rng.sample(ids, 5):
        simulator.control.patch(pos_id, notes=f"visit {rng.randrange(10**6)}")
    number = rng.randrange(10**9)
    simulator.control.create(given_name="ADA", family_name=f"NEW{number}", born_on="1990-01-01")
    if rng.random() < 0.3:
        simulator.control.merge(*rng.sample(ids, 2))


def _wait_until_reading(simulator: RunningSimulator, process: subprocess.Popen[bytes]) -> None:
    """Wait until the POS is asked for customers: an earlier kill only meets a starting process."""
    before = _list_requests(simulator)
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        if _list_requests(simulator) > before:
            return
        time.sleep(0.02)


def _list_requests(simulator: RunningSimulator) -> int:
    counts = simulator.control.requests()
    return sum(int(row["count"]) for row in counts if "{page}" in str(row["path"]))


def _kill_sync(
    rng: random.Random, hub: Installation, simulator: RunningSimulator, report: KillReport
) -> None:
    process = hub.start("sync", CONNECTION, *rng.choice([[], ["--full"], ["--full"]]))
    _wait(rng, simulator, process)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        report.kills["sync"] += 1
    _end(process)


def _wait(
    rng: random.Random, simulator: RunningSimulator, process: subprocess.Popen[bytes]
) -> None:
    if rng.random() < 0.2:  # anywhere in the start
        time.sleep(rng.uniform(0.0, 1.5))
        return
    _wait_until_reading(simulator, process)
    time.sleep(rng.uniform(0.0, 0.8))


def _kill_database(
    rng: random.Random, hub: Installation, simulator: RunningSimulator, report: KillReport
) -> None:
    """The sync must survive this by itself."""
    process = hub.start("sync", CONNECTION, "--full")
    _wait_until_reading(simulator, process)
    time.sleep(rng.uniform(0.0, 0.8))
    if process.poll() is None and hub.kill_database():
        report.kills["database"] += 1
    code, errors = _end(process)
    if code != 0:
        raise AssertionError(f"the sync did not survive its database: {errors[-2000:]}")


def _kill_worker(
    rng: random.Random, hub: Installation, simulator: RunningSimulator, report: KillReport
) -> None:
    hub.run("sync", CONNECTION, *rng.choice([[], ["--full"], ["--full"]]), "--queue")
    worker = hub.start("worker")
    _wait(rng, simulator, worker)
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
        report.kills["worker"] += 1
    _end(worker)


def _end(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, errors = process.communicate(timeout=120)
    return process.returncode, (errors or b"").decode(errors="replace")
