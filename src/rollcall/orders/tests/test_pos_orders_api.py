"""A kiosk orders at the POS: with one that answers, is slow, is down, or says no."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import connection as database

from rollcall.api.original import POS_SAID
from rollcall.kit.clock import utc_now
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.scope import Scope
from rollcall.orders.models import CustomerOrder, OrderStatusChange, OrderWrite
from rollcall.orders.operations import order_waiting
from rollcall.orders.operations.catalogue import save_products
from rollcall.orders.rules.products import read_product
from rollcall.orders.tests.ordering import ONE_MORE, TWO, OrderingShop
from rollcall.outbox.models import WriteSwitch
from rollcall.registration.tests.kiosk import INES, Kiosk, Reply
from rollcall.stores.models import Kiosk as KioskRow
from rollcall.stores.models import Store
from rollcall.stores.operations import mint_key, save_store


def a_store(scope: Scope, slug: str) -> Store:
    """Another store, with no POS."""
    return save_store(
        scope, slug=slug, name=slug, time_zone="America/Los_Angeles", jurisdiction="US-CA"
    ).row


class TestWithAWorker:
    @pytest.fixture(autouse=True)
    def _worker(self, ordering: OrderingShop) -> Iterator[None]:
        """A worker runs."""
        with ordering.worker():
            yield

    def test_answers_with_the_poss_order(self, ordering: OrderingShop) -> None:
        buyer = ordering.somebody()
        before = len(ordering.at_pos(buyer))

        reply = ordering.order(
            customer_id=buyer, order_number="K7-1", notes="comes at six", cart_id=17
        )

        assert (reply.status, reply.json["pos_status"]) == (200, "placed")
        order = reply.json["order"]
        (made,) = [one for one in ordering.at_pos(buyer) if one["order_id"] == order["id"]]
        assert len(ordering.at_pos(buyer)) == before + 1
        assert order["customer_id"] == buyer
        assert (order["status"], order["amount"]) == ("AWAITING_PROCESSING", made["amount"])
        assert order["items"] == [
            {"id": 1, "product_id": "5001", "sku": "GD-18", "name": "Garden Dream 1/8 oz",
             "quantity": 2, "price_total": "70.00"}
        ]  # fmt: skip
        assert order["order_number"]
        held = CustomerOrder.objects.scoped(ordering.scope).get(external_id=order["id"])
        assert (held.status, held.customer_external_id) == ("awaiting_processing", buyer)
        assert ordering.calling.send("GET", f"orders/{order['id']}", b"").json == reply.json

    @pytest.mark.parametrize(
        ("key", "second"), [("once-17", (409, "idempotency_key_in_flight")), ("", (200, None))]
    )
    def test_two_identical_requests_at_once_are_one_order(
        self, ordering: OrderingShop, key: str, second: tuple[int, str | None]
    ) -> None:
        buyer, replies = ordering.somebody(), list[Reply]()
        before = len(ordering.at_pos())

        def ask() -> None:
            replies.append(ordering.order(key, customer_id=buyer))
            database.close()

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        told = {(one.status, one.json.get("code")) for one in replies}
        assert told == {(200, None), second}
        assert len(ordering.at_pos()) == before + 1
        again = ordering.order(key, customer_id=buyer)
        assert again.json in [one.json for one in replies]

    @pytest.mark.parametrize("number", ["", "K7-2"])
    def test_a_repetition_orders_once(self, ordering: OrderingShop, number: str) -> None:
        said = {"customer_id": ordering.somebody(), "order_number": number}
        before = len(ordering.at_pos())

        first, again = ordering.order(**said), ordering.order(**said)

        assert (again.status, again.json) == (200, first.json)
        assert len(ordering.at_pos()) == before + 1

    def test_a_number_that_stands_for_another_order_is_refused(
        self, ordering: OrderingShop
    ) -> None:
        buyer = ordering.somebody()
        ordering.order(customer_id=buyer, order_number="K7-3")

        reply = ordering.order(customer_id=buyer, order_number="K7-3", items=ONE_MORE)

        assert (reply.status, reply.json["detail"]) == (409, "order already exists")

    def test_a_number_that_was_refused_may_be_used_again(self, ordering: OrderingShop) -> None:
        said = {"customer_id": ordering.somebody(), "order_number": "K7-4"}
        much = [{"product_id": "size-5001", "quantity": 41}]

        refused, again = ordering.order(items=much, **said), ordering.order(**said)

        assert (refused.status, again.status) == (502, 200)

    def test_lines_are_added_to_the_same_persons_open_order(self, ordering: OrderingShop) -> None:
        buyer = ordering.somebody()
        first = ordering.order(customer_id=buyer).json["order"]
        before = len(ordering.at_pos())

        reply = ordering.order(customer_id=buyer, items=ONE_MORE)

        order = reply.json["order"]
        assert (reply.status, order["id"], order["resumed"]) == (200, first["id"], True)
        assert sorted(one["quantity"] for one in order["items"]) == [3, 3.5]
        assert len(ordering.at_pos()) == before

    def test_another_persons_open_order_is_never_added_to(self, ordering: OrderingShop) -> None:
        first = ordering.order(customer_id=ordering.somebody()).json["order"]
        # Staff give the order to somebody else at the POS.
        ordering.writing.control.change_order(first["id"], customer_id=ordering.somebody(1))

        mine = ordering.order(customer_id=ordering.somebody(), items=ONE_MORE).json["order"]
        others = ordering.order(customer_id=ordering.somebody(1), items=ONE_MORE).json["order"]

        assert len({first["id"], mine["id"], others["id"]}) == 3
        assert (mine["resumed"], others["resumed"]) == (False, False)
        held = [one for one in ordering.at_pos() if one["order_id"] == first["id"]]
        assert [line["quantity"] for line in held[0]["lines"]] == ["2"]

    def test_an_order_that_staff_work_on_is_not_added_to(self, ordering: OrderingShop) -> None:
        buyer = ordering.somebody()
        first = ordering.order(customer_id=buyer).json["order"]
        ordering.writing.control.change_order(first["id"], status="in_process")

        again = ordering.order(customer_id=buyer, items=ONE_MORE).json["order"]

        assert again["id"] != first["id"]

    def test_who_was_just_registered_can_order(self, ordering: OrderingShop) -> None:
        made = ordering.calling.create(**INES).json["customer"]["customer_id"]

        reply = ordering.order(customer_id=made)

        assert (reply.status, reply.json["order"]["customer_id"]) == (200, made)
        assert reply.json["order"]["status"] == "VERIFICATION_PENDING"

    def test_a_refusal_is_a_502_in_the_originals_words(self, ordering: OrderingShop) -> None:
        much = [{"product_id": "size-5001", "quantity": 41}]
        buyer = ordering.somebody()

        reply = ordering.order("too-much", customer_id=buyer, items=much)
        unknown = ordering.order(
            customer_id=buyer, items=[{"product_id": "nothing", "quantity": 1}]
        )

        assert (reply.status, reply.json["code"]) == (502, "pos_failed")
        assert reply.json["detail"] == f"{POS_SAID}INSUFFICIENT_SELLABLE_QUANTITY"
        assert unknown.json["detail"] == f"{POS_SAID}PRODUCT_NOT_FOUND"
        assert ordering.order("too-much", customer_id=buyer, items=much).json == reply.json
        assert len(ordering.writes()) == 2

    def test_says_pending_at_once_when_the_pos_is_down_and_places_it_later(
        self, ordering: OrderingShop
    ) -> None:
        buyer = ordering.somebody()
        ordering.writing.control.set_faults(error_500_rate=1)

        reply = ordering.order(customer_id=buyer)

        assert (reply.status, reply.json["pos_status"]) == (200, "pending")
        pending = reply.json["pending_id"]
        assert reply.json["order"]["id"] == pending
        ordering.writing.control.set_faults(error_500_rate=0)
        ordering.hurry()
        assert order_waiting.wait_for_order(ordering.scope, ordering.find(pending)).state == "done"
        told = ordering.calling.send("GET", f"orders/{pending}", b"").json
        assert (told["pos_status"], told["pending_id"]) == ("placed", None)
        assert told["order"]["customer_id"] == buyer

    def test_says_pending_when_the_pos_is_slow(
        self, ordering: OrderingShop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(order_waiting, "PATIENCE_S", 0.2)
        ordering.writing.control.set_faults(latency_ms=400)

        reply = ordering.order(customer_id=ordering.somebody())

        assert (reply.status, reply.json["pos_status"]) == (200, "pending")
        ordering.writing.control.set_faults(latency_ms=0)

    def test_a_status_is_set_at_the_pos_and_stands_in_the_history(
        self, ordering: OrderingShop
    ) -> None:
        buyer = ordering.somebody()
        order = ordering.order(customer_id=buyer).json["order"]

        reply = ordering.status(
            customer_id=buyer, ticket_id=order["id"], order_status="PACKED_READY"
        )

        assert (reply.status, reply.json["pos_status"]) == (200, "set")
        assert reply.json["order"]["status"] == "PACKED_READY"
        (held,) = [one for one in ordering.at_pos() if one["order_id"] == order["id"]]
        assert held["status"] == "packed_ready"
        changes = OrderStatusChange.objects.scoped(ordering.scope)
        told = changes.filter(order__external_id=order["id"]).order_by("id")
        assert [one.status for one in told] == ["awaiting_processing", "packed_ready"]

    def test_a_status_that_the_pos_refuses_is_a_502(self, ordering: OrderingShop) -> None:
        buyer = ordering.somebody()
        order = ordering.order(customer_id=buyer).json["order"]

        reply = ordering.status(customer_id=buyer, ticket_id=order["id"], order_status="COMPLETED")

        assert reply.status == 502
        assert reply.json["detail"] == f"{POS_SAID}INVALID_TICKET_STATUS"

    def test_a_strict_key_orders_only_for_who_proved_who_they_are(
        self, ordering: OrderingShop
    ) -> None:
        row = KioskRow.objects.scoped(ordering.scope).get()
        strict = mint_key(ordering.scope, row, now=utc_now(), profile=KeyProfile.STRICT).text
        kiosk = Kiosk(catalog_id="42", key=strict)
        ordering.allow(anonymous=True)

        reply = kiosk.send(
            "POST", "orders", {"order": {"customer_id": ordering.somebody(), "items": TWO}}
        )
        nobodys = kiosk.send("POST", "orders", {"order": {"items": TWO}})

        placed = ordering.order(customer_id=ordering.somebody()).json["order"]["id"]
        said = {"order": {"printed_id": "P-1"}}

        assert (reply.status, reply.json["code"]) == (403, "proof_needed")
        assert nobodys.status == 200
        assert kiosk.send("GET", f"orders/{placed}", b"").status == 403
        assert kiosk.send("PUT", f"orders/{placed}", said).json[0]["customer_id"] is None


class TestWithoutAnybodySending:
    @pytest.fixture(autouse=True)
    def _no_patience(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(order_waiting, "PATIENCE_S", 0.05)

    def test_a_name_is_needed_unless_the_store_says_otherwise(self, ordering: OrderingShop) -> None:
        refused = ordering.order()
        ordering.allow(anonymous=True)
        taken = ordering.order()
        ordering.send()

        assert (refused.status, refused.json["errors"]) == (
            422, {"customer_id": ["can't be blank"]},
        )  # fmt: skip
        placed = ordering.find(taken.json["pending_id"])
        assert (placed.state, placed.customer_external_id) == ("done", "")
        assert placed.order is not None
        assert placed.order.customer_external_id == ""

    def test_what_cannot_be_used_is_said_by_the_originals_keys(
        self, ordering: OrderingShop
    ) -> None:
        item = {"product_id": "size-5001", "quantity": 1}

        def errors(**order: object) -> dict[str, list[str]]:
            said = {"customer_id": ordering.somebody(), **order}
            reply = ordering.order("", **said)
            assert reply.status == 422
            found: dict[str, list[str]] = reply.json["errors"]
            return found

        assert errors(customer_id="no-such") == {"customer_id": ["not found"]}
        assert errors(items=[]) == {"items": ["can't be blank"]}
        assert errors(items=["x", {"quantity": "many"}]) == {
            "items.product_id": ["can't be blank"],
            "items.quantity": ["can't be blank", "is not a number"],
        }
        odd: list[object] = [True, "1e999", "NaN", -1, 0, 10_001, 0.0001, [], 1e300]
        for quantity in odd:
            assert "items.quantity" in errors(items=[{**item, "quantity": quantity}])
        assert "items" in errors(items=[item] * 201)
        assert "notes" in errors(notes="\x00")
        assert "notes" in errors(notes="x" * 1001)
        assert "order_number" in errors(order_number=["x"])
        assert "order_number" in errors(order_number="x" * 101)
        assert ordering.writes() == []

    def test_a_product_that_the_store_does_not_sell_is_refused(
        self, ordering: OrderingShop, store_a: Store
    ) -> None:
        said = {
            "sku": "size-5001",
            "name": "Dream",
            "values": [{"id": 71, "name": "3.5 g", "value": 35}],
        }
        save_products(ordering.scope, store_a, [read_product(said)])
        buyer = ordering.somebody()

        other = ordering.order(
            customer_id=buyer, items=[{"product_id": "size-5002", "quantity": 1}]
        )
        odd = ordering.order(customer_id=buyer, items=[{**TWO[0], "product_value_id": "no"}])
        known = ordering.order(customer_id=buyer, items=[{**TWO[0], "product_value_id": 71}])

        assert other.json["errors"] == {"items.product_id": ["not found"]}
        assert odd.json["errors"] == {"items.product_value_id": ["not found"]}
        assert known.json["order"]["items"][0]["name"] == "Dream"
        assert known.json["order"]["amount"] == "70.00"

    @pytest.mark.parametrize(
        ("body", "status"),
        [(b"", 400), (b"[1]", 400), (b"{", 400), (b'{"order": 7}', 400), (b"\xff" * 9, 400),
         (b'{"order": {"items": "' + b"x" * 1_100_000 + b'"}}', 413)],
    )  # fmt: skip
    def test_malformed_and_huge_bodies_are_refused(
        self, ordering: OrderingShop, body: bytes, status: int
    ) -> None:
        for method, path in (("POST", "orders"), ("PUT", "orders/status"), ("PUT", "orders/7")):
            assert ordering.calling.send(method, path, body).status == status

    def test_a_pos_that_may_not_be_written_to_takes_no_orders(self, ordering: OrderingShop) -> None:
        WriteSwitch.objects.scoped(ordering.scope).update(enabled_at=None)

        reply = ordering.order(customer_id=ordering.somebody())

        assert (reply.status, reply.json["code"]) == (405, "orders_not_taken")
        assert reply.json["detail"] == "catalog doesn't support this operation"
        assert ordering.writes() == []

    def test_statuses_are_refused_in_the_originals_words(self, ordering: OrderingShop) -> None:
        order = ordering.at_pos()[0]
        known = CustomerOrder.objects.scoped(ordering.scope)
        assert not known.exists()

        odd = ordering.status(customer_id="1", ticket_id="x", order_status="completed")
        none = ordering.status(
            customer_id=order["customer_id"], ticket_id=order["order_id"], order_status="CANCELED"
        )

        assert (odd.status, odd.json["detail"]) == (400, "Order Status value is not allowed")
        assert (none.status, none.json["detail"]) == (404, "Customer order not found")

    def test_an_order_is_printed_and_those_of_others_are_not_found(
        self, ordering: OrderingShop, scope_b: Scope
    ) -> None:
        buyer = ordering.somebody()
        pending = ordering.order(customer_id=buyer).json["pending_id"]
        ordering.send()
        placed = ordering.find(pending).external_id
        said = {"order": {"printed_id": "P-1", "printed_date": "2026-11-20 12:31"}}
        kiosks = [
            Kiosk.of(ordering.scope, a_store(ordering.scope, "elm-street"), catalog_id="76"),
            Kiosk.of(scope_b, a_store(scope_b, "oak-lane"), catalog_id="77"),
        ]
        status = {"customer_id": buyer, "ticket_id": placed, "order_status": "CANCELED"}

        reply = ordering.calling.send("PUT", f"orders/{placed}", said)
        later = ordering.calling.send("PUT", f"orders/{placed}", {"order": {"printed_id": 2}})

        assert (reply.status, reply.json[0]["order_id"]) == (200, placed)
        assert reply.json[0]["printed_id"] == "P-1"
        assert (later.json[0]["printed_id"], later.json[0]["printed_date"]) == (
            "2", "2026-11-20 12:31",
        )  # fmt: skip
        for other in kiosks:
            for one in (placed, "nothing", "\x00"):
                assert other.send("PUT", f"orders/{one}", said).status == 404
            for one in (placed, pending, "\x00"):
                assert other.send("GET", f"orders/{one}", b"").status == 404
            assert other.send("PUT", "orders/status", {"order": status}).status == 404
        assert ordering.calling.send("PUT", "orders/nothing", said).status == 404
        assert ordering.calling.send("PUT", f"orders/{placed}", {"order": {"x": 1}}).status == 422

    def test_what_was_typed_is_sealed(self, ordering: OrderingShop) -> None:
        ordering.order(
            customer_id=ordering.somebody(), customer_name="Wilma Typed", notes="side door"
        )

        (row,) = OrderWrite.objects.scoped(ordering.scope).values()

        told = {name: value for name, value in row.items() if name != "sealed_body"}
        assert "Wilma" not in repr(told)
        assert b"Wilma" not in bytes(row["sealed_body"])
