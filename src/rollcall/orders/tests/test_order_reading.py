"""Reading the orders of a connection, from the simulator into the tables."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import Settings

from rollcall.audit.models import Entry
from rollcall.events.queries.feed import find_latest
from rollcall.events.tests.test_feed import read_all
from rollcall.jobs import StoppedError
from rollcall.kit.scope import Scope
from rollcall.orders.conditions import watch_readings
from rollcall.orders.models import (
    CustomerOrder,
    OrderReading,
    OrderStatusChange,
    UnreadableOrder,
)
from rollcall.orders.operations.order_claims import OrdersHeldError, claim
from rollcall.orders.operations.order_reading import read_orders
from rollcall.orders.queries.customer_orders import get_order, list_of_person
from rollcall.orders.queries.order_readings import connections_to_read
from rollcall.pos.conformance.ordering import LINE
from rollcall.stores.models import Store
from rollcall.testing.pos_world import PosWorld, pos_world

pytestmark = pytest.mark.django_db(transaction=True)

LATER = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _short_pauses(settings: Settings) -> None:
    settings.POS_BACKOFF_S = (0.01, 0.05)
    settings.POS_ATTEMPTS = 4


@pytest.fixture
def world(scope_a: Scope, store_a: Store, tmp_path: Path) -> Iterator[PosWorld]:
    with pos_world(scope_a, store_a, tmp_path / "pos.sqlite", people=40) as world:
        world.connect(page_size=20)
        yield world


def held(scope: Scope) -> dict[str, tuple[str, str, str]]:
    return {
        one.external_id: (one.customer_external_id, one.status, str(one.amount))
        for one in CustomerOrder.objects.scoped(scope)
    }


def truth(world: PosWorld) -> dict[str, tuple[str, str, str]]:
    return {
        one["order_id"]: (one["customer_id"], one["status"], one["amount"])
        for one in world.simulator.control.orders()
    }


def history(scope: Scope, order_id: str) -> list[tuple[str, str]]:
    rows = OrderStatusChange.objects.scoped(scope).filter(order__external_id=order_id)
    return list(rows.order_by("id").values_list("status", "status_raw"))


def _read_until_killed(world: PosWorld, scope: Scope) -> None:
    def kill(reading: OrderReading) -> None:
        if reading.rows_read >= 15:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        read_orders(scope, world.connection, report=kill)
    finally:
        os._exit(1)


class TestReading:
    def test_takes_over_exactly_what_the_pos_holds_and_then_what_changes(
        self, world: PosWorld, scope_a: Scope
    ) -> None:
        world.sync()
        first = read_orders(scope_a, world.connection)
        assert held(scope_a) == truth(world)
        assert first.error == ""
        assert first.watermark is not None

        some = next(iter(truth(world)))
        before = history(scope_a, some)
        world.simulator.control.change_order(some, status="out_for_delivery")
        customer = next(iter(world.truth()))
        placed = world.simulator.control.place_order(customer, status="in_process", lines=[LINE])
        second = read_orders(scope_a, world.connection)

        assert held(scope_a) == truth(world)
        assert (second.rows_new, second.rows_changed, second.rows_bad) == (1, 1, 0)
        assert history(scope_a, some) == [*before, ("out_for_delivery", "OUT_FOR_DELIVERY")]
        order = CustomerOrder.objects.scoped(scope_a).get(external_id=placed)
        (line,) = get_order(scope_a, order.public_id).lines or ()
        assert (line.sku, line.name, str(line.quantity), str(line.price)) == (
            "SKU-77", "Oak Tea", "2.000", "4.25",
        )  # fmt: skip

    def test_tells_programs_of_what_is_new_or_changed(
        self, world: PosWorld, scope_a: Scope, scope_b: Scope
    ) -> None:
        world.sync()
        start = find_latest()
        read_orders(scope_a, world.connection)
        some = next(iter(truth(world)))
        world.simulator.control.change_order(some, status="out_for_delivery")
        read_orders(scope_a, world.connection)
        count = len(truth(world)) + 1

        told, _ = read_all(scope_a, start, count=count, types=["order.changed"])

        order = CustomerOrder.objects.scoped(scope_a).get(external_id=some)
        customer = get_order(scope_a, order.public_id).customer
        assert (len(told), told[-1].data) == (
            count,
            {
                "order": str(order.public_id),
                "connection": world.connection.slug,
                "status": "out_for_delivery",
                "customer": customer and str(customer.public_id),
            },
        )
        for scope in (scope_b, dataclasses.replace(scope_a, store_ids=frozenset())):
            assert read_all(scope, start, types=["order.changed"])[0] == []

    def test_writes_nothing_for_what_is_as_it_was(self, world: PosWorld, scope_a: Scope) -> None:
        world.sync()
        read_orders(scope_a, world.connection)
        OrderReading.objects.scoped(scope_a).update(watermark=None)
        entries = Entry.objects.scoped(scope_a).filter(action="orders.read").count()

        again = read_orders(scope_a, world.connection)

        assert again.rows_read == len(truth(world))
        assert (again.rows_new, again.rows_changed) == (0, 0)
        assert Entry.objects.scoped(scope_a).filter(action="orders.read").count() == entries

    def test_goes_on_where_it_was_broken_off(
        self, world: PosWorld, scope_a: Scope, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("rollcall.sync.operations.passage._BATCH_ROWS", 10)
        world.sync()

        def stop(reading: OrderReading) -> None:
            if reading.rows_read >= 15:
                raise StoppedError("told to end")

        with pytest.raises(StoppedError):
            read_orders(scope_a, world.connection, report=stop)
        some = len(held(scope_a))
        assert 0 < some < len(truth(world))

        whole = read_orders(scope_a, world.connection)

        assert held(scope_a) == truth(world)
        assert whole.rows_new == len(truth(world))

    def test_a_process_that_is_killed_loses_nothing_and_doubles_nothing(
        self, world: PosWorld, scope_a: Scope, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("rollcall.sync.operations.passage._BATCH_ROWS", 10)
        world.sync()
        # The child must not share an open connection with this process.
        connections.close_all()
        child = os.fork()
        if not child:
            _read_until_killed(world, scope_a)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        some = len(held(scope_a))
        assert 0 < some < len(truth(world))
        left = OrderReading.objects.scoped(scope_a).get()
        assert left.claimed_until is not None

        whole = read_orders(scope_a, world.connection)

        assert held(scope_a) == truth(world)
        assert whole.rows_new == len(truth(world))
        assert OrderStatusChange.objects.scoped(scope_a).count() == len(truth(world))

    def test_a_row_that_cannot_be_read_is_put_aside_and_taken_when_it_can(
        self, world: PosWorld, scope_a: Scope
    ) -> None:
        world.sync()
        broken, other = list(truth(world))[:2]
        world.simulator.control.change_order(broken, raw={"total": "a lot"})
        world.simulator.control.change_order(other, raw={"ticket_id": None})

        reading = read_orders(scope_a, world.connection)

        assert reading.rows_bad == 2
        assert held(scope_a).keys() == truth(world).keys() - {broken, other}
        (told,) = watch_readings(scope_a, now=LATER)
        assert (told.kind, told.data["orders"]) == ("orders.unreadable", 2)
        found = UnreadableOrder.objects.scoped(scope_a)
        assert set(found.values_list("code", flat=True)) == {"amount_invalid", "id_missing"}
        assert "a lot" not in str(list(found.values_list("reason", "name")))

        world.simulator.control.change_order(broken, raw={"total": 12.5})
        read_orders(scope_a, world.connection)

        assert broken in held(scope_a)
        assert list(found.values_list("code", flat=True)) == ["id_missing"]

    def test_a_pos_that_fails_is_left_alone_for_a_while(
        self, world: PosWorld, scope_a: Scope
    ) -> None:
        world.sync()
        world.simulator.control.set_faults(error_500_rate=1)

        reading = read_orders(scope_a, world.connection)

        assert (reading.failures, reading.error_code) == (1, "http_500")
        assert reading.next_at is not None
        assert reading.claimed_until is None
        assert connections_to_read(reading.next_at - dt.timedelta(seconds=1)) == []
        OrderReading.objects.scoped(scope_a).update(failures=3)
        (told,) = watch_readings(scope_a, now=LATER)
        assert (told.kind, told.data["code"]) == ("orders.failing", "http_500")
        world.simulator.control.set_faults(error_500_rate=0)
        assert read_orders(scope_a, world.connection).failures == 0
        assert held(scope_a) == truth(world)

    def test_only_one_reads_at_a_time(self, world: PosWorld, scope_a: Scope) -> None:
        world.sync()
        claim(scope_a, world.connection)

        with pytest.raises(OrdersHeldError):
            read_orders(scope_a, world.connection)
        assert held(scope_a) == {}

    def test_orders_are_due_behind_each_sync_that_finished(
        self, world: PosWorld, scope_a: Scope
    ) -> None:
        assert connections_to_read(LATER) == []
        world.sync()
        assert connections_to_read(LATER) == [world.connection]
        read_orders(scope_a, world.connection)
        assert connections_to_read(LATER) == []
        world.sync()
        assert connections_to_read(LATER) == [world.connection]


class TestWhoseTheyAre:
    def test_an_order_of_somebody_unknown_is_theirs_once_they_are_known(
        self, world: PosWorld, scope_a: Scope
    ) -> None:
        world.sync()
        newcomer = world.simulator.control.create(given_name="Odalys", family_name="Quist")
        placed = world.simulator.control.place_order(newcomer, lines=[LINE])
        read_orders(scope_a, world.connection)
        order = CustomerOrder.objects.scoped(scope_a).get(external_id=placed)
        assert get_order(scope_a, order.public_id).customer is None

        world.sync()

        person = get_order(scope_a, order.public_id).customer
        assert person is not None
        assert list_of_person(scope_a, person, limit=10) == [order]
