from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rollcall.kit.scope import Scope
from rollcall.stores.models import Store
from rollcall.testing.pos_world import PosWorld, pos_world


@pytest.fixture
def world(transactional_db: None, scope_a: Scope, store_a: Store, tmp_path: Path) -> Iterator[PosWorld]:
    with pos_world(scope_a, store_a, tmp_path / "pos.sqlite") as opened:
        yield opened
