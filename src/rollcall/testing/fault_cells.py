"""One cell of the fault matrix: a POS, a fault, and what the hub does while the fault is on.

Afterwards the fault is switched off, what is due is done once more, and nothing may be lost,
doubled or wrong. Pauses are skipped by moving the times that wait for them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.test import override_settings

from rollcall.inbox.models import InboxEvent
from rollcall.inbox.operations import processing as inbox
from rollcall.inbox.operations.figures import notebook
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor, Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.drain import drain
from rollcall.outbox.operations.people import send_again
from rollcall.pos import registry
from rollcall.pos.contract import Capability
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.running import running
from rollcall.stores.models import Store
from rollcall.stores.operations import create_retailer
from rollcall.stores.queries import get_system_scope
from rollcall.sync.models import Circuit, CustomerSync
from rollcall.sync.operations import circuit
from rollcall.testing.fault_calls import called_back
from rollcall.testing.fault_list import FAULTS, Fault, Mode
from rollcall.testing.fault_proof import Findings, Wished, compare
from rollcall.testing.fault_writes import Writing
from rollcall.testing.pos_world import PosWorld

PEOPLE = 36
_PAGE = 20
#: While a fault is on everything is tried so often.
_ROUNDS = 2
#: Afterwards; more would mean that something goes on for ever.
_MOST_ROUNDS = 8
_ACTOR = Actor(kind="cli", id="fault matrix")
#: Pauses between tries of one request, in seconds, and how many there are.
_QUICK = {"POS_BACKOFF_S": (0.002, 0.01), "POS_ATTEMPTS": 4}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What is tried."""

    kind: str
    fault: Fault
    mode: Mode

    def __str__(self) -> str:
        return f"{self.kind}, {self.fault.name}, {self.mode}"


@dataclass(kw_only=True)
class CellResult:
    """What came of it.

    :param struck: requests that did not get a proper answer, as the simulator counted.
    """

    cell: Cell
    seconds: float
    struck: int
    findings: Findings = field(default_factory=Findings)


def all_cells() -> list[Cell]:
    """Return every connector with every fault in every mode in which it can strike."""
    return [
        Cell(kind=kind, fault=fault, mode=mode)
        for kind in registry.kinds()
        for fault in FAULTS
        for mode in Mode
        if applies(kind, fault, mode)
    ]


def applies(kind: str, fault: Fault, mode: Mode) -> bool:
    """Tell whether a fault can strike this POS in this mode."""
    found = registry.connector(kind)
    if fault.by_webhook and found.webhooks is None:
        return False
    if mode is Mode.WRITES and not (found.writes.creatable or found.writes.updatable):
        return False
    return mode in fault.modes


def run_cell(cell: Cell, folder: Path) -> CellResult:
    """Try one cell with a retailer and a simulator of its own.

    :param folder: for the simulator's state; the caller throws it away.
    """
    began = time.perf_counter()
    with override_settings(**_QUICK), _world(cell, folder) as world:
        findings = _tried(cell, world)
        struck = sum(
            int(row["count"])
            for row in world.simulator.control.requests()
            if not 200 <= int(row["status"]) < 300
        )
    seconds = time.perf_counter() - began
    return CellResult(cell=cell, seconds=seconds, struck=struck, findings=findings)


@contextlib.contextmanager
def _world(cell: Cell, folder: Path) -> Iterator[PosWorld]:
    name = uuid.uuid4().hex
    scope, store = _new_store(cell)
    options = SimulatorOptions(state=folder / f"{name}.sqlite", people=PEOPLE, no_limits=True)
    with running(cell.kind, options) as simulator:
        world = PosWorld(
            scope=scope, store=store, simulator=simulator, kind=cell.kind, slug=f"cell-{name}",
            settings={"requests_per_second": 100_000, "page_size": _PAGE},
        )  # fmt: skip
        world.connect()
        yield world


def _new_store(cell: Cell) -> tuple[Scope, Store]:
    slug = f"cell-{uuid.uuid4().hex[:12]}"
    scope = get_system_scope(
        create_retailer(slug=slug, name=str(cell), actor=_ACTOR).pk, actor=_ACTOR
    )
    store = Store.objects.scoped(scope).create(
        slug="alder-way",
        name="Alder Way",
        time_zone="America/Los_Angeles",
        jurisdiction="US-CA",
    )
    return scope, store


