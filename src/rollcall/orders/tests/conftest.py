"""A store whose POS takes orders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from rollcall.api import database as api_database
from rollcall.api import throttle
from rollcall.kit.scope import Scope
from rollcall.orders.tests.ordering import OrderingShop
from rollcall.outbox.tests.writing_world import WritingWorld
from rollcall.registration.tests.kiosk import Kiosk
from rollcall.stores.models import Store
from rollcall.testing.pos_world import pos_world


@pytest.fixture
def pos_kind() -> str:
    """Which POS the store has; override it in a class."""
    return "treez"


@pytest.fixture
def ordering(
    transactional_db: None,
    settings: Settings,
    scope_a: Scope,
    store_a: Store,
    tmp_path: Path,
    pos_kind: str,
) -> Iterator[OrderingShop]:
    settings.POS_BACKOFF_S = (0.01, 0.05)
    throttle.forget_leases()
    state = tmp_path / "pos.sqlite"
    with pos_world(scope_a, store_a, state, kind=pos_kind, people=30) as opened:
        world = WritingWorld(world=opened)
        world.begin()
        yield OrderingShop(writing=world, calling=Kiosk.of(scope_a, store_a))
    throttle.forget_leases()
    api_database.close()
