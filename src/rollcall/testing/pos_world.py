"""A retailer's connection to a running simulator, ready to sync: for tests and benchmarks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rollcall.customers.models import PosRecord
from rollcall.customers.queries.profile import read_record
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.pos.registry import connector
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.running import RunningSimulator, running
from rollcall.stores.models import Store
from rollcall.sync import queries
from rollcall.sync.models import CustomerSync, PosConnection, Reconciliation
from rollcall.sync.operations.connections import save_connection
from rollcall.sync.operations.reconcile import reconcile
from rollcall.sync.operations.requests import request_sync
from rollcall.sync.operations.run import run_sync


@dataclass(kw_only=True)
class PosWorld:
    """One store, its POS simulator and its connection."""

    scope: Scope
    store: Store
    simulator: RunningSimulator
    kind: str = "treez"
    slug: str = "alder-way"
    settings: dict[str, object] = field(default_factory=lambda: {"requests_per_second": 100_000})

    def connect(self, **changes: object) -> PosConnection:
        """Save the connection, with some settings changed."""
        model = connector(self.kind).settings_model
        saved = save_connection(
            self.scope,
            slug=self.slug,
            kind=self.kind,
            stores=[self.store],
            time_zone=self.store.time_zone,
            settings=model.model_validate({**self.simulator.settings, **self.settings, **changes}),
            now=utc_now(),
        )
        return queries.get_connection(self.scope, saved.row.slug)

    @property
    def connection(self) -> PosConnection:
        """The connection as it is now."""
        return queries.get_connection(self.scope, self.slug)

    def sync(self, *, full: bool = False) -> CustomerSync:
        """Ask for a run and carry it out in this process."""
        asked = request_sync(self.scope, self.connection, full=full, by_worker=False)
        return run_sync(self.scope, asked)

    def reconcile(self, *, repair: bool = False) -> Reconciliation:
        """The proof."""
        return reconcile(self.scope, self.connection, repair=repair)

    def truth(self) -> dict[str, dict[str, Any]]:
        """What the simulator holds, by POS id."""
        return {row["pos_id"]: row for row in self.simulator.control.customers()}

    def held(self, *, alive: bool = True) -> dict[str, PosRecord]:
        """What the hub holds, by POS id."""
        rows = PosRecord.objects.scoped(self.scope).select_related("account")
        if alive:
            rows = rows.filter(gone_at__isnull=True)
        return {row.external_id: row for row in rows}

    def values(self, external_id: str) -> dict[str, Any]:
        """The values of one record, opened."""
        row = self.held(alive=False)[external_id]
        return dict(read_record(self.scope, row).fields.values)


@contextlib.contextmanager
def pos_world(
    scope: Scope, store: Store, state: Path, *, kind: str = "treez", **options: Any
) -> Iterator[PosWorld]:
    """Start a simulator and connect it; without limits unless asked otherwise."""
    options = {"people": 120, "no_limits": True, **options}
    with running(kind, SimulatorOptions(state=state, **options)) as simulator:
        world = PosWorld(scope=scope, store=store, simulator=simulator, kind=kind)
        world.connect()
        yield world
