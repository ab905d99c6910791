from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from pydantic import SecretStr

from rollcall.api import database as api_database
from rollcall.pos.registry import connector
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.running import RunningSimulator, running
from rollcall.provisioning.rules.setting_fields import as_text
from rollcall.stores.models import Store, User

Posted = dict[str, object]
Fill = Callable[..., Posted]


@pytest.fixture(autouse=True)
def _end_sessions_of_the_api() -> Iterator[None]:
    # The limit of trials is counted past Django, and its sessions would outlive the database.
    yield
    api_database.close()


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def treez(tmp_path: Path) -> Iterator[RunningSimulator]:
    options = SimulatorOptions(state=tmp_path / "treez.sqlite", people=12, no_limits=True)
    with running("treez", options) as simulator:
        yield simulator


@pytest.fixture
def fill(store_a: Store) -> Fill:
    """What a browser posts for settings: ``fill("treez", settings, do="try", slug=…)``."""

    def filled(kind: str, settings: dict[str, object], **given: object) -> Posted:
        fields = connector(kind).settings_model.model_fields
        posted: Posted = {
            f"setting-{name}": as_text(info.get_default(call_default_factory=True))
            for name, info in fields.items()
            if not info.is_required() and not isinstance(info.default, SecretStr)
        }
        posted |= {f"setting-{name}": as_text(value) for name, value in settings.items()}
        posted |= {"slug": f"alder-way-{kind}", "stores": [store_a.slug], "time_zone": ""}
        return {"do": "try", **posted, **given}

    return filled
