"""Orders on their way to a POS: once, in order, behind the person's creation; whatever breaks."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database

from rollcall.audit.models import Entry
from rollcall.customers.queries.profile import resolve
from rollcall.identity.models import Merge
from rollcall.identity.operations.merging import merge_people
from rollcall.kit.clock import utc_now
from rollcall.orders.conditions import watch_placing
from rollcall.orders.models import CustomerOrder, OrderMail, OrderWrite
from rollcall.orders.operations import order_waiting
from rollcall.orders.operations.order_forgetting import forget_writes
from rollcall.orders.operations.order_sending import OrderSender, reference_of
from rollcall.orders.operations.order_write_claims import begin_call, claim_next
from rollcall.orders.queries.order_writes import connections_with_orders_due, find_open_order
from rollcall.orders.rules.order_verdicts import judge_order
from rollcall.orders.tests.ordering import ONE_MORE, TWO, OrderingShop
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.switches import set_stopped
from rollcall.outbox.tests.writing_world import INES
from rollcall.pos.errors import (
    PosCredentialsError,
    PosError,
    PosThrottledError,
    PosUnavailableError,
)
from rollcall.pos.order_placing import NewOrder, NewOrderLine
from rollcall.sync.operations.source import open_source
from rollcall.sync.tests.sabotage import empty_queue, jobs


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_waiting, "PATIENCE_S", 0.01)


def ask(ordering: OrderingShop, once: str = "", **order: object) -> OrderWrite:
    """Order as a kiosk does; nobody has sent it yet."""
    reply = ordering.order(once, **order)
    assert (reply.status, reply.json["pos_status"]) == (200, "pending")
    return ordering.find(reply.json["pending_id"])


@contextmanager
def claimed(ordering: OrderingShop) -> Iterator[tuple[OrderSender, OrderWrite]]:
    """What a sender holds when it begins: a claim and an open client."""
    write = claim_next(ordering.scope, ordering.writing.connection.pk, now=utc_now())
    assert write is not None
    source = open_source(ordering.scope, ordering.writing.connection)
    with source.open() as client:
        yield OrderSender(scope=ordering.scope, source=source, client=client), write


def die_behind_the_pos(ordering: OrderingShop, lines: list[dict[str, Any]]) -> None:
    """Do what a sender does until the POS has answered, and leave it all lying there."""
    with claimed(ordering) as (sender, write):
        order = NewOrder(
            reference=reference_of(write),
            customer_id=write.customer_external_id,
            lines=[
                NewOrderLine(product_id=one["product_id"], quantity=Decimal(one["quantity"]))
                for one in lines
            ],
        )
        begin_call(ordering.scope, write, now=utc_now())
        open_id = find_open_order(ordering.scope, write, write.customer_external_id, now=utc_now())
        if open_id:
            sender.client.add_to_order(sender.client.get_order(open_id), order)
        else:
            sender.client.place_order(order)


class TestOnce:
    def test_a_sender_killed_after_the_pos_took_it_leaves_one_order(
        self, ordering: OrderingShop
    ) -> None:
        write, before = ask(ordering, customer_id=ordering.somebody()), len(ordering.at_pos())

        die_behind_the_pos(ordering, TWO)
        ordering.send()
        assert ordering.find(str(write.uuid)).state == "sending"
        ordering.again()

        done = ordering.find(str(write.uuid))
        assert (done.state, done.resumed, done.attempts) == ("done", False, 2)
        assert len(ordering.at_pos()) == before + 1
        assert done.external_id in {one["order_id"] for one in ordering.at_pos()}

    def test_a_sender_killed_after_it_added_lines_adds_them_once(
        self, ordering: OrderingShop
    ) -> None:
        buyer = ordering.somebody()
        ask(ordering, customer_id=buyer)
        ordering.send()
        write, before = ask(ordering, customer_id=buyer, items=ONE_MORE), len(ordering.at_pos())

        die_behind_the_pos(ordering, ONE_MORE)
        ordering.again()

        done = ordering.find(str(write.uuid))
        assert (done.state, done.resumed) == ("done", True)
        (held,) = [one for one in ordering.at_pos() if one["order_id"] == done.external_id]
        assert sorted(line["quantity"] for line in held["lines"]) == ["3", "3.5"]
        assert len(ordering.at_pos()) == before

    @pytest.mark.parametrize("fault", ["lost_answer_rate", "failed_answer_rate"])
    def test_an_answer_that_was_lost_leaves_one_order(
        self, ordering: OrderingShop, fault: str
    ) -> None:
        write, before = ask(ordering, customer_id=ordering.somebody()), len(ordering.at_pos())
        ordering.writing.control.set_faults(**{fault: 1})
        ordering.send()
        ordering.writing.control.set_faults(**{fault: 0})
        waiting = ordering.find(str(write.uuid))
        assert waiting.state == "queued"
        assert waiting.not_before > utc_now() + dt.timedelta(seconds=5)

        ordering.again()

        assert ordering.find(str(write.uuid)).state == "done"
        assert len(ordering.at_pos()) == before + 1

    def test_a_late_sender_does_nothing(self, ordering: OrderingShop) -> None:
        """Its claim ran out, and another one has done it all meanwhile."""
        write, before = ask(ordering, customer_id=ordering.somebody()), len(ordering.at_pos())

        with claimed(ordering) as (sender, stale):
            ordering.again()
            assert ordering.find(str(write.uuid)).state == "done"
            sender.send(stale)

        assert ordering.find(str(write.uuid)).state == "done"
        assert len(ordering.at_pos()) == before + 1

    def test_senders_side_by_side_send_each_order_once(self, ordering: OrderingShop) -> None:
        writes = [ask(ordering, customer_id=ordering.somebody(one)) for one in range(4)]
        writes += [ask(ordering, "b", customer_id=ordering.somebody(), items=ONE_MORE)]
        before = len(ordering.at_pos())

        def work() -> None:
            ordering.send()
            database.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ordering.send()

        assert {ordering.find(str(one.uuid)).state for one in writes} == {"done"}
        assert len(ordering.at_pos()) == before + 4
        assert [ordering.find(str(one.uuid)).resumed for one in writes] == [False] * 4 + [True]


class TestAPosThatTellsRepetitionsItself:
    @pytest.fixture
    def pos_kind(self) -> str:
        return "leaflogix"

    def ask(self, ordering: OrderingShop, **order: object) -> OrderWrite:
        return ask(ordering, "", items=[{"product_id": 5001, "quantity": 2}], **order)

    @pytest.mark.parametrize("fault", ["lost_answer_rate", "failed_answer_rate"])
    def test_an_answer_that_was_lost_leaves_one_order(
        self, ordering: OrderingShop, fault: str
    ) -> None:
        write = self.ask(ordering, customer_id=ordering.somebody())
        before = len(ordering.at_pos())
        ordering.writing.control.set_faults(**{fault: 1})
        ordering.send()
        ordering.writing.control.set_faults(**{fault: 0})

        ordering.again()

        done = ordering.find(str(write.uuid))
        assert (done.state, done.customer_external_id) == ("done", ordering.somebody())
        assert len(ordering.at_pos()) == before + 1
        assert ordering.calling.send("GET", f"orders/{done.external_id}", b"").status == 200

    def test_every_order_is_one_of_its_own_and_can_be_called_off(
        self, ordering: OrderingShop
    ) -> None:
        buyer = ordering.somebody()
        first, second = (
            self.ask(ordering, customer_id=buyer, order_number=number) for number in ("1", "2")
        )
        ordering.send()
        done = [ordering.find(str(one.uuid)) for one in (first, second)]
        assert len({one.external_id for one in done}) == 2

        status = {"customer_id": buyer, "ticket_id": done[0].external_id}
        assert ordering.status(**status, order_status="PACKED_READY").status == 405
        assert ordering.status(**status, order_status="CANCELED").status == 200
        ordering.send()

        assert done[0].order is not None
        done[0].order.refresh_from_db()
        assert done[0].order.status == "canceled"

    def test_nobody_orders_without_a_name_whatever_the_store_allows(
        self, ordering: OrderingShop
    ) -> None:
        ordering.allow(anonymous=True)

        reply = ordering.order()

        assert (reply.status, reply.json["errors"]) == (
            422, {"customer_id": ["can't be blank"]},
        )  # fmt: skip


class TestBehindTheCreate:
    def test_an_order_waits_for_its_customer_and_then_goes(self, ordering: OrderingShop) -> None:
        ines = ordering.writing.register().customer
        write = ask(ordering, customer_id=str(ines.public_id))
        before = len(ordering.at_pos())

        ordering.again()
        assert ordering.find(str(write.uuid)).attempts == 0
        assert len(ordering.at_pos()) == before
        empty_queue()
        ordering.writing.again(OutboxEntry.objects.scoped(ordering.scope).get())
        assert "orders.send" in {name for name, *_ in jobs()}
        ordering.again()

        done = ordering.find(str(write.uuid))
        (made,) = ordering.writing.at_pos(email=INES["email"])
        assert (done.state, done.customer_external_id) == ("done", made["pos_id"])
        assert [one["order_id"] for one in ordering.at_pos(made["pos_id"])] == [done.external_id]

    def test_it_does_not_wait_for_ever(self, ordering: OrderingShop) -> None:
        ines = ordering.writing.register().customer
        write = ask(ordering, customer_id=str(ines.public_id))
        hours = dt.timedelta(hours=5)
        OrderWrite.objects.scoped(ordering.scope).update(created_at=utc_now() - hours)

        ordering.again()

        late = ordering.find(str(write.uuid))
        assert (late.state, late.code) == ("refused", "CUSTOMER_NOT_FOUND")

    def test_who_was_merged_meanwhile_orders_as_who_they_are_now(
        self, ordering: OrderingShop
    ) -> None:
        buyer = ordering.somebody()
        ines = ordering.writing.register().customer
        write = ask(ordering, customer_id=str(ines.public_id))
        known = resolve(ordering.scope, buyer)
        OutboxEntry.objects.scoped(ordering.scope).update(state="discarded")
        merge_people(ordering.scope, known, ines, reason=Merge.Reason.PERSON, now=utc_now())

        ordering.again()

        done = ordering.find(str(write.uuid))
        assert (done.state, done.customer_external_id) == ("done", buyer)

    def test_who_has_two_profiles_orders_under_the_one_that_was_named(
        self, ordering: OrderingShop
    ) -> None:
        first, second = (resolve(ordering.scope, ordering.somebody(one)) for one in range(2))
        merge_people(ordering.scope, first, second, reason=Merge.Reason.PERSON, now=utc_now())
        writes = [ask(ordering, customer_id=ordering.somebody(one)) for one in range(2)]

        ordering.send()

        told = [ordering.find(str(one.uuid)) for one in writes]
        assert [one.customer_external_id for one in told] == [
            ordering.somebody(0), ordering.somebody(1),
        ]  # fmt: skip
        # One person, and yet two customers at the POS: nothing is added from one to the other.
        assert [one.resumed for one in told] == [False, False]


class TestPermission:
    def test_a_kill_switch_keeps_orders_here_until_it_is_released(
        self, ordering: OrderingShop
    ) -> None:
        connection, scope = ordering.writing.connection, ordering.scope
        set_stopped(scope, connection, stopped=True, now=utc_now())
        write, before = ask(ordering, customer_id=ordering.somebody()), len(ordering.at_pos())

        ordering.again()
        assert len(ordering.at_pos()) == before
        set_stopped(scope, connection, stopped=False, now=utc_now())
        ordering.again()

        assert ordering.find(str(write.uuid)).state == "done"

    def test_a_switch_pulled_while_it_is_sent_stops_it(self, ordering: OrderingShop) -> None:
        write, before = ask(ordering, customer_id=ordering.somebody()), len(ordering.at_pos())

        with claimed(ordering) as (sender, one):
            set_stopped(ordering.scope, ordering.writing.connection, stopped=True, now=utc_now())
            sender.send(one)

        assert len(ordering.at_pos()) == before
        assert ordering.find(str(write.uuid)).code == "stopped"

    def test_the_cap_of_the_hour_counts_orders(self, ordering: OrderingShop) -> None:
        ordering.writing.switch_on(cap=1)
        writes = [ask(ordering, customer_id=ordering.somebody(one)) for one in range(2)]

        ordering.again()

        states = sorted(ordering.find(str(one.uuid)).state for one in writes)
        assert states == ["done", "queued"]

    def test_what_nobody_sends_is_found(self, ordering: OrderingShop) -> None:
        assert connections_with_orders_due(utc_now()) == []

        ask(ordering, customer_id=ordering.somebody())

        assert connections_with_orders_due(utc_now()) == [ordering.writing.connection.pk]


class TestTelling:
    def test_a_manager_is_told_of_orders_that_wait_and_of_those_that_failed(
        self, ordering: OrderingShop
    ) -> None:
        ask(ordering, customer_id=ordering.somebody())
        now = utc_now()
        assert list(watch_placing(ordering.scope, now=now)) == []

        (late,) = watch_placing(ordering.scope, now=now + dt.timedelta(minutes=6))
        rows = OrderWrite.objects.scoped(ordering.scope)
        rows.update(state="refused", closed_at=now + dt.timedelta(minutes=1))
        (failed,) = watch_placing(ordering.scope, now=now)
        rows.update(closed_at=now)

        assert (late.kind, late.data["orders"]) == ("orders.waiting", 1)
        assert (failed.kind, failed.data["orders"]) == ("orders.not_placed", 1)
        # What the kiosk was told at once needs nobody.
        assert list(watch_placing(ordering.scope, now=now)) == []


class TestGivingUp:
    def test_what_a_switch_held_back_for_hours_is_not_ordered_any_more(
        self, ordering: OrderingShop
    ) -> None:
        write, before = ask(ordering, customer_id=ordering.somebody()), len(ordering.at_pos())
        hours = dt.timedelta(hours=5)
        OrderWrite.objects.scoped(ordering.scope).update(created_at=utc_now() - hours)

        ordering.again()

        late = ordering.find(str(write.uuid))
        assert (late.state, late.code) == ("dead", "too_late")
        assert len(ordering.at_pos()) == before

    def test_what_the_pos_has_taken_is_found_however_late(self, ordering: OrderingShop) -> None:
        write, before = ask(ordering, customer_id=ordering.somebody()), len(ordering.at_pos())
        die_behind_the_pos(ordering, TWO)
        hours = dt.timedelta(hours=5)
        OrderWrite.objects.scoped(ordering.scope).update(created_at=utc_now() - hours)

        ordering.again()

        assert ordering.find(str(write.uuid)).state == "done"
        assert len(ordering.at_pos()) == before + 1

    def test_an_order_of_hours_ago_is_given_up(self, ordering: OrderingShop) -> None:
        write = ask(ordering, customer_id=ordering.somebody())
        ordering.writing.control.set_faults(error_500_rate=1)
        hours = dt.timedelta(hours=5)
        OrderWrite.objects.scoped(ordering.scope).update(
            created_at=utc_now() - hours, sent_at=utc_now() - hours
        )

        ordering.again()

        late = ordering.find(str(write.uuid))
        assert (late.state, late.code) == ("dead", "http_500")
        assert ordering.calling.send("GET", f"orders/{write.uuid}", b"").status == 502
        audited = Entry.objects.scoped(ordering.scope).filter(action="order_write.dead")
        assert audited.count() == 1

    def test_a_pos_that_cannot_be_reached_is_tried_again(self, ordering: OrderingShop) -> None:
        write = ask(ordering, customer_id=ordering.somebody())
        ordering.writing.world.connect(base_url="http://127.0.0.1:9/v2.0/dispensary")

        ordering.again()

        assert (ordering.find(str(write.uuid)).state, write.attempts) == ("queued", 0)


class TestForgetting:
    def test_what_was_typed_goes_after_a_month_and_the_order_stays(
        self, ordering: OrderingShop
    ) -> None:
        ordering.allow(mail_to=["counter@example.com"])
        ask(ordering, customer_id=ordering.somebody())
        ordering.send()
        ask(ordering, customer_id=ordering.somebody(1))
        now = utc_now()

        assert forget_writes(now=now + dt.timedelta(days=29)) == 0
        assert forget_writes(now=now + dt.timedelta(days=31)) == 1

        (left,) = ordering.writes()
        assert left.state == "queued"
        assert not OrderMail.objects.scoped(ordering.scope).exists()
        assert CustomerOrder.objects.scoped(ordering.scope).count() == 1


class TestVerdicts:
    def test_a_pause_that_the_pos_asked_for_is_kept_and_ours_is_short(self) -> None:
        def wait_s(error: PosError) -> float:
            waited, settles = dt.timedelta(minutes=3), dt.timedelta(seconds=10)
            return judge_order(error, attempts=15, waited=waited, settles_after=settles).wait_s

        assert wait_s(PosUnavailableError("away")) <= 120
        assert wait_s(PosThrottledError("slow down", retry_after_s=600)) >= 600
        assert wait_s(PosCredentialsError("no")) == 300
