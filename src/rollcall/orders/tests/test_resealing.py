"""Names on orders under a new data key."""

from __future__ import annotations

from rollcall.kit.crypto import sealed_key_id
from rollcall.orders.models import KioskOrder
from rollcall.orders.queries.kiosk_orders import open_name
from rollcall.orders.tests.order_shop import OrderShop
from rollcall.orders.tests.order_shop import quick_api as quick_api
from rollcall.orders.tests.order_shop import shop as shop
from rollcall.stores.operations import reseal_values, rotate_data_key
from rollcall.stores.queries import forget_keys
from rollcall.testing.fixtures import NOON


class TestNames:
    def test_are_sealed_anew_and_stay_readable(self, shop: OrderShop) -> None:
        shop.order()
        newest = rotate_data_key(shop.scope, now=NOON).pk
        forget_keys()

        outcome = reseal_values(shop.scope)

        order = KioskOrder.objects.scoped(shop.scope).get()
        assert outcome.is_complete
        assert sealed_key_id(bytes(order.sealed_name)) == newest
        assert open_name(shop.scope, order).whole == "Nora Okafor"
