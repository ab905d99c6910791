"""What tests of this folder share: a simulator, its habits, plain requests to it."""

from __future__ import annotations

import http.client
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.flowhub.client import FlowhubClient
from rollcall.pos.connectors.flowhub.connector import CONNECTOR, FlowhubSettings
from rollcall.pos.contract import CanonicalCustomer, MappingContext, OpenOptions, RawRow
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator import RunningSimulator, SimulatorOptions, running
from rollcall.pos.writing import NewCustomer

KEY = "a-key"
COMPANY = "a-company"
OPTIONS = OpenOptions(
    time_zone=ZoneInfo("America/Denver"), backoff_s=(0.001, 0.01), timeout_s=5, attempts=2
)


class Unlimited:
    """Lets every request pass."""

    def acquire(self) -> None:
        """Let the request pass."""


@contextmanager
def maui(folder: Path, *, people: int = 60, **options: Any) -> Iterator[RunningSimulator]:
    """Run a simulator without limits."""
    given: dict[str, Any] = {
        "people": people, "no_limits": True, "api_key": KEY, "client_id": COMPANY, **options
    }  # fmt: skip
    with running("flowhub", SimulatorOptions(state=folder / "pos.sqlite", **given)) as simulator:
        yield simulator


@contextmanager
def opened(simulator: RunningSimulator, **settings: object) -> Iterator[FlowhubClient]:
    """Open the connector on a simulator."""
    checked = FlowhubSettings.model_validate({**simulator.settings, **settings})
    options = OpenOptions(**{**vars(OPTIONS), "rate_limiter": Unlimited()})
    with CONNECTOR.open(checked, options) as client:
        yield client


def call(
    simulator: RunningSimulator,
    method: str,
    path: str,
    content: object = None,
    *,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, Any, Mapping[str, str]]:
    """Send one request; status, decoded body (None if empty, text if no JSON) and headers."""
    connection = http.client.HTTPConnection(simulator.url.removeprefix("http://"), timeout=10)
    try:
        body = None if content is None else json.dumps(content)
        sent = {"clientId": COMPANY, "key": KEY, **(headers or {})}
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        text = response.read().decode()
        told = dict(response.headers)
        if told["Content-Type"] != "application/json":
            return response.status, text, told
        return response.status, json.loads(text) if text else None, told
    finally:
        connection.close()


def held(folder: Path, pos_id: str) -> dict[str, Any]:
    """Return everything that the simulator holds of somebody, also what it never tells."""
    with closing(sqlite3.connect(folder / "pos.sqlite")) as db:
        row = db.execute("SELECT truth FROM customers WHERE pos_id = ?", (pos_id,)).fetchone()
    truth: dict[str, Any] = json.loads(row[0])
    return truth


def canonical(row: RawRow) -> CanonicalCustomer:
    """Map a row."""
    return CONNECTOR.to_canonical(row, MappingContext(time_zone=ZoneInfo("America/Denver")))


def somebody(**changed: FieldValue) -> NewCustomer:
    """Return somebody new."""
    fields: dict[str, FieldValue] = {
        "given_name": "Zoë", "middle_name": "Fern", "family_name": "Quill-Vargas",
        "born_on": "1984-02-29", "phone": "+17205550143", "email": "zoe.quill@example.com",
        "street": "411 Juniper Way", "city": "Aurora", "state": "CO", "zip": "80012",
        "customer_type": "adult", "email_opt_in": True, "sms_opt_in": False, **changed,
    }  # fmt: skip
    return NewCustomer(key="0f8a6c1e2b3d4f5a9c7e8d6b5a4f3e2d", fields=fields)


def requests_to(simulator: RunningSimulator, method: str, path: str) -> int:
    """Count the answered requests to a path."""
    return sum(
        r["count"]
        for r in simulator.control.requests()
        if (r["method"], r["path"]) == (method, path)
    )
