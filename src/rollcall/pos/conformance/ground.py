"""What the tests of conformance share: a simulator, a client before it, and the truth."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest

from rollcall.pos import registry
from rollcall.pos.contract import (
    CanonicalCustomer,
    MappingContext,
    OpenOptions,
    Page,
    PosClient,
    RawRow,
)
from rollcall.pos.simulator import RunningSimulator, SimulatorOptions, running

TIME_ZONE = ZoneInfo("America/Los_Angeles")
_NOT_FIELDS = {"pos_id", "person_id", "status", "merged_into", "updated_at"}
API_KEY = "a-secret-that-must-not-show"


class Unlimited:
    """Lets every request pass: simulators of tests have no limit."""

    def acquire(self) -> None:
        """Let the request pass."""


class OnSimulator:
    """A connector before its simulator; the tests are in subclasses."""

    #: Folder name of the connector.
    kind: ClassVar[str]
    #: Settings on top of the simulator's, best with small pages.
    settings: ClassVar[Mapping[str, object]] = {}
    #: How many customers the simulator holds: several pages.
    people: ClassVar[int] = 250

    @pytest.fixture
    def simulator(self, tmp_path: Path) -> Iterator[RunningSimulator]:
        """Run the connector's simulator with a fresh population."""
        options = SimulatorOptions(
            state=tmp_path / "pos.sqlite", people=self.people, no_limits=True, api_key=API_KEY
        )
        with running(self.kind, options) as simulator:
            yield simulator

    @pytest.fixture
    def client(self, simulator: RunningSimulator) -> Iterator[PosClient]:
        """Open the connector on the simulator."""
        with self.opened(simulator) as client:
            yield client

    @contextlib.contextmanager
    def opened(
        self,
        simulator: RunningSimulator,
        *,
        attempts: int = 12,
        changed: Mapping[str, object] | None = None,
    ) -> Iterator[PosClient]:
        """Open a client with short waits."""
        connector = registry.connector(self.kind)
        settings = connector.settings_model(
            **{**simulator.settings, **self.settings, **(changed or {})}
        )
        options = OpenOptions(
            time_zone=TIME_ZONE,
            rate_limiter=Unlimited(),
            timeout_s=5,
            attempts=attempts,
            backoff_s=(0.001, 0.01),
        )
        with connector.open(settings, options) as client:
            yield client

    def canonical(self, row: RawRow) -> CanonicalCustomer:
        """Map a row."""
        context = MappingContext(time_zone=TIME_ZONE)
        return registry.connector(self.kind).to_canonical(row, context)

    def told(self, pages: Iterator[Page]) -> dict[str, dict[str, Any]]:
        """Map all rows to the form of the simulator's truth; the last one of an id counts."""
        return {
            c.external_id: as_truth(c) for page in pages for c in map(self.canonical, page.rows)
        }

    def truth(self, simulator: RunningSimulator) -> dict[str, dict[str, Any]]:
        """Ask the simulator what it holds."""
        return {
            c["pos_id"]: {k: v for k, v in c.items() if k != "person_id"}
            for c in simulator.control.customers()
        }


def as_truth(customer: CanonicalCustomer) -> dict[str, Any]:
    """Return a mapped row in the form of the simulator's truth."""
    assert not set(customer.fields) & _NOT_FIELDS
    updated_at = customer.updated_at
    return {
        "pos_id": customer.external_id,
        "status": str(customer.status),
        "merged_into": customer.merged_into,
        "updated_at": None if updated_at is None else updated_at.isoformat()[:19] + "Z",
        **customer.fields,
    }
