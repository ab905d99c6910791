from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from rollcall.testing.installation import Installation

#: Given at every start: any of these tests may be the one that makes the demo.
PEOPLE = ("--people", "400")
PROOF_KEYS = [
    "connection", "kind", "at_pos", "here", "missing", "extra", "different", "quarantined",
]  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(data=Path(tmp_path_factory.mktemp("demo")) / "data")


@pytest.fixture
def demo(hub: Installation) -> Iterator[subprocess.Popen[bytes]]:
    process = hub.start("demo", *PEOPLE, stderr=subprocess.PIPE)
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def read_until(process: subprocess.Popen[bytes], word: str, *, timeout_s: float) -> str:
    assert process.stderr is not None
    said, deadline = "", time.monotonic() + timeout_s
    while word not in said:
        left = deadline - time.monotonic()
        assert left > 0, f"the demo did not say {word!r}: {said}"
        if select.select([process.stderr], [], [], left)[0]:
            chunk = os.read(process.stderr.fileno(), 4096).decode()
            assert chunk, f"the demo ended: {said}"
            said += chunk
    return said


def processes_of(hub: Installation) -> list[str]:
    """Command lines of living processes that work on the data folder."""
    found = []
    for process in psutil.process_iter():
        try:
            command = " ".join(process.cmdline())
            data = process.environ().get("ROLLCALL_DATA_DIR")
        except psutil.Error:
            continue
        if str(hub.data) in command or data == str(hub.data):
            found.append(command)
    return found


class TestDemo:
    def test_proves_that_hub_and_pos_hold_the_same_also_after_writing(
        self, hub: Installation
    ) -> None:
        writes, *lines = [
            json.loads(line)
            for line in hub.run("demo", "--check", *PEOPLE, timeout_s=420).splitlines()
        ]

        assert [list(line) for line in lines] == [PROOF_KEYS] * 6
        assert [(line["connection"], line["kind"]) for line in lines] == [
            ("alder-way-treez", "treez"),
            ("cedar-hill-leaflogix", "leaflogix"),
            ("harbor-flowhub", "flowhub"),
            ("juniper-cova", "cova"),
            ("laurel-blaze", "blaze"),
            ("mill-street-flowhub", "flowhub"),
        ]
        for line in lines:
            there = 412 if line["kind"] == "flowhub" else 406  # two stores, one list
            assert [line[key] for key in PROOF_KEYS[2:]] == [there, there, 0, 0, 0, 0]
        assert (writes["writes"]["registered"], writes["writes"]["changed"]) == (36, 36)
        assert writes["writes"]["delivered"] >= 72

    def test_leaves_nothing_running(self, hub: Installation) -> None:
        assert processes_of(hub) == []

    def test_starts_again_on_the_same_data_and_ends_on_ctrl_c(
        self, hub: Installation, demo: subprocess.Popen[bytes]
    ) -> None:
        said = read_until(demo, "Ctrl-C stops everything", timeout_s=180)
        address = re.search(r"http://localhost:\d+", said)
        assert address is not None
        assert "alice@example.com" in said
        ready = f"{address[0]}/health/ready"
        with urllib.request.urlopen(ready, timeout=5) as answer:  # noqa: S310  # our own
            assert answer.status == 200

        demo.send_signal(signal.SIGINT)

        assert demo.wait(timeout=60) == 0
        assert processes_of(hub) == []

    def test_takes_its_processes_along_when_it_is_killed(
        self, hub: Installation, demo: subprocess.Popen[bytes]
    ) -> None:
        read_until(demo, "Ctrl-C stops everything", timeout_s=180)

        demo.kill()

        deadline = time.monotonic() + 30
        while processes_of(hub) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert [line for line in processes_of(hub) if "postgres" not in line] == []
