"""What programs are told of orders that kiosks take; of those of a POS: test_order_reading."""

from __future__ import annotations

import dataclasses

import pytest

from rollcall.customers.models import PosAccount
from rollcall.events.queries.feed import find_latest
from rollcall.events.tests.test_feed import read_all
from rollcall.kit.scope import Scope
from rollcall.orders.operations.paying import set_paid
from rollcall.orders.operations.tying import tie_order
from rollcall.orders.tests.order_shop import make_shop
from rollcall.stores.models import Store
from rollcall.testing.fixtures import NOON, Ingest

TYPES = ("kiosk_order.placed", "kiosk_order.updated")


@pytest.mark.django_db(transaction=True)
class TestKioskOrders:
    def test_are_told_of_with_ids_and_names_of_fields_only(
        self, scope_a: Scope, store_a: Store, account_a: PosAccount, ingest: Ingest, scope_b: Scope
    ) -> None:
        shop = make_shop(scope_a, store_a, account_a, ingest)
        start = find_latest()
        order = shop.order()
        tie_order(scope_a, order.uuid, shop.ana, now=NOON)
        set_paid(scope_a, order.uuid, paid=True, now=NOON)
        set_paid(scope_a, order.uuid, paid=True, now=NOON)

        told, _ = read_all(scope_a, start, count=3, types=TYPES)

        ids = {
            "order": str(order.uuid),
            "store": store_a.slug,
            "customer": str(shop.ana.public_id),  # who it is now, in every one of them
        }
        assert [(one.type, one.data) for one in told] == [
            ("kiosk_order.placed", {**ids, "fields": []}),
            ("kiosk_order.updated", {**ids, "fields": ["customer"]}),
            ("kiosk_order.updated", {**ids, "fields": ["paid"]}),
        ]
        elsewhere = dataclasses.replace(scope_a, store_ids=frozenset())
        assert read_all(elsewhere, start, types=TYPES)[0] == []
        assert read_all(scope_b, start, types=TYPES)[0] == []
