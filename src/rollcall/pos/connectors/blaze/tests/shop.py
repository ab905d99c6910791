"""What tests of this folder share: a simulator, plain requests to it, opened clients."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.blaze.client import BlazeClient
from rollcall.pos.connectors.blaze.connector import CONNECTOR, BlazeSettings
from rollcall.pos.contract import OpenOptions
from rollcall.pos.simulator import RunningSimulator, SimulatorOptions, running

PAYLOADS = Path(__file__).parents[1] / "payloads"
MEMBERS = "/api/v1/partner/members"
KEY = "a-dispensary-key"
PARTNER = "a-partner-key"
PACIFIC = ZoneInfo("America/Los_Angeles")


class Unlimited:
    """Lets every request pass."""

    def acquire(self) -> None:
        """Let the request pass."""


def payload(name: str) -> Any:
    """Read a sample."""
    return json.loads((PAYLOADS / name).read_text())


def member(number: int) -> dict[str, Any]:
    """Return one of the sample members, counted from 0."""
    found: dict[str, Any] = payload("members.json")["values"][number]
    return found


def id_of(position: int) -> str:
    """Return the id of a simulated member, counted from 1."""
    return f"65f0c2a7d1e4b93c{position:08x}"


@contextmanager
def blaze(folder: Path, *, people: int = 60, **options: Any) -> Iterator[RunningSimulator]:
    """Run a simulator without limits."""
    given: dict[str, Any] = {"people": people, "no_limits": True, **options}
    checked = SimulatorOptions(
        state=folder / "pos.sqlite", **{"api_key": KEY, "client_id": PARTNER, **given}
    )
    with running("blaze", checked) as simulator:
        yield simulator


@contextmanager
def opened(
    simulator: RunningSimulator, *, time_zone: ZoneInfo = PACIFIC, **settings: object
) -> Iterator[BlazeClient]:
    """Open the connector on a simulator."""
    checked = BlazeSettings.model_validate({**simulator.settings, **settings})
    options = OpenOptions(
        time_zone=time_zone, rate_limiter=Unlimited(), backoff_s=(0.001, 0.01), timeout_s=5,
        attempts=2,
    )  # fmt: skip
    with CONNECTOR.open(checked, options) as client:
        yield client


def call(
    simulator: RunningSimulator,
    method: str,
    path: str,
    content: object = None,
    *,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, Any]:
    """Send one request with good keys, unless told otherwise; status and decoded body."""
    connection = http.client.HTTPConnection(simulator.url.removeprefix("http://"), timeout=10)
    try:
        sent = headers or {"partner_key": PARTNER, "Authorization": KEY}
        body = None if content is None else json.dumps(content)
        connection.request(method, path, body, dict(sent))
        response = connection.getresponse()
        return response.status, json.loads(response.read() or b"null")
    finally:
        connection.close()


def requests_to(simulator: RunningSimulator, path: str, method: str = "GET") -> int:
    """Count the answered requests of a path."""
    told = simulator.control.requests()
    return sum(r["count"] for r in told if (r["method"], r["path"]) == (method, path))
