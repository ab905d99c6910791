"""Orders of kiosks, as the original's clients send them."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from click.testing import CliRunner

from rollcall.audit.models import Entry
from rollcall.config.cli.orders import orders
from rollcall.kit.scope import Scope
from rollcall.orders.models import KioskOrder, KioskOrderTie, ProductValue
from rollcall.orders.operations.paying import allow_payment, forbid_payment
from rollcall.orders.queries.kiosk_orders import may_take_payment
from rollcall.orders.tests.order_shop import ORDER, OrderShop
from rollcall.orders.tests.order_shop import quick_api as quick_api
from rollcall.orders.tests.order_shop import shop as shop
from rollcall.registration.tests.kiosk import Kiosk as Calling
from rollcall.stores.models import Store
from rollcall.testing.fixtures import NOON


class TestPlacing:
    def test_answers_the_row_of_the_original(self, shop: OrderShop) -> None:
        reply = shop.post()

        order = KioskOrder.objects.scoped(shop.scope).get()
        assert reply.status == 201
        assert reply.json == {
            "id": order.pk,
            "uuid": str(order.uuid),
            "client_id": shop.scope.retailer_id,
            "kiosks_id": 42,
            "first_name": "Nora",
            "last_name": "Okafor",
            "amount": "69.70",
            "date": order.placed_at.isoformat().replace("+00:00", "Z"),
            "payed": False,
            "customer_id": None,
            "products": [
                {"sku": "BD-035", "name": "Blue Dream", "product_value_id": "71",
                 "value_name": "3.5 g", "quantity": 1, "price": "45.00"},
                {"sku": "GM-10", "name": "Pear Gummies", "product_value_id": "9",
                 "value_name": "10 pieces", "quantity": 2, "price": "12.35"},
            ],
        }  # fmt: skip
        assert "RateLimit" in reply.headers

    def test_takes_kiosk_and_retailer_from_the_key(self, shop: OrderShop) -> None:
        shop.post(kiosks_id=1, client_id=1)

        order = KioskOrder.objects.scoped(shop.scope).get()
        assert (order.kiosk_id, order.store_id) == (shop.kiosk.pk, shop.store.pk)

    def test_seals_the_name(self, shop: OrderShop) -> None:
        shop.post()

        sealed = bytes(KioskOrder.objects.scoped(shop.scope).get().sealed_name)
        assert b"Okafor" not in sealed

    def test_names_every_unknown_sku_and_stores_nothing(self, shop: OrderShop) -> None:
        lines = [*ORDER["products"], {"sku": "XX-1", "quantity": 1, "product_value_id": 71}]

        reply = shop.post(products=lines)

        assert (reply.status, reply.json["code"]) == (422, "invalid")
        assert reply.json["errors"] == {"products.2.sku": ["not found: this store sells no XX-1"]}
        assert shop.held() == 0

    def test_knows_only_what_its_own_store_sells(self, shop: OrderShop) -> None:
        birch = Store.objects.scoped(shop.scope).create(
            slug="birch", name="Birch", time_zone="America/Denver", jurisdiction="US-CO"
        )
        other = Calling.of(shop.scope, birch, "43")

        reply = other.send("POST", "customer_order", {"order": ORDER})

        assert (reply.status, sorted(reply.json["errors"])) == (
            422,
            ["products.0.sku", "products.1.sku"],
        )
        assert shop.held() == 0

    def test_tells_both_amounts_if_they_differ_and_stores_nothing(self, shop: OrderShop) -> None:
        reply = shop.post(amount="69.71")

        assert (reply.status, reply.json["code"]) == (422, "amount_differs")
        assert (reply.json["sent"], reply.json["computed"]) == ("69.71", "69.70")
        assert shop.held() == 0

    def test_keeps_the_price_of_the_moment(self, shop: OrderShop) -> None:
        shop.post()

        ProductValue.objects.scoped(shop.scope).update(value=Decimal("99.00"))

        assert shop.get().json["order_customers"][0]["products"][0]["price"] == "45.00"

    def test_asks_which_price_where_there_are_several(self, shop: OrderShop) -> None:
        found = [
            shop.post(products=[{"sku": "BD-035", "quantity": 1, **value}], amount=45)
            for value in ({}, {"product_value_id": 9}, {"product_value_id": "71 "})
        ]

        assert [one.status for one in found] == [422, 422, 201]
        assert found[0].json["errors"] == {"products.0.product_value_id": ["can't be blank"]}
        assert found[1].json["errors"] == {"products.0.product_value_id": ["not found"]}

    def test_says_everything_that_is_missing(self, shop: OrderShop) -> None:
        reply = shop.calling.send("POST", "customer_order", {"order": {"kiosks_id": 42}})

        blank = ["can't be blank"]
        assert reply.json["errors"] == {
            "first_name": blank, "last_name": blank, "amount": blank, "products": blank
        }  # fmt: skip

    def test_refuses_what_is_no_order(self, shop: OrderShop) -> None:
        bodies: tuple[object, ...] = (
            b"{",
            b"[]",
            b"\xff",
            {},
            {"order": None},
            {"order": []},
            {"order": {}},
        )

        found = [shop.calling.send("POST", "customer_order", body) for body in bodies]

        assert [one.json["code"] for one in found] == ["bad_request"] * 3 + ["order_missing"] * 4
        assert {one.status for one in found} == {400}

    def test_refuses_hostile_values_and_stores_nothing(self, shop: OrderShop) -> None:
        line = ORDER["products"][0]
        hostile: list[dict[str, Any]] = [
            {"first_name": "\x00"},
            {"first_name": {"$gt": ""}},
            {"last_name": "x" * 101},
            {"last_name": True},
            {"amount": -1},
            {"amount": True},
            {"amount": "NaN"},
            {"amount": "Infinity"},
            {"amount": "1e400"},
            {"amount": "69.700000000000000000001"},
            {"amount": 69.701},
            {"amount": [69.7]},
            {"products": {}},
            {"products": [line] * 201},
            {"products": ["BD-035"]},
            {"products": [{**line, "quantity": 0}]},
            {"products": [{**line, "quantity": -1}]},
            {"products": [{**line, "quantity": 1.5}]},
            {"products": [{**line, "quantity": 10**9}]},
            {"products": [{**line, "quantity": True}]},
            {"products": [{**line, "sku": "x" * 101}]},
            {"products": [{**line, "sku": ["BD-035"]}]},
            {"products": [{**line, "sku": "BD\n035"}]},
            {"products": [{**line, "product_value_id": {}}]},
            {"customer_id": "nobody"},
            {"customer_id": "\x00"},
            {"customer_id": ["1042"]},
            {"products": [{**line, "quantity": 10_000, "product_value_id": 72}] * 200},
        ]

        wrong = [change for change in hostile if shop.post(**change).status != 422]

        assert wrong == []
        assert shop.held() == 0

    def test_is_tied_to_the_person_who_was_identified(self, shop: OrderShop) -> None:
        reply = shop.post(customer_id="1042")

        order = KioskOrder.objects.scoped(shop.scope).get()
        tie = KioskOrderTie.objects.scoped(shop.scope).get()
        assert reply.json["customer_id"] == str(shop.ana.public_id)
        assert (order.customer_id, order.holder_id) == (shop.ana.pk, shop.ana.pk)
        assert (tie.customer_id, tie.actor) == (shop.ana.pk, f"kiosk:{shop.kiosk.pk}")

    def test_is_done_once_for_an_idempotency_key(self, shop: OrderShop) -> None:
        found = [shop.post("one"), shop.post("one"), shop.post("one", amount="1"), shop.post("two")]

        assert [one.status for one in found] == [201, 201, 422, 201]
        assert found[0].json == found[1].json
        assert found[2].json["code"] == "idempotency_key_reused"
        assert shop.held() == 2

    def test_that_was_refused_is_refused_under_its_key_and_taken_under_another(
        self, shop: OrderShop
    ) -> None:
        ProductValue.objects.scoped(shop.scope).filter(external_id="71").update(value=46)
        refused = shop.post("one")
        ProductValue.objects.scoped(shop.scope).filter(external_id="71").update(value=45)

        assert (refused.status, shop.post("one").body) == (422, refused.body)
        assert (shop.post("two").status, shop.held()) == (201, 1)

    def test_leaves_no_name_in_the_audit(self, shop: OrderShop) -> None:
        shop.post(customer_id="1042")

        told = str(list(Entry.objects.scoped(shop.scope).values()))
        assert "kiosk_order.placed" in told
        assert "Okafor" not in told


class TestListing:
    def test_pages_as_the_original_did(self, shop: OrderShop) -> None:
        for _ in range(3):
            shop.order()

        first, second, late = (shop.get(f"per_page=2&page={page}").json for page in (1, 2, 9))

        assert [len(one["order_customers"]) for one in (first, second, late)] == [2, 1, 0]
        assert first["meta"] == {
            "current_page": 1, "next_page": 2, "prev_page": None,
            "total_pages": 2, "total_count": 3,
        }  # fmt: skip
        assert (second["meta"]["next_page"], second["meta"]["prev_page"]) == (None, 1)
        assert (late["meta"]["total_count"], late["meta"]["next_page"]) == (3, None)

    def test_caps_the_length_of_a_page(self, shop: OrderShop) -> None:
        shop.order()

        assert shop.get("per_page=100000").json["meta"]["total_pages"] == 1
        assert len(shop.get("per_page=100000").json["order_customers"]) == 1

    def test_finds_by_a_part_of_the_uuid(self, shop: OrderShop) -> None:
        order, _ = shop.order(), shop.order()
        part = str(order.uuid)[5:22].upper()

        found = shop.get(f"q={part}").json

        assert [one["id"] for one in found["order_customers"]] == [order.pk]
        assert found["meta"]["total_count"] == 1
        assert [
            shop.get(f"q={one}").json["meta"]["total_count"]
            for one in ("%25", "_", "zz", "a" * 37, "%00")
        ] == [0] * 5

    def test_sorts_by_what_is_listed_only(self, shop: OrderShop) -> None:
        one = [{"sku": "GM-10", "quantity": 1}]
        cheap, dear = shop.order(products=one, amount=12.35), shop.order()

        def ids(query: str) -> list[int]:
            return [row["id"] for row in shop.get(query).json["order_customers"]]

        assert ids("sort_by=amount&sort_direction=desc") == [dear.pk, cheap.pk]
        assert ids("sort_by=amount") == [cheap.pk, dear.pk]
        assert ids("") == [cheap.pk, dear.pk]
        hostile = ("sort_by=first_name", "sort_by=id;drop", "sort_direction=up", "page=0",
                   "page=x", "per_page=-1", "page=99999999999", "page=%D9%A1", "q=%ff")  # fmt: skip
        refused = [shop.get(query) for query in hostile]
        assert {reply.status for reply in refused} == {400}
        assert shop.get("page=1&page=2").json["code"] == "parameter_repeated"

    def test_shows_only_the_orders_of_the_kiosks_store(
        self, shop: OrderShop, scope_b: Scope
    ) -> None:
        order = shop.order()
        birch = Store.objects.scoped(shop.scope).create(
            slug="birch", name="Birch", time_zone="America/Denver", jurisdiction="US-CO"
        )
        cedar = Store.objects.scoped(scope_b).create(
            slug="cedar", name="Cedar", time_zone="America/Denver", jurisdiction="US-CO"
        )
        body = {"order": {"payed": True}}
        for other in (Calling.of(shop.scope, birch, "43"), Calling.of(scope_b, cedar, "44")):
            listed = other.send("GET", "customer_order", b"").json
            paid = other.send("PUT", f"customer_order/{order.pk}", body)

            assert (listed["order_customers"], listed["meta"]["total_count"]) == ([], 0)
            assert paid.status == 404
        foreign = Calling(catalog_id="43", key=shop.calling.key)
        assert foreign.send("GET", "customer_order", b"").status == 404
        assert Calling(catalog_id="42", key="").send("GET", "customer_order", b"").status == 401

    def test_shows_whole_names_to_keys_with_the_right_only(self, shop: OrderShop) -> None:
        shop.order()

        masked = shop.get().json["order_customers"][0]
        allow_payment(shop.scope, shop.key, now=NOON)
        whole = shop.get().json["order_customers"][0]

        assert (masked["first_name"], masked["last_name"]) == ("N•••", "O•••")
        assert (whole["first_name"], whole["last_name"]) == ("Nora", "Okafor")


class TestPaying:
    def test_needs_the_right(self, shop: OrderShop) -> None:
        order = shop.order()
        body = {"order": {"payed": True}}

        refused = shop.put(order.pk, body)
        allow_payment(shop.scope, shop.key, now=NOON)
        done = shop.put(order.pk, body)
        forbid_payment(shop.scope, shop.key)
        again = shop.put(order.pk, {"order": {"payed": False}})

        assert [one.status for one in (refused, done, again)] == [403, 200, 403]
        assert refused.json["code"] == "forbidden"
        assert (done.json["payed"], done.json["first_name"]) == (True, "Nora")
        assert KioskOrder.objects.scoped(shop.scope).get().paid_at is not None

    def test_finds_the_order_by_number_or_uuid(self, shop: OrderShop) -> None:
        order = shop.order()
        allow_payment(shop.scope, shop.key, now=NOON)

        found = [
            shop.put(one, {"order": {"payed": True, "amount": 1}}).status
            for one in (order.pk, order.uuid, 0, "9" * 30, "x", "%00", uuid.uuid4())
        ]

        assert found == [200, 200, 404, 404, 404, 404, 404]
        assert KioskOrder.objects.scoped(shop.scope).get().amount == Decimal("69.70")

    def test_refuses_what_is_neither_true_nor_false(self, shop: OrderShop) -> None:
        order = shop.order()
        allow_payment(shop.scope, shop.key, now=NOON)

        hostile: tuple[object, ...] = ("true", 1, None, [])
        found = [shop.put(order.pk, {"order": {"payed": one}}) for one in hostile]

        assert {one.status for one in found} == {422}
        assert shop.put(order.pk, {}).json["code"] == "order_missing"


class TestTheCommand:
    def test_gives_and_takes_the_right(self, shop: OrderShop) -> None:
        for command, allowed, told in (
            ("allow-payment", True, "may mark orders as paid"),
            ("allow-payment", True, "may mark orders as paid (as before)"),
            ("forbid-payment", False, "may not mark orders as paid"),
            ("forbid-payment", False, "may not mark orders as paid (as before)"),
        ):
            done = CliRunner().invoke(orders, [command, shop.key.public_part])

            assert done.output == f"{shop.key.public_part}: {told}\n"
            assert may_take_payment(shop.scope, shop.key.pk) is allowed
        assert CliRunner().invoke(orders, ["allow-payment", "nobody"]).exit_code == 1
