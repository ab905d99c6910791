"""What every connector that tells of orders must read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from rollcall.pos import registry
from rollcall.pos.clock import utc_now
from rollcall.pos.conformance.ground import TIME_ZONE, OnSimulator
from rollcall.pos.contract import (
    Capability,
    MappingContext,
    Page,
    PosClient,
    RawRow,
    Window,
    WindowKind,
)
from rollcall.pos.errors import PosUnavailableError, RowError
from rollcall.pos.orders import OrderReader, OrderRecord
from rollcall.pos.simulator import RunningSimulator


class OrderConformance(OnSimulator):
    """Subclass it in ``connectors/<kind>/tests/test_conformance.py``."""

    people = 60
    #: Members of an order's truth that this POS does not tell; ``lines.sku`` is one of a line.
    untold: ClassVar[frozenset[str]] = frozenset()
    #: Words of the vocabulary that this POS has none of its own for → what it says instead.
    said_as: ClassVar[dict[str, str]] = {}

    @property
    def reader(self) -> OrderReader:
        """How this connector reads orders."""
        found = registry.connector(self.kind).orders
        assert found is not None
        assert Capability.ORDERS in registry.connector(self.kind).capabilities
        return found

    def order(self, row: RawRow) -> OrderRecord:
        """Map a row."""
        return self.reader.to_order(row, MappingContext(time_zone=TIME_ZONE))

    def orders(self, pages: Iterator[Page]) -> dict[str, dict[str, Any]]:
        """Map all rows to the form of the simulator's truth; the last one of an id counts."""
        found = (self.order(row) for page in pages for row in page.rows)
        return {one.external_id: self._without_untold(as_truth(one)) for one in found}

    def true_orders(self, simulator: RunningSimulator) -> dict[str, dict[str, Any]]:
        """Ask the simulator what was ordered."""
        found = {}
        for one in simulator.control.orders():
            said = {**one, "status": self.said_as.get(one["status"], one["status"])}
            found[self.id_of(one["order_id"])] = self._without_untold(said)
        return found

    def id_of(self, order_id: str) -> str:
        """The external id of the simulator's order; override if the connector makes its own."""
        return order_id

    def window(self, *, since: dt.datetime | None = None) -> Window:
        """As far back as this POS reaches, unless said otherwise."""
        until = utc_now()
        return Window(
            kind=WindowKind.INCREMENTAL,
            since=since or until - min(self.reader.reach, dt.timedelta(days=30)),
            until=until,
        )

    def _without_untold(self, order: dict[str, Any]) -> dict[str, Any]:
        lines = [
            {name: value for name, value in line.items() if f"lines.{name}" not in self.untold}
            for line in order["lines"]
        ]
        told = {**order, "lines": lines}
        return {
            name: value
            for name, value in told.items()
            if name not in self.untold and name != "order_id"
        }

    # The tests

    def test_all_orders_are_read_as_the_pos_holds_them(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        truth = self.true_orders(simulator)

        assert len(truth) > 40
        assert self.orders(client.iter_orders(self.window())) == truth

    def test_a_window_gives_what_was_placed_and_changed(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        orders = simulator.control.orders()
        changed = next(one for one in orders if one["status"] == "completed")["order_id"]
        since = utc_now() - dt.timedelta(seconds=30)
        before = set(self.orders(client.iter_orders(self.window(since=since))))
        simulator.control.change_order(changed, status="canceled")
        customer = next(simulator.control.customers())["pos_id"]
        placed = simulator.control.place_order(customer, status="completed", lines=[LINE])

        told = self.orders(client.iter_orders(self.window(since=since)))

        truth = self.true_orders(simulator)
        new = {key: told[key] for key in told.keys() - before}
        assert new == {key: truth[key] for key in map(self.id_of, (changed, placed))}
        assert told[self.id_of(placed)]["customer_id"] == customer

    def test_going_on_behind_any_page_loses_no_order(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        window = self.window()
        pages = list(client.iter_orders(window))
        everything, seen = set(self.true_orders(simulator)), set[str]()

        for number, page in enumerate(pages):
            assert len(page.resume_token) < 4096
            seen |= set(self.orders(iter([page])))
            if number % max(1, len(pages) // 4):
                continue
            rest = self.orders(client.iter_orders(window, resume_token=page.resume_token))
            assert seen | set(rest) == everything

    def test_orders_that_move_and_requests_that_fail_lose_none(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        everything, began = set(self.true_orders(simulator)), utc_now()
        simulator.control.set_faults(
            move_rows=2, error_500_rate=0.2, reset_rate=0.1, throttle_burst=2
        )

        seen = set(self.orders(client.iter_orders(self.window())))
        simulator.control.set_faults(move_rows=0, error_500_rate=0, reset_rate=0)
        since = began - dt.timedelta(seconds=30)
        seen |= set(self.orders(client.iter_orders(self.window(since=since))))

        assert seen == everything

    def test_a_failure_that_stays_is_unavailable(self, simulator: RunningSimulator) -> None:
        with self.opened(simulator, attempts=2) as client:
            client.check()
            simulator.control.set_faults(not_json_rate=1)
            with pytest.raises(PosUnavailableError):
                list(client.iter_orders(self.window()))

    def test_what_is_no_order_is_refused_and_nothing_else_breaks(self) -> None:
        hostile: list[RawRow] = [
            {},
            {"id": None},
            {"id": [], "total": {}},
            dict.fromkeys(("ticket_id", "id", "transactionId"), "\x00" * 300),
            dict.fromkeys(("ticket_id", "id", "transactionId", "customer_id"), True),
        ]

        for row in hostile:
            with pytest.raises(RowError):
                self.order(row)


#: What is bought in these tests.
LINE = {"product_id": "77", "sku": "SKU-77", "name": "Oak Tea", "quantity": "2", "price": "4.25"}


def as_truth(order: OrderRecord) -> dict[str, Any]:
    """Return a mapped order in the form of the simulator's truth."""
    return {
        "customer_id": order.customer_id,
        "status": None if order.status is None else str(order.status),
        "placed_at": _iso(order.placed_at),
        "updated_at": _iso(order.updated_at),
        "amount": str(order.amount),
        "lines": [
            {
                "product_id": line.product_id,
                "sku": line.sku,
                "name": line.name,
                "quantity": f"{line.quantity.normalize():f}",
                "price": str(line.price),
            }
            for line in order.lines or ()
        ],
    }


def _iso(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()[:19] + "Z"
