from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from rollcall.inbox.operations.figures import notebook
from rollcall.kit.scope import Scope
from rollcall.stores.models import Store
from rollcall.testing.pos_world import PosWorld, pos_world

#: What the simulated Treez sends beside its calls.
TOKEN = "simulated-webhook-token"


@pytest.fixture(autouse=True)
def _short_pauses(settings: Settings) -> Iterator[None]:
    settings.POS_BACKOFF_S = (0.01, 0.05)
    settings.POS_ATTEMPTS = 3
    yield
    assert notebook.settle()


@pytest.fixture
def world(
    transactional_db: None, scope_a: Scope, store_a: Store, tmp_path: Path
) -> Iterator[PosWorld]:
    """A Treez that sends whole customers with a token."""
    with pos_world(scope_a, store_a, tmp_path / "pos.sqlite", people=12) as opened:
        opened.settings["webhook_token"] = TOKEN
        opened.connect()
        yield opened


@pytest.fixture
def blaze(
    transactional_db: None, scope_a: Scope, store_a: Store, tmp_path: Path
) -> Iterator[PosWorld]:
    """A BLAZE that signs nothing."""
    with pos_world(scope_a, store_a, tmp_path / "blaze.sqlite", kind="blaze", people=12) as opened:
        yield opened
