"""What tests of this folder share: a simulator, its habits, plain requests to it."""

from __future__ import annotations

import http.client
import json
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.cova.client import CovaClient
from rollcall.pos.connectors.cova.connector import CONNECTOR, CovaSettings
from rollcall.pos.contract import CanonicalCustomer, MappingContext, OpenOptions, RawRow
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator import RunningSimulator, SimulatorOptions, running
from rollcall.pos.writing import NewCustomer

SECRET = "a-secret"
COMPANY = "655408"
GATEWAY = f"/crm/v1/Companies({COMPANY})"
DIRECT = f"/v1/Companies({COMPANY})"
ANA: dict[str, FieldValue] = {
    "given_name": "Ana", "family_name": "Lee", "phone": "+17205550143",
    "email": "ana.lee@example.com", "street": "411 Juniper Way", "city": "Aurora", "state": "CO",
    "zip": "80012", "marketing_opt_in": True, "email_opt_in": True, "sms_opt_in": False,
}  # fmt: skip

OPTIONS = OpenOptions(
    time_zone=ZoneInfo("America/Denver"), backoff_s=(0.001, 0.01), timeout_s=5, attempts=2
)


class Unlimited:
    """Lets every request pass."""

    def acquire(self) -> None:
        """Let the request pass."""


@contextmanager
def cova(folder: Path, *, people: int = 60, **options: Any) -> Iterator[RunningSimulator]:
    """Run a simulator without limits."""
    given: dict[str, Any] = {"people": people, "no_limits": True, "api_key": SECRET, **options}
    with running("cova", SimulatorOptions(state=folder / "pos.sqlite", **given)) as simulator:
        yield simulator


@contextmanager
def opened(simulator: RunningSimulator, **settings: object) -> Iterator[CovaClient]:
    """Open the connector on a simulator."""
    checked = CovaSettings.model_validate({**simulator.settings, **settings})
    options = OpenOptions(**{**vars(OPTIONS), "rate_limiter": Unlimited()})
    with CONNECTOR.open(checked, options) as client:
        yield client


def direct(simulator: RunningSimulator) -> dict[str, object]:
    """Return the setting that leads past the gateway."""
    return {"base_url": f"{simulator.url}/v1"}


def token_form(simulator: RunningSimulator, **changes: str) -> dict[str, str]:
    """Return the form of a token request."""
    names = ("username", "password", "client_id", "client_secret")
    known = {name: str(simulator.settings[name]) for name in names}
    return {"grant_type": "password", **known, **changes}


def call(
    simulator: RunningSimulator,
    method: str,
    path: str,
    content: object = None,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, Any, Mapping[str, str]]:
    """Send one request; status, decoded body (None if empty) and headers."""
    connection = http.client.HTTPConnection(simulator.url.removeprefix("http://"), timeout=10)
    try:
        body = None if content is None else json.dumps(content)
        body = urllib.parse.urlencode(form) if form is not None else body
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        text = response.read()
        return response.status, json.loads(text) if text else None, dict(response.headers)
    finally:
        connection.close()


def token(simulator: RunningSimulator) -> str:
    """Return a fresh access token."""
    told = call(simulator, "POST", "/v1/oauth2/token", form=token_form(simulator))[1]
    return str(told["access_token"])


def ask(
    simulator: RunningSimulator, method: str, path: str, content: object = None, **query: object
) -> tuple[int, Any, Mapping[str, str]]:
    """Send one request with a token; keyword arguments become ``$``-parameters."""
    accept = str(query.pop("accept", "application/json"))
    asked = urllib.parse.urlencode({f"${name}": value for name, value in query.items()})
    headers = {"Authorization": f"Bearer {token(simulator)}", "Accept": accept}
    return call(simulator, method, f"{path}?{asked}" if asked else path, content, headers=headers)


def canonical(row: RawRow) -> CanonicalCustomer:
    """Map a row."""
    return CONNECTOR.to_canonical(row, MappingContext(time_zone=ZoneInfo("America/Denver")))


def requests_to(simulator: RunningSimulator, method: str, ending: str) -> int:
    """Count the answered requests whose path ends like this."""
    return sum(
        r["count"]
        for r in simulator.control.requests()
        if r["method"] == method and r["path"].endswith(ending)
    )


def new(**changes: FieldValue) -> NewCustomer:
    """Return Ana, changed."""
    return NewCustomer(key="hub-1", fields={**ANA, **changes})


def truth(simulator: RunningSimulator, row: RawRow) -> dict[str, Any]:
    """Return what the simulator holds of a row's customer."""
    return simulator.control.customer(str(row["Id"]))


def written(simulator: RunningSimulator) -> int:
    """Count the requests that changed something, after creating."""
    requests = simulator.control.requests()
    counts = [
        int(r["count"])
        for r in requests
        if r["method"] in ("PUT", "DELETE")
        or (r["method"] == "POST" and r["path"].endswith("{kind}"))
    ]
    return sum(counts)
