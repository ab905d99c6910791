"""The base of simulators, tried with Treez's."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from rollcall.pos.population import PeopleFileError
from rollcall.pos.simulator import (
    ControlRefusedError,
    FaultError,
    RunningSimulator,
    SimulatorOptions,
    StateError,
    running,
)

BASE = "/v2.0/dispensary/alderway"


def options(tmp_path: Path, **changes: Any) -> SimulatorOptions:
    base: dict[str, Any] = {"state": tmp_path / "pos.sqlite", "people": 20, "no_limits": True}
    return SimulatorOptions(**{**base, **changes})


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with running("treez", options(tmp_path)) as simulator:
        yield simulator


def truth(simulator: RunningSimulator) -> dict[str, dict[str, Any]]:
    return {c["pos_id"]: c for c in simulator.control.customers()}


def call(
    simulator: RunningSimulator,
    method: str,
    path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(simulator.url.removeprefix("http://"), timeout=5)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, orjson.loads(response.read())
    finally:
        connection.close()


class TestState:
    def test_a_restart_changes_nothing(self, tmp_path: Path) -> None:
        with running("treez", options(tmp_path)) as simulator:
            simulator.control.create(given_name="Ana")
            before = truth(simulator)

        with running("treez", options(tmp_path)) as simulator:
            assert truth(simulator) == before

    @pytest.mark.parametrize(
        "change", [{"seed": 2}, {"people": 21}, {"store_count": 2}, {"time_zone": "US/Eastern"}]
    )
    def test_a_file_filled_from_something_else_is_refused(
        self, tmp_path: Path, change: dict[str, object]
    ) -> None:
        with running("treez", options(tmp_path)):
            pass

        with (
            pytest.raises(StateError, match="reset"),
            running("treez", options(tmp_path, **change)),
        ):
            pass

    def test_a_reset_fills_it_again(self, tmp_path: Path) -> None:
        with running("treez", options(tmp_path)) as simulator:
            simulator.control.create(given_name="Ana")

        with running("treez", options(tmp_path, people=5, reset=True)) as simulator:
            assert simulator.control.health() == {"kind": "treez", "customers": 5}

    def test_a_half_filled_file_is_thrown_away(self, tmp_path: Path) -> None:
        (tmp_path / "pos.sqlite.filling").write_bytes(b"half")

        with running("treez", options(tmp_path)) as simulator:
            assert simulator.control.health()["customers"] == 20
        assert not (tmp_path / "pos.sqlite.filling").exists()

    @pytest.mark.parametrize("content", [b"something else", b""])
    def test_a_foreign_file_is_left_alone(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "pos.sqlite").write_bytes(content)

        with (
            pytest.raises(StateError, match="not a simulator's"),
            running("treez", options(tmp_path)),
        ):
            pass
        assert (tmp_path / "pos.sqlite").read_bytes() == content

    def test_a_foreign_database_is_left_alone(self, tmp_path: Path) -> None:
        db = sqlite3.connect(tmp_path / "pos.sqlite")
        db.execute("CREATE TABLE accounts (id)")
        db.close()

        with (
            pytest.raises(StateError, match="not a simulator's"),
            running("treez", options(tmp_path)),
        ):
            pass

    def test_people_come_from_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "people.csv").write_text("person_id,given_name,phone\nA,Ana,4155550100\n")

        with running("treez", options(tmp_path, people=tmp_path / "people.csv")) as simulator:
            (customer,) = truth(simulator).values()

        assert (customer["person_id"], customer["given_name"], customer["phone"]) == (
            "A",
            "ANA",
            "4155550100",
        )

    def test_a_wrong_people_file_leaves_no_state(self, tmp_path: Path) -> None:
        (tmp_path / "people.csv").write_text("person_id\nA\n,\nB,C\n")

        with (
            pytest.raises(PeopleFileError),
            running("treez", options(tmp_path, people=tmp_path / "people.csv")),
        ):
            pass
        assert not (tmp_path / "pos.sqlite").exists()

    def test_progress_is_told(self, tmp_path: Path) -> None:
        told: list[int] = []

        with running("treez", options(tmp_path, people=2500), progress=told.append):
            pass

        assert told == [1000, 2000, 2500]


class TestControl:
    def test_a_change_bumps_the_time_of_change(self, simulator: RunningSimulator) -> None:
        before = simulator.control.customer("1001")

        after = simulator.control.patch("1001", email="new@example.com", given_name="Zoë")

        assert (after["email"], after["given_name"]) == ("new@example.com", "ZOË")
        assert after["updated_at"] > before["updated_at"]

    def test_a_deleted_row_is_gone(self, simulator: RunningSimulator) -> None:
        simulator.control.delete("1001")

        assert "1001" not in truth(simulator)

    def test_a_merge_redirects_the_donor(self, simulator: RunningSimulator) -> None:
        before = truth(simulator)

        simulator.control.merge("1001", into="1002")

        after = truth(simulator)
        assert (after["1001"]["status"], after["1001"]["merged_into"]) == ("inactive", "1002")
        assert (
            after["1002"]["loyalty_points"]
            == before["1001"]["loyalty_points"] + before["1002"]["loyalty_points"]
        )

    def test_requests_of_the_pos_are_counted_and_no_others(
        self, simulator: RunningSimulator
    ) -> None:
        call(simulator, "GET", "/v2.0/dispensary/alderway/customer/1001")
        call(simulator, "GET", "/nowhere")
        call(simulator, "DELETE", "/v2.0/dispensary/alderway/customer/1001")

        assert simulator.control.requests() == [
            {"method": "DELETE", "path": "(unknown)", "status": 405, "count": 1},
            {"method": "GET", "path": "(unknown)", "status": 404, "count": 1},
            {
                "method": "GET",
                "path": "/v2.0/dispensary/{dispensary}/customer/{customer_id}",
                "status": 401,
                "count": 1,
            },
        ]

    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("GET", "nix", b"", 404),
            ("GET", "", b"", 404),
            ("DELETE", "faults", b"", 405),
            ("PUT", "customers", b"", 405),
            ("PUT", "faults", b"not json", 400),
            ("PUT", "faults", b"[]", 400),
            ("PUT", "faults", b'{"unknown": 1}', 400),
            ("PUT", "faults", b'{"latency_ms": "x"}', 400),
            ("PUT", "faults", b'{"reset_rate": 2}', 400),
            ("PUT", "faults", b'{"malformed_rows": ["x"]}', 400),
            ("PUT", "faults", b'{"throttle_burst": true}', 400),
            ("PUT", "clock", b'{"skew_s": "x"}', 400),
            ("PUT", "clock", b'{"skew_s": 1e300}', 400),
            ("PUT", "clock", b"{}", 400),
            ("POST", "customers", b'{"shoe_size": 44}', 400),
            ("POST", "customers", b'{"given_name": 5}', 400),
            ("POST", "customers", b'{"born_on": "2023-02-30"}', 400),
            ("POST", "customers", b'{"loyalty_points": 1e40}', 400),
            ("POST", "customers", b'{"given_name": "' + b"x" * 100_001 + b'"}', 400),
            ("PATCH", "customers/1", b"{}", 404),
            ("PATCH", "customers/1001", b'{"raw": []}', 400),
            ("DELETE", "customers/1", b"", 404),
            ("DELETE", "customers/%2e%2e%2f", b"", 404),
            ("POST", "merge", b'{"from": "1001"}', 400),
            ("POST", "merge", b'{"from": "1001", "into": "1001"}', 400),
            ("POST", "merge", b'{"from": "1001", "into": "1"}', 404),
        ],
    )  # fmt: skip
    def test_wrong_requests_are_refused_and_change_nothing(
        self, simulator: RunningSimulator, method: str, path: str, body: bytes, status: int
    ) -> None:
        before = truth(simulator), simulator.control.faults()

        answered, answer = call(simulator, method, f"/__control__/{path}", body)

        assert answered == status
        assert isinstance(answer["error"], str)
        assert (truth(simulator), simulator.control.faults()) == before

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Content-Length": "9000000"}, 413),
            ({"Content-Length": "9" * 40}, 413),
            ({"Content-Length": "-5"}, 400),
            ({"Transfer-Encoding": "chunked"}, 411),
        ],
    )
    def test_bodies_of_dubious_length_are_not_read(
        self, simulator: RunningSimulator, headers: dict[str, str], status: int
    ) -> None:
        head = "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        host, port = simulator.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(
                f"PUT /__control__/faults HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode()
            )

            answer = connection.recv(10_000)

        assert answer.startswith(f"HTTP/1.1 {status} ".encode())

    def test_the_client_raises_what_was_refused(self, simulator: RunningSimulator) -> None:
        with pytest.raises(ControlRefusedError, match="unknown fault") as caught:
            simulator.control.set_faults(nix=1)

        assert caught.value.status == 400


class TestFaults:
    def test_wrong_faults_are_refused_at_the_start(self, tmp_path: Path) -> None:
        with pytest.raises(FaultError), running("treez", options(tmp_path, faults={"nix": 1})):
            pass

    @pytest.mark.parametrize("off", [None, 0, False])
    def test_faults_can_be_switched_off(self, simulator: RunningSimulator, off: object) -> None:
        before = simulator.control.faults()
        simulator.control.set_faults(latency_ms=5, malformed_rows=["missing_id"], empty_lists=True)

        simulator.control.set_faults(latency_ms=off, malformed_rows=off, empty_lists=off)

        assert simulator.control.faults() == before

    def test_a_reset_is_a_reset(self, simulator: RunningSimulator) -> None:
        simulator.control.set_faults(reset_rate=1)

        with pytest.raises(ConnectionResetError):
            call(simulator, "GET", "/x")

    def test_a_cut_body_is_shorter_than_announced(self, simulator: RunningSimulator) -> None:
        simulator.control.set_faults(cut_body_rate=1)

        with pytest.raises(http.client.IncompleteRead):
            call(simulator, "POST", f"{BASE}/config/api/gettokens", b"apikey=&client_id=")


class TestStopping:
    def test_a_stopped_simulator_hangs_up_on_idle_connections(self, tmp_path: Path) -> None:
        with running("treez", options(tmp_path)) as simulator:
            connection = http.client.HTTPConnection(
                simulator.url.removeprefix("http://"), timeout=5
            )
            connection.request("GET", "/x")
            connection.getresponse().read()
            assert connection.sock is not None

        assert connection.sock.recv(1) == b""
        connection.close()

    def test_serving_ends_with_sigterm(self, tmp_path: Path) -> None:
        program = (
            "import sys, pathlib\n"
            "from rollcall.pos.simulator import SimulatorOptions, serve\n"
            "serve('treez', SimulatorOptions(state=pathlib.Path(sys.argv[1]), people=3),\n"
            "      started=lambda s: print(s.url, flush=True))\n"
        )
        source = Path(__file__).parents[4]
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "s")],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(source)},
        )
        with process:
            assert process.stdout is not None
            assert process.stdout.readline().startswith(b"http://127.0.0.1:")
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)

            assert process.wait(timeout=10) == 0
        assert time.monotonic() - began < 3
