"""A store that sells two things, its kiosk, and people who order there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import close_old_connections

from rollcall.api import database, keys, throttle
from rollcall.customers.models import Customer, PosAccount
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.customers.queries.profile import resolve
from rollcall.kit.scope import Actor, Role, Scope
from rollcall.orders.models import KioskOrder, ProductValue
from rollcall.orders.operations.catalogue import save_products
from rollcall.orders.operations.placing import place_order
from rollcall.orders.operations.tying import tie_order
from rollcall.orders.rules.kiosk_bodies import read_order
from rollcall.orders.rules.products import read_product
from rollcall.registration.tests.kiosk import Kiosk as Calling
from rollcall.registration.tests.kiosk import Reply
from rollcall.stores.models import Kiosk, KioskKey, Store
from rollcall.stores.operations import save_kiosk
from rollcall.testing.fixtures import NOON, Ingest, incoming

DREAM = {
    "sku": "BD-035",
    "name": "Blue Dream",
    "values": [
        {"id": "71", "name": "3.5 g", "value": "45.00"},
        {"id": "72", "name": "7 g", "value": "80.10"},
    ],
}
GUMMIES = {
    "sku": "GM-10",
    "name": "Pear Gummies",
    "values": [{"id": 9, "name": "10 pieces", "value": 12.35}],
}
#: Two of one and one of the other: 45.00 and twice 12.35.
ORDER: dict[str, Any] = {
    "kiosks_id": 7,
    "client_id": 99,
    "first_name": "Nora",
    "last_name": "Okafor",
    "amount": 69.7,
    "products": [
        {"sku": "BD-035", "quantity": 1, "product_value_id": 71},
        {"sku": "GM-10", "quantity": 2},
    ],
}


@dataclass(frozen=True, kw_only=True)
class OrderShop:
    """Alice's store with a kiosk (``calling``), and Ana, whom its POS knows as 1042."""

    scope: Scope
    store: Store
    calling: Calling
    ana: Customer

    @property
    def kiosk(self) -> Kiosk:
        return Kiosk.objects.scoped(self.scope).get(catalog_id=self.calling.catalog_id)

    @property
    def key(self) -> KioskKey:
        return KioskKey.objects.scoped(self.scope).get(kiosk=self.kiosk)

    def as_role(self, role: Role) -> Scope:
        """Somebody of that role who works in this store only."""
        return Scope(
            retailer_id=self.scope.retailer_id,
            actor=Actor(kind="user", id="7"),
            role=role,
            store_ids=frozenset({self.store.pk}),
        )

    def order(self, *, now: dt.datetime = NOON, **changes: Any) -> KioskOrder:
        """Place an order past the API."""
        said = read_order({**ORDER, **changes})
        return place_order(self.as_role(Role.KIOSK), self.kiosk, said, now=now)

    def post(self, once: str = "", **changes: Any) -> Reply:
        """Place an order as a kiosk does."""
        more = {"HTTP_IDEMPOTENCY_KEY": once} if once else {}
        return self.calling.send("POST", "customer_order", {"order": {**ORDER, **changes}}, **more)

    def get(self, query: str = "") -> Reply:
        """List orders as a kiosk does."""
        return self.calling.send("GET", f"customer_order?{query}", b"")

    def put(self, order_id: object, content: object) -> Reply:
        """Change an order as a kiosk does."""
        return self.calling.send("PUT", f"customer_order/{order_id}", content)

    def held(self) -> int:
        """How many orders there are."""
        return KioskOrder.objects.scoped(self.scope).count()


@pytest.fixture
def quick_api(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The API inside the test's transaction; as Django's test client, it keeps its connection."""
    monkeypatch.setattr(keys, "close_old_connections", lambda: None)
    request_started.disconnect(close_old_connections)
    throttle.forget_leases()
    yield
    request_started.connect(close_old_connections)
    throttle.forget_leases()
    database.close()


@pytest.fixture
def shop(
    quick_api: None, scope_a: Scope, store_a: Store, account_a: PosAccount, ingest: Ingest
) -> OrderShop:
    return make_shop(scope_a, store_a, account_a, ingest)


def make_shop(scope: Scope, store: Store, account: PosAccount, ingest: Ingest) -> OrderShop:
    """Fill a store."""
    set_account_stores(scope, account.pk, {store.pk})
    row = incoming(scope, "1042", given_name="Ana", family_name="Reyes", phone="+14155550134")
    ingest(scope, account, [row])
    save_products(scope, store, [read_product(DREAM), read_product(GUMMIES)])
    return OrderShop(
        scope=scope,
        store=store,
        calling=Calling.of(scope, store),
        ana=resolve(scope, "1042"),
    )


def place_for(
    scope: Scope, store: Store, customer: Customer, *, catalog_id: str = "orders-7"
) -> KioskOrder:
    """An order under the name Nora Okafor in a store that sells one thing; a person's."""
    save_products(scope, store, [read_product(DREAM)])
    kiosk = save_kiosk(scope, catalog_id=catalog_id, name="Back door", store=store).row
    lines = [{"sku": "BD-035", "quantity": 1, "product_value_id": 71}]
    order = place_order(
        scope, kiosk, read_order({**ORDER, "amount": 45, "products": lines}), now=NOON
    )
    tie_order(scope, order.uuid, customer, now=NOON)
    return order


def price_of(scope: Scope, sku: str, value_id: str) -> Decimal | None:
    """What is asked for now; None if it is not offered."""
    values = ProductValue.objects.scoped(scope).filter(active=True, external_id=value_id)
    return values.filter(product__sku=sku).values_list("value", flat=True).first()
