"""The real server and real workers: many calls at once, and a worker that is killed in between."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from rollcall.config.ports import usual_or_free
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.running import RunningSimulator, running
from rollcall.testing.installation import Installation
from rollcall.testing.thorough import times

CONNECTION = "alder-way"
CALLS, PEOPLE, THREADS = times(80, 960), times(60, 120), 16


@dataclass(frozen=True, kw_only=True)
class Place:
    hub: Installation
    simulator: RunningSimulator
    ids: list[str]

    def events(self) -> list[dict[str, object]]:
        listed = self.hub.run("inbox", "list", CONNECTION, "--limit", "100000", "--json")
        return [json.loads(line) for line in listed.splitlines()]

    def wait_for(self, reached: Callable[[Counter[object]], bool]) -> Counter[object]:
        """Wait until the events' states are so; two minutes at most."""
        deadline = time.monotonic() + 120
        while not reached(states := Counter(one["state"] for one in self.events())):
            assert time.monotonic() < deadline, states
            time.sleep(0.3)  # each look is a process that takes the processor from the worker
        return states


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("installation")
    options = SimulatorOptions(state=folder / "pos.sqlite", people=PEOPLE, no_limits=True)
    with running("blaze", options) as simulator:
        hub = Installation(data=folder / "hub")
        hub.connect({**simulator.settings, "requests_per_second": 100_000}, kind="blaze")
        hub.run("sync", CONNECTION)
        # What the calls tell of must not come by a scheduled sync first, however slow the machine.
        off = ("--changes-every", "0", "--full-on", "never", "--reconcile-on", "never")
        hub.run("connections", "schedule", CONNECTION, *off)
        ids = [str(row["pos_id"]) for row in simulator.control.customers()]
        yield Place(hub=hub, simulator=simulator, ids=ids)


@contextlib.contextmanager
def process(hub: Installation, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    started = hub.start(*arguments, stderr=subprocess.DEVNULL)
    try:
        yield started
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.communicate(timeout=10)


@contextlib.contextmanager
def serving(hub: Installation) -> Iterator[str]:
    port = usual_or_free(8431)
    origin = f"http://127.0.0.1:{port}"
    with process(hub, "serve", "--port", str(port)):
        deadline = time.monotonic() + 30
        while post(origin, "/hooks/x/y", b"{}") != 404:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield origin


def post(origin: str, path: str, body: bytes) -> int:
    parts = urlsplit(origin)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def call_often(origin: str, path: str, ids: list[str]) -> Counter[int]:
    """Call from several threads; counts the answers."""
    answers: Counter[int] = Counter()
    guard = threading.Lock()

    def send(first: int) -> None:
        for number in range(first, CALLS, THREADS):
            member = {
                "id": ids[number % len(ids)],
                "primaryPhone": "4155550134",
                "modified": number,
            }
            status = post(origin, path, json.dumps(member).encode())
            with guard:
                answers[status] += 1

    threads = [threading.Thread(target=send, args=(first,)) for first in range(THREADS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return answers


class TestTheServerAndItsWorkers:
    def test_lose_none_of_many_calls_though_a_worker_is_killed(self, place: Place) -> None:
        hub, control = place.hub, place.simulator.control
        addresses = hub.run_json("inbox", "address", CONNECTION, "--json")["addresses"]
        path = next(one for one in addresses if one.endswith("UPDATE_MEMBER"))
        for number, pos_id in enumerate(place.ids):
            control.patch(pos_id, notes=f"visit {number}")
        with serving(hub) as origin:
            assert call_often(origin, path, place.ids) == {200: CALLS}
        assert Counter(one["state"] for one in place.events()) == {"received": CALLS}

        control.set_faults(latency_ms=100)
        with process(hub, "worker"):
            before = place.wait_for(lambda states: states["received"] < CALLS)
        assert before["received"] > 0
        control.set_faults(latency_ms=0)
        with process(hub, "worker"):
            place.wait_for(lambda states: not states["received"])

        ended = place.events()
        assert {one["state"] for one in ended} <= {"processed", "ignored"}
        assert len(ended) == CALLS
        taken = Counter(one["external_id"] for one in ended if one["outcome"] == "taken_over")
        assert taken == dict.fromkeys(place.ids, 1)
        proof = hub.run_json("reconcile", CONNECTION, "--json")
        assert [proof[name] for name in ("missing", "extra", "different")] == [0, 0, 0]
