from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from rollcall.kit.scope import Scope
from rollcall.stores.models import Store
from rollcall.testing.pos_world import PosWorld, pos_world


@pytest.fixture(autouse=True)
def _short_pauses(settings: Settings) -> None:
    settings.POS_BACKOFF_S = (0.01, 0.05)
    settings.POS_ATTEMPTS = 12


@pytest.fixture
def world(
    transactional_db: None, scope_a: Scope, store_a: Store, tmp_path: Path
) -> Iterator[PosWorld]:
    with pos_world(scope_a, store_a, tmp_path / "pos.sqlite") as opened:
        yield opened