def _tried(cell: Cell, world: PosWorld) -> Findings:
    work: dict[Mode, Callable[[Cell, PosWorld], list[Wished]]] = {
        Mode.FULL: _read_everything,
        Mode.INCREMENTAL: _read_changes,
        Mode.WRITES: _write,
    }
    with called_back(world) if cell.fault.by_webhook else contextlib.nullcontext():
        wished = work[cell.mode](cell, world)
    return compare(world, wished)


@contextlib.contextmanager
def _fault_on(cell: Cell, world: PosWorld) -> Iterator[None]:
    control = world.simulator.control
    values = dict(cell.fault.values)
    if "drop_rows" in values:
        values["drop_rows"] = list(world.truth())[: int(str(values["drop_rows"]))]
    control.set_faults(**values)
    try:
        yield
    finally:
        control.set_faults(**dict.fromkeys(values))
        let_time_pass(world)


def let_time_pass(world: PosWorld) -> None:
    """Let all pauses be over: of entries, events and circuits."""
    now = utc_now() - dt.timedelta(seconds=1)
    OutboxEntry.objects.scoped(world.scope).filter(not_before__gt=now).update(not_before=now)
    InboxEvent.objects.scoped(world.scope).filter(not_before__gt=now).update(not_before=now)
    Circuit.objects.filter(open_until__gt=now).update(open_until=now)
    circuit._readings.clear()  # noqa: SLF001  # as another process: it knows nothing


# Reading


def _read_everything(cell: Cell, world: PosWorld) -> list[Wished]:
    with _fault_on(cell, world):
        for number in range(_ROUNDS):
            world.sync(full=True)
            _change_something(world, number, vanish=True)
            let_time_pass(world)
    _sync_once_more(world, full=True)
    return []


def _read_changes(cell: Cell, world: PosWorld) -> list[Wished]:
    world.sync(full=True)
    with _fault_on(cell, world):
        for number in range(_ROUNDS):
            _change_something(world, number, vanish=False)
            _process_calls(world, cell)
            world.sync()
            let_time_pass(world)
    _process_calls(world, cell)
    _sync_once_more(world, full=False)
    return []


def _process_calls(world: PosWorld, cell: Cell) -> None:
    if cell.fault.by_webhook:
        world.simulator.control.hooks_settled()
        notebook.settle()
        inbox.drain(world.scope, world.connection)


def _sync_once_more(world: PosWorld, *, full: bool) -> None:
    for _ in range(2):
        # A run that broke off goes on where it stood; what it missed is the next one's.
        if world.sync(full=full).state == CustomerSync.State.FINISHED:
            return
        let_time_pass(world)


def _change_something(world: PosWorld, number: int, *, vanish: bool) -> None:
    """What staff do meanwhile: edits, new customers, a merge; rarely a row simply vanishes."""
    control, capabilities = world.simulator.control, registry.connector(world.kind).capabilities
    ids = [key for key, row in world.truth().items() if not row["merged_into"]]
    first = number * 7
    for pos_id in ids[first : first + 4]:
        control.patch(pos_id, email=f"visit{number}.{pos_id.lower()}@example.com")
    control.create(given_name="ADA", family_name=f"NEW{'AB'[number]}", born_on="1990-01-01")
    if vanish or Capability.TELLS_MERGES in capabilities:
        control.merge(ids[first + 4], into=ids[first + 5])
    if vanish and number == 1:
        control.delete(ids[first + 6])


# Writing


def _write(cell: Cell, world: PosWorld) -> list[Wished]:
    world.sync(full=True)
    writing = Writing(world=world)
    writing.begin()
    with _fault_on(cell, world):
        for number in range(_ROUNDS):
            writing.wish(number)
            drain(world.scope, world.connection)
            let_time_pass(world)
            world.sync()
            let_time_pass(world)
    _drain_everything(world)
    _sync_once_more(world, full=False)
    return list(writing.wished.values())


def _drain_everything(world: PosWorld) -> None:
    _drain_all(world)
    # What was refused waits for a person, who mends nothing here and only tries it again.
    refused = OutboxEntry.objects.scoped(world.scope).filter(state=OutboxEntry.State.REFUSED)
    for entry in refused:
        send_again(world.scope, entry.pk, now=utc_now())
    _drain_all(world)


def _drain_all(world: PosWorld) -> None:
    for _ in range(_MOST_ROUNDS):
        let_time_pass(world)
        drain(world.scope, world.connection)
        queued = OutboxEntry.objects.scoped(world.scope).filter(state=OutboxEntry.State.QUEUED)
        if not queued.exists():
            return
