"""What tests of this folder share: a simulator, its habits, plain requests to it."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.leaflogix.client import LeaflogixClient
from rollcall.pos.connectors.leaflogix.connector import CONNECTOR, LeaflogixSettings
from rollcall.pos.contract import OpenOptions
from rollcall.pos.simulator import RunningSimulator, SimulatorOptions, running

KEY = "a-key"
OPTIONS = OpenOptions(
    time_zone=ZoneInfo("America/Denver"), backoff_s=(0.001, 0.01), timeout_s=5, attempts=2
)


class Unlimited:
    """Lets every request pass."""

    def acquire(self) -> None:
        """Let the request pass."""


@contextmanager
def dutchie(folder: Path, *, people: int = 60, **options: Any) -> Iterator[RunningSimulator]:
    """Run a simulator without limits."""
    given: dict[str, Any] = {"people": people, "no_limits": True, "api_key": KEY, **options}
    with running("leaflogix", SimulatorOptions(state=folder / "pos.sqlite", **given)) as simulator:
        yield simulator


@contextmanager
def opened(simulator: RunningSimulator, **settings: object) -> Iterator[LeaflogixClient]:
    """Open the connector on a simulator."""
    checked = LeaflogixSettings.model_validate({**simulator.settings, **settings})
    options = OpenOptions(**{**vars(OPTIONS), "rate_limiter": Unlimited()})
    with CONNECTOR.open(checked, options) as client:
        yield client


def call(
    simulator: RunningSimulator,
    method: str,
    path: str,
    content: object = None,
    *,
    key: str = KEY,
    password: str = "",
    headers: Mapping[str, str] | None = None,
) -> tuple[int, Any, Mapping[str, str]]:
    """Send one request; status, decoded body (None if empty) and headers."""
    connection = http.client.HTTPConnection(simulator.url.removeprefix("http://"), timeout=10)
    try:
        basic = base64.b64encode(f"{key}:{password}".encode()).decode()
        body = None if content is None else json.dumps(content)
        sent = {"Authorization": f"Basic {basic}", **(headers or {})}
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        text = response.read()
        return response.status, json.loads(text) if text else None, dict(response.headers)
    finally:
        connection.close()


def set_habits(simulator: RunningSimulator, **habits: object) -> None:
    """Switch habits."""
    simulator.control.set_habits(**habits)


def requests_to(simulator: RunningSimulator, path: str) -> int:
    """Count the answered requests of a path."""
    return sum(r["count"] for r in simulator.control.requests() if r["path"] == path)
