"""Workers and syncs as real processes of an installation of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.running import RunningSimulator, running
from rollcall.testing.installation import Installation
from rollcall.testing.thorough import only_thorough

CONNECTION = "alder-way"
_LEASE = """
from rollcall.config.cli.django_setup import start_django
start_django()
from rollcall.sync.models import AccountState
state = AccountState.objects.across_retailers(reason="a test").get()
print(state.lease_until is not None)
"""


@dataclass(frozen=True, kw_only=True)
class Place:
    """An installation beside its POS."""

    hub: Installation
    simulator: RunningSimulator

    def newest(self) -> dict[str, Any]:
        """The newest run."""
        lines = self.hub.run("syncs", "--limit", "1", "--json").splitlines()
        run: dict[str, Any] = json.loads(lines[0])
        return run

    def wait_for(self, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until the newest run is so; a minute at most."""
        deadline = time.monotonic() + 60
        while not reached(run := self.newest()):
            assert time.monotonic() < deadline, run
            time.sleep(0.3)  # each look is a process that takes the processor from the worker
        return run

    def is_leased(self) -> bool:
        """Whether anybody holds the account."""
        done = subprocess.run(
            [sys.executable, "-c", _LEASE],
            env=self.hub.environment(),
            capture_output=True,
            check=True,
            timeout=60,
        )
        return done.stdout.strip() == b"True"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("installation")
    options = SimulatorOptions(state=folder / "pos.sqlite", people=600, no_limits=True)
    with running("treez", options) as simulator:
        hub = Installation(data=folder / "hub")
        hub.connect({**simulator.settings, "requests_per_second": 100_000, "page_size": 20})
        yield Place(hub=hub, simulator=simulator)


@pytest.fixture
def slow(place: Place) -> Iterator[Place]:
    """The same with a POS that takes its time."""
    place.simulator.control.set_faults(latency_ms=1000)
    yield place
    place.simulator.control.set_faults(latency_ms=0)


@pytest.fixture
def start_worker(place: Place) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(place.hub.start("worker"))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=10)


class TestWorker:
    def test_finishes_a_run_that_was_queued(
        self, place: Place, start_worker: Callable[[], subprocess.Popen[bytes]]
    ) -> None:
        queued = place.hub.run_json("sync", CONNECTION, "--queue", "--json")
        start_worker()

        finished = place.wait_for(lambda run: run["state"] == "finished")

        assert (queued["state"], queued["sync"]) == ("pending", finished["sync"])
        assert finished["requested_by"].startswith("cli:")
        proof = place.hub.run_json("reconcile", CONNECTION, "--json")
        assert (proof["at_pos"], proof["here"], proof["missing"]) == (600, 600, 0)

    def test_ends_on_sigterm_and_gives_the_account_back(
        self, slow: Place, start_worker: Callable[[], subprocess.Popen[bytes]]
    ) -> None:
        worker = start_worker()
        slow.hub.run("sync", CONNECTION, "--full", "--queue")
        slow.wait_for(lambda run: run["state"] == "in_progress" and run["pages"] > 0)

        started = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        _, errors = worker.communicate(timeout=30)

        assert (worker.returncode, errors) == (0, b"")
        assert time.monotonic() - started < 6
        assert not slow.is_leased()
        assert slow.newest()["state"] == "in_progress"
        slow.simulator.control.set_faults(latency_ms=0)
        finished = slow.hub.run_json("sync", CONNECTION, "--json")
        assert (finished["state"], finished["full"], finished["takeovers"]) == ("finished", True, 1)

    def test_that_was_killed_leaves_its_run_to_the_next_one(
        self, slow: Place, start_worker: Callable[[], subprocess.Popen[bytes]]
    ) -> None:
        worker = start_worker()
        slow.hub.run("sync", CONNECTION, "--full", "--queue")
        before = slow.wait_for(lambda run: run["state"] == "in_progress" and run["pages"] > 0)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.communicate(timeout=10)
        slow.simulator.control.set_faults(latency_ms=0)

        start_worker()
        finished = slow.wait_for(lambda run: run["state"] == "finished")

        assert finished["sync"] == before["sync"]
        assert (finished["takeovers"], finished["records_gone"]) == (1, 0)
        assert finished["rows_new"] + finished["rows_unchanged"] >= 600


@only_thorough
class TestTwoProcesses:
    def test_started_at_once_one_synchronises_and_the_other_says_busy(self, slow: Place) -> None:
        slow.simulator.control.set_faults(latency_ms=150)
        both = [slow.hub.start("sync", CONNECTION, "--full") for _ in range(2)]

        errors = {}
        for process in both:
            _, said = process.communicate(timeout=60)
            errors[process.returncode] = said

        assert sorted(process.returncode for process in both) == [0, 4]
        assert errors[4].startswith(b"Error: another process is synchronising this account")
        assert errors[4].count(b"\n") == 1
        assert slow.newest()["takeovers"] == 0
