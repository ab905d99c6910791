from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection as database
from pytest_django import Settings

from rollcall.api import database as api_database
from rollcall.api import throttle
from rollcall.kit.scope import Scope
from rollcall.outbox.tests.writing_world import WritingWorld
from rollcall.registration.tests.kiosk import Kiosk
from rollcall.stores.models import Store
from rollcall.testing.pos_world import pos_world


@pytest.fixture(autouse=True)
def _short_pauses(settings: Settings) -> None:
    settings.POS_BACKOFF_S = (0.01, 0.05)


@pytest.fixture
def writing(
    transactional_db: None, scope_a: Scope, store_a: Store, tmp_path: Path
) -> Iterator[WritingWorld]:
    throttle.forget_leases()
    with pos_world(scope_a, store_a, tmp_path / "pos.sqlite", people=40) as opened:
        world = WritingWorld(world=opened)
        world.begin()
        yield world
    throttle.forget_leases()
    api_database.close()


@pytest.fixture
def kiosk(writing: WritingWorld) -> Kiosk:
    return Kiosk.of(writing.scope, writing.world.store)


@pytest.fixture
def worker(writing: WritingWorld) -> Iterator[None]:
    """Send what is due, as a worker does, in a thread of its own."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(0.02):
            writing.drain()
        database.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    ended.set()
    thread.join()
