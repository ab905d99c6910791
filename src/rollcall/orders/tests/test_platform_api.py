"""Kiosk orders and products for programs of the retailer's."""

from __future__ import annotations

import pytest

from rollcall.kit.scope import Role
from rollcall.orders.models import KioskOrderTie, StoreProduct
from rollcall.orders.operations.tying import tie_order
from rollcall.orders.tests.order_shop import DREAM, GUMMIES, OrderShop
from rollcall.orders.tests.order_shop import quick_api as quick_api
from rollcall.orders.tests.order_shop import shop as shop
from rollcall.stores.models import Store
from rollcall.testing.fixtures import NOON
from rollcall.testing.platform_client import PlatformClient

ABSENT = "00000000-0000-4000-8000-00000000ffff"


@pytest.fixture
def api(shop: OrderShop) -> PlatformClient:
    return PlatformClient.of(shop.scope)


class TestOrders:
    def test_are_read_with_their_lines(self, shop: OrderShop, api: PlatformClient) -> None:
        order = shop.order()

        reply = api.get(f"/kiosk-orders/{order.uuid}")

        assert (reply.status, reply.json) == (
            200,
            {
                "id": str(order.uuid),
                "code": order.code,
                "store": "alder-way",
                "kiosk": "42",
                "first_name": "Nora",
                "last_name": "Okafor",
                "amount": "69.70",
                "placed_at": "2026-11-20T12:00:00Z",
                "paid_at": None,
                "customer_id": None,
                "lines": [
                    {"sku": "BD-035", "name": "Blue Dream", "value_id": "71",
                     "value_name": "3.5 g", "quantity": 1, "price": "45.00"},
                    {"sku": "GM-10", "name": "Pear Gummies", "value_id": "9",
                     "value_name": "10 pieces", "quantity": 2, "price": "12.35"},
                ],
            },
        )  # fmt: skip

    def test_are_listed_page_by_page(self, shop: OrderShop, api: PlatformClient) -> None:
        uuids = [str(shop.order().uuid) for _ in range(3)]

        first = api.get("/kiosk-orders?limit=2").json
        second = api.get(f"/kiosk-orders?limit=2&cursor={first['next']}").json

        listed = [one["id"] for one in (*first["items"], *second["items"])]
        assert (listed, second["next"]) == (uuids[::-1], None)

    def test_are_filtered(self, shop: OrderShop, api: PlatformClient) -> None:
        mine, other = shop.order(), shop.order()
        tie_order(shop.scope, mine.uuid, shop.ana, now=NOON)
        api.post(f"/kiosk-orders/{other.uuid}/paid", {"paid": True})

        def ids(query: str) -> list[str]:
            return [one["id"] for one in api.get(f"/kiosk-orders?{query}").json["items"]]

        assert ids(f"customer_id={shop.ana.public_id}") == [str(mine.uuid)]
        assert ids(f"code={mine.code}") == [str(mine.uuid)]
        assert (ids("paid=true"), ids("paid=false")) == ([str(other.uuid)], [str(mine.uuid)])
        assert (len(ids("store=alder-way")), ids(f"customer_id={ABSENT}")) == (2, [])
        hostile = ("paid=yes", "code=zz", "code=%00", "store=nowhere", "customer_id=1042",
                   "cursor=x", "limit=0")  # fmt: skip
        assert {api.get(f"/kiosk-orders?{one}").status for one in hostile} == {422}
        assert api.get("/kiosk-orders?code=a&code=b").status == 400

    def test_are_attached_and_detached_once_for_a_key(
        self, shop: OrderShop, api: PlatformClient
    ) -> None:
        order = shop.order()
        path, body = f"/kiosk-orders/{order.uuid}", {"customer_id": str(shop.ana.public_id)}

        attached = api.post(f"{path}/attach", body, once="one")
        detached = api.post(f"{path}/detach", {}, once="two")
        again = api.post(f"{path}/attach", body, once="one")

        assert attached.json["customer_id"] == str(shop.ana.public_id)
        assert (detached.json["customer_id"], again.body) == (None, attached.body)
        assert api.get(path).json["customer_id"] is None
        assert KioskOrderTie.objects.scoped(shop.scope).count() == 2

    def test_are_attached_to_nobody_who_is_not_there(
        self, shop: OrderShop, api: PlatformClient
    ) -> None:
        order = shop.order()

        reply = api.post(f"/kiosk-orders/{order.uuid}/attach", {"customer_id": ABSENT})

        assert reply.json["errors"] == {"customer_id": ["is nobody's id"]}
        assert api.post(f"/kiosk-orders/{ABSENT}/paid", {"paid": True}).status == 404
        assert api.get("/kiosk-orders/7").status == 404


class TestProducts:
    def test_are_told_row_by_row(self, shop: OrderShop, api: PlatformClient) -> None:
        sent = [
            {**DREAM, "name": "Blue Dream Indoor"},
            {"sku": "", "name": "x", "values": []},
            GUMMIES,
            GUMMIES,
            {"sku": "N-1", "name": "Nap", "values": [{"id": 1, "name": "one", "value": 3}]},
        ]

        reply = api.post("/stores/alder-way/products", {"products": sent})

        assert [(one["sku"], one["result"]) for one in reply.json["items"]] == [
            ("BD-035", "updated"),
            ("", "invalid"),
            ("GM-10", "unchanged"),
            ("GM-10", "invalid"),
            ("N-1", "created"),
        ]
        assert reply.json["items"][3]["errors"] == {"sku": ["stands there twice"]}

    def test_are_listed_with_their_prices(self, shop: OrderShop, api: PlatformClient) -> None:
        first = api.get("/stores/alder-way/products?limit=1").json
        second = api.get(f"/stores/alder-way/products?limit=1&cursor={first['next']}").json

        assert first["items"] == [{**DREAM, "active": True}]
        assert [one["sku"] for one in second["items"]] == ["GM-10"]

    def test_are_no_more_than_a_thousand(self, shop: OrderShop, api: PlatformClient) -> None:
        wrong: tuple[list[object], ...] = ([GUMMIES] * 1_001, [], [7])
        for one in wrong:
            sent = {"products": one}
            assert api.post("/stores/alder-way/products", sent).status == 422

    def test_of_other_stores_are_not_there(self, shop: OrderShop) -> None:
        birch = Store.objects.scoped(shop.scope).create(
            slug="birch", name="Birch", time_zone="America/Denver", jurisdiction="US-CO"
        )
        api = PlatformClient.of(shop.scope, role=Role.ADMIN, stores=[birch])

        assert api.get("/stores/alder-way/products").status == 404
        assert api.post("/stores/alder-way/products", {"products": [GUMMIES]}).status == 404
        assert api.post("/stores/birch/products", {"products": [GUMMIES]}).status == 200
        assert StoreProduct.objects.scoped(shop.scope).count() == 3
