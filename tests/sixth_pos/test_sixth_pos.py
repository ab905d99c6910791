"""A sixth POS is one folder: ``acorn`` beside this file, dropped among the connectors."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import close_old_connections

from rollcall.customers.queries.search import search
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FieldValue
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry, WriteSwitch
from rollcall.outbox.operations.drain import drain
from rollcall.pos import connectors, registry
from rollcall.registration.operations.registering import register_shopper
from rollcall.stores.models import Store
from rollcall.testing.installation import Installation
from rollcall.testing.pos_world import PosWorld, pos_world

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NEW: dict[str, FieldValue] = {
    "given_name": "Ines",
    "family_name": "Okafor",
    "born_on": "1988-07-19",
    "email": "ines.okafor@example.com",
}


@pytest.fixture
def _acorn_is_there(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(HERE)])
    _look_again()
    yield
    monkeypatch.undo()
    _look_again()
    for name in [name for name in sys.modules if name.startswith(f"{connectors.__name__}.acorn")]:
        del sys.modules[name]


def _look_again() -> None:
    for remembered in (registry._kinds, registry.connector, registry.simulator):
        remembered.cache_clear()


@pytest.fixture
def world(
    _acorn_is_there: None, transactional_db: None, scope_a: Scope, store_a: Store, tmp_path: Path
) -> Iterator[PosWorld]:
    state = tmp_path / "acorn.sqlite"
    with pos_world(scope_a, store_a, state, kind="acorn", people=120) as opened:
        yield opened
    close_old_connections()


class TestAFolderAmongTheConnectors:
    @pytest.mark.usefixtures("_acorn_is_there")
    def test_is_a_kind(self) -> None:
        assert "acorn" in registry.kinds()
        assert registry.connector("acorn").label == "Acorn Register"

    def test_is_synced_and_searched(self, world: PosWorld) -> None:
        world.sync()

        truth = world.truth()
        person = next(row for row in truth.values() if row["email"])
        proof = world.reconcile()
        assert (proof.at_pos, proof.here, proof.missing, proof.different) == (120, 120, 0, 0)
        found = search(world.scope, person["email"], today=utc_now().date(), limit=5)
        assert [hit.email.casefold() for hit in found.hits] == [person["email"].casefold()]

    def test_is_written_to_once_even_if_it_does_not_answer(self, world: PosWorld) -> None:
        world.sync()
        WriteSwitch.objects.scoped(world.scope).create(
            connection=world.connection, enabled_at=utc_now(), enabled_by="cli:test"
        )
        made = register_shopper(
            world.scope, world.store, NEW, registration=uuid.uuid4(), now=utc_now()
        )
        assert made.entry is not None
        world.simulator.control.set_faults(lost_answer_rate=1)
        drain(world.scope, world.connection)
        world.simulator.control.set_faults(lost_answer_rate=0)
        entries = OutboxEntry.objects.scoped(world.scope)
        entries.update(not_before=utc_now())

        drain(world.scope, world.connection)

        entry = entries.get()
        theirs = [row for row in world.truth().values() if row["email"] == NEW["email"]]
        assert [(row["pos_id"], row["given_name"]) for row in theirs] == [
            (entry.external_id, "Ines")
        ]
        assert entry.state == "delivered"


class TestAnInstallationWithThatFolder:
    def test_simulates_applies_syncs_finds_and_documents_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tmp_path.chmod(0o755)  # root's embedded server runs as another account
        source = tmp_path / "source" / "rollcall"
        shutil.copytree(ROOT / "src" / "rollcall", source)
        shutil.copytree(HERE / "acorn", source / "pos" / "connectors" / "acorn")
        monkeypatch.setenv("PYTHONPATH", str(source.parent))
        (tmp_path / "hub").mkdir(mode=0o711)
        hub = Installation(data=tmp_path / "hub")
        simulator = hub.start(
            *("simulate", "acorn", "--people", "30", "--no-limits", "--port", "0"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert simulator.stdout is not None
            settings = json.loads(simulator.stdout.readline())
            hub.connect({**settings, "requests_per_second": 1000}, kind="acorn")
            run = hub.run_json("sync", "alder-way", "--json")
            proof = hub.run_json("reconcile", "alder-way", "--json")
        finally:
            simulator.terminate()
            simulator.communicate()
        assert (run["state"], run["rows_new"]) == ("finished", 30)
        assert (proof["here"], proof["missing"], proof["different"]) == (30, 0, 0)

        docs = tmp_path / "pos-systems.md"
        generator = [sys.executable, str(ROOT / "tools" / "pos_docs.py"), "--to", str(docs)]
        subprocess.run(generator, check=True, env=hub.environment())
        text = docs.read_text()
        assert "| Acorn Register | `acorn` | 5 | 50 | 1 min |" in text
        assert "| `key` | Key | secret | **required** | Acorn prints it on the till. |" in text
