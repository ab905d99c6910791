"""Names on orders under a new data key."""

from __future__ import annotations

from pytest_django import Settings

from rollcall.kit.crypto import sealed_key_id
from rollcall.notifications.rules.mail_server import parse_mail_server
from rollcall.orders.models import KioskOrder, OrderMail, OrderWrite
from rollcall.orders.operations.order_letters import write_letter
from rollcall.orders.operations.order_rules import save_order_rules
from rollcall.orders.queries.kiosk_orders import open_name
from rollcall.orders.queries.order_writes import open_body
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


class TestWhatWasAskedOfAPos:
    def test_is_sealed_anew_and_stays_readable(self, shop: OrderShop, settings: Settings) -> None:
        settings.MAIL_SERVER = parse_mail_server("smtp://localhost:9?tls=none")
        settings.MAIL_FROM = "rollcall@rollcall.example"
        to = ["a@example.com"]
        save_order_rules(shop.scope, shop.store, mail_to=to, anonymous=True, now=NOON)
        said = {"customer_name": "Wilma Typed", "items": [{"product_id": "BD-035", "quantity": 1}]}
        assert shop.calling.send("POST", "orders", {"order": said}).status == 200
        newest = rotate_data_key(shop.scope, now=NOON).pk
        forget_keys()

        outcome = reseal_values(shop.scope)

        write = OrderWrite.objects.scoped(shop.scope).get()
        mail = OrderMail.objects.scoped(shop.scope).get()
        assert outcome.is_complete
        assert sealed_key_id(bytes(write.sealed_body)) == newest
        assert open_body(shop.scope, write)["name"] == "Wilma Typed"
        assert "Wilma Typed" in str(write_letter(shop.scope, mail, now=NOON)[0])
