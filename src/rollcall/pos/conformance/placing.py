"""What every connector that takes orders must do: once, all of it, and to nobody else's order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from rollcall.pos import registry
from rollcall.pos.clock import utc_now
from rollcall.pos.conformance.ground import TIME_ZONE, OnSimulator
from rollcall.pos.contract import Capability, MappingContext, PosClient, RawRow
from rollcall.pos.errors import (
    PosConflictError,
    PosGoneError,
    PosOutcomeUnknownError,
    PosRefusedDataError,
)
from rollcall.pos.order_placing import NewOrder, NewOrderLine, OrderPlacer
from rollcall.pos.orders import OrderRecord, OrderStatus
from rollcall.pos.simulator import RunningSimulator

REFERENCE = "RC3F2A91BC4D5E"


class PlacingConformance(OnSimulator):
    """Subclass it in ``connectors/<kind>/tests/test_conformance.py``; name what the POS sells."""

    people = 60
    #: What the POS calls two products that its simulator sells, and one that it does not.
    products: ClassVar[tuple[str, str]]
    unknown_product: ClassVar[str] = "no-such-product"

    @property
    def placer(self) -> OrderPlacer:
        """How this connector takes orders."""
        connector = registry.connector(self.kind)
        assert connector.placing is not None
        assert {Capability.PLACES_ORDERS, Capability.ORDERS} <= connector.capabilities
        return connector.placing

    def new(
        self,
        customer_id: str = "",
        *,
        reference: str = REFERENCE,
        lines: Sequence[tuple[int, str]] = ((0, "2"), (1, "3.5")),
        note: str = "by the side door",
    ) -> NewOrder:
        """An order of so many of the first and the second product."""
        said = [
            NewOrderLine(product_id=self.products[at], quantity=Decimal(number))
            for at, number in lines
        ]
        return NewOrder(reference=reference, customer_id=customer_id, lines=said, note=note)

    def somebody(self, simulator: RunningSimulator, *, verified: bool = True, skip: int = 0) -> str:
        """A customer whom staff have verified, or not."""
        people = simulator.control.customers()
        found = [
            one["pos_id"]
            for one in people
            if one["status"] == "active"
            and (one.get("verification") in (None, "verified")) is verified
        ]
        if not found:
            pytest.skip(f"{self.kind} verifies nobody")
        return str(found[skip])

    def read(self, row: RawRow) -> OrderRecord:
        """Map an order."""
        reader = registry.connector(self.kind).orders
        assert reader is not None
        return reader.to_order(row, MappingContext(time_zone=TIME_ZONE))

    def id_of(self, order_id: str) -> str:
        """The external id of the simulator's order; override if the connector makes its own."""
        return order_id

    def held(self, simulator: RunningSimulator, external_id: str) -> dict[str, Any]:
        """Ask the simulator what an order is."""
        orders = simulator.control.orders()
        return next(one for one in orders if self.id_of(one["order_id"]) == external_id)

    def set_status(self, simulator: RunningSimulator, external_id: str, status: str) -> None:
        """Let staff change an order."""
        order_id = self.held(simulator, external_id)["order_id"]
        simulator.control.change_order(order_id, status=status)

    def require_adding(self) -> None:
        """Leave a test out where nothing can be added."""
        if not self.placer.adds:
            pytest.skip(f"nothing is added to orders of {self.kind}")

    def quantities(self, order: OrderRecord) -> list[Decimal]:
        """How many of each product, largest last."""
        return sorted(line.quantity for line in order.lines or ())

    def count(self, simulator: RunningSimulator) -> int:
        """How many orders the POS holds."""
        return len(simulator.control.orders())

    # Placing

    def test_an_order_is_placed_with_everything_that_was_said(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        customer = self.somebody(simulator)

        placed = client.place_order(self.new(customer))
        order = self.read(placed)

        assert order.customer_id == customer
        assert order.status is OrderStatus.AWAITING_PROCESSING
        assert self.quantities(order) == [Decimal(2), Decimal("3.5")]
        assert self.held(simulator, order.external_id)["customer_id"] == customer
        assert self.read(client.get_order(order.external_id)) == order
        if not self.placer.has_idempotency_key:
            assert self.placer.holds(placed, REFERENCE)
            assert self.placer.is_begun_by(placed, REFERENCE)
        assert not self.placer.holds(placed, "RC0")

    def test_who_is_not_verified_yet_can_order(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        customer = self.somebody(simulator, verified=False)

        order = self.read(client.place_order(self.new(customer)))

        assert order.customer_id == customer

    def test_an_order_may_name_nobody(self, client: PosClient) -> None:
        if not self.placer.takes_anonymous:
            with pytest.raises(PosRefusedDataError):
                client.place_order(self.new())
            return
        assert self.read(client.place_order(self.new())).customer_id == ""

    @pytest.mark.parametrize("fault", ["lost_answer_rate", "failed_answer_rate"])
    def test_an_order_whose_answer_was_lost_is_found_again(
        self, simulator: RunningSimulator, client: PosClient, fault: str
    ) -> None:
        customer, before, since = self.somebody(simulator), self.count(simulator), utc_now()
        simulator.control.set_faults(**{fault: 1})

        with pytest.raises(PosOutcomeUnknownError):
            client.place_order(self.new(customer))
        simulator.control.set_faults(**{fault: 0})

        if self.placer.has_idempotency_key:
            found: RawRow | None = client.place_order(self.new(customer))
        else:
            found = client.find_placed(self.new(customer), since=since)
            assert client.find_placed(self.new(customer, reference="RC0"), since=since) is None
        assert found is not None
        assert self.read(found).customer_id == customer
        assert self.count(simulator) == before + 1

    def test_what_is_refused_is_told_by_the_poss_own_word(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        before = self.count(simulator)
        unknown = NewOrderLine(product_id=self.unknown_product, quantity=Decimal(1))

        customer = self.somebody(simulator)
        with pytest.raises(PosRefusedDataError) as refused:
            client.place_order(NewOrder(reference=REFERENCE, customer_id=customer, lines=[unknown]))
        with pytest.raises(PosRefusedDataError):
            client.place_order(self.new("999999999"))

        assert refused.value.code
        assert self.count(simulator) == before

    # Adding

    def test_lines_are_added_to_an_open_order_once(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        self.require_adding()
        customer = self.somebody(simulator)
        placed = client.place_order(self.new(customer, lines=[(0, "2")]))
        assert self.placer.is_open(placed)
        more = self.new(customer, reference="RCMORE", lines=[(0, "1"), (1, "4")], note="and these")

        row = client.add_to_order(placed, more)
        again = client.add_to_order(placed, more)

        assert self.quantities(self.read(row)) == [Decimal(3), Decimal(4)]
        assert self.read(again) == self.read(row)
        assert self.placer.holds(again, "RCMORE")
        assert not self.placer.is_begun_by(again, "RCMORE")
        assert self.placer.holds(again, REFERENCE)
        assert self.read(row).customer_id == customer

    def test_an_addition_whose_answer_was_lost_shows_in_the_order(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        self.require_adding()
        placed = client.place_order(self.new(self.somebody(simulator), lines=[(0, "2")]))
        more = self.new(reference="RCMORE", lines=[(0, "1")])
        simulator.control.set_faults(lost_answer_rate=1)

        with pytest.raises(PosOutcomeUnknownError):
            client.add_to_order(placed, more)
        simulator.control.set_faults(lost_answer_rate=0)

        row = client.get_order(self.read(placed).external_id)
        assert self.placer.holds(row, "RCMORE")
        assert self.quantities(self.read(client.add_to_order(row, more))) == [Decimal(3)]

    @pytest.mark.parametrize("status", ["in_process", "completed", "canceled"])
    def test_nothing_is_added_to_what_is_not_open_any_more(
        self, simulator: RunningSimulator, client: PosClient, status: str
    ) -> None:
        self.require_adding()
        placed = client.place_order(self.new(self.somebody(simulator), lines=[(0, "2")]))
        order_id = self.read(placed).external_id
        self.set_status(simulator, order_id, status)

        with pytest.raises(PosConflictError):
            client.add_to_order(placed, self.new(reference="RCMORE"))

        row = client.get_order(order_id)
        assert not self.placer.is_open(row)
        assert self.quantities(self.read(row)) == [Decimal(2)]

    # How far it is

    def test_a_status_is_set_and_nothing_else(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        placed = client.place_order(self.new(self.somebody(simulator)))
        before = self.read(placed)

        row = client.set_order_status(placed, OrderStatus.CANCELED)
        again = client.set_order_status(row, OrderStatus.CANCELED)

        order = self.read(again)
        assert order.status is OrderStatus.CANCELED
        assert (order.customer_id, order.lines) == (before.customer_id, before.lines)
        assert self.placer.has_idempotency_key or self.placer.holds(again, REFERENCE)
        assert OrderStatus.CANCELED in self.placer.statuses

    def test_an_order_that_is_not_there_is_gone(self, client: PosClient) -> None:
        with pytest.raises(PosGoneError):
            client.get_order("no such order")
