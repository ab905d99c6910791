from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from rollcall.kit.scope import Scope
from rollcall.outbox.tests.writing_world import WritingWorld
from rollcall.stores.models import Store
from rollcall.testing.pos_world import pos_world


@pytest.fixture(autouse=True)
def _short_pauses(settings: Settings) -> None:
    settings.POS_BACKOFF_S = (0.01, 0.05)


@pytest.fixture
def world(
    transactional_db: None, scope_a: Scope, store_a: Store, tmp_path: Path
) -> Iterator[WritingWorld]:
    with pos_world(scope_a, store_a, tmp_path / "pos.sqlite", people=40) as opened:
        writing = WritingWorld(world=opened)
        writing.begin()
        yield writing
