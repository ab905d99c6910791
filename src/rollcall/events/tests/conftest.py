from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from rollcall.customers.tests.kiosk_world import fresh_api as fresh_api
from rollcall.events.tests.receiver import Receiver, Subscribed, receiving
from rollcall.identity.tests.merging_shop import shop as shop
from rollcall.kit.scope import Scope


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_TO_LOOPBACK = True
    with receiving() as one:
        yield one


@pytest.fixture
def subscribed(db: None, scope_a: Scope, receiver: Receiver) -> Subscribed:
    return Subscribed.to(scope_a, f"{receiver.url}/hook?from=rollcall")
