"""A store whose POS takes orders, its kiosk, and what tests ask of them."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection as database

from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.orders.models import OrderWrite
from rollcall.orders.operations.order_rules import save_order_rules
from rollcall.orders.operations.order_sends import send_orders
from rollcall.orders.queries.order_writes import get_asked_order
from rollcall.outbox.tests.writing_world import WritingWorld
from rollcall.registration.tests.kiosk import Kiosk as Calling
from rollcall.registration.tests.kiosk import Reply

TWO: list[dict[str, Any]] = [{"product_id": "size-5001", "quantity": 2}]
ONE_MORE: list[dict[str, Any]] = [
    {"product_id": "size-5001", "quantity": 1},
    {"product_id": "size-5004", "quantity": "3.5"},
]


@dataclass(frozen=True, kw_only=True)
class OrderingShop:
    """Everybody was read once, and writing is on."""

    writing: WritingWorld
    calling: Calling

    @property
    def scope(self) -> Scope:
        return self.writing.scope

    def somebody(self, skip: int = 0, *, verified: bool = True) -> str:
        """The POS's id of a customer, verified there or not."""
        people = [
            one["pos_id"]
            for one in self.writing.control.customers()
            if one["status"] == "active"
            and (one.get("verification", "verified") == "verified") is verified
        ]
        return str(people[skip])

    def allow(self, **rules: Any) -> None:
        """Change what the store allows."""
        save_order_rules(self.scope, self.writing.world.store, now=utc_now(), **rules)

    def order(self, once: str = "", **order: Any) -> Reply:
        """Order as a kiosk does."""
        more = {"HTTP_IDEMPOTENCY_KEY": once} if once else {}
        return self.calling.send("POST", "orders", {"order": {"items": TWO, **order}}, **more)

    def status(self, **order: Any) -> Reply:
        """Set a status as a kiosk does."""
        return self.calling.send("PUT", "orders/status", {"order": order})

    def at_pos(self, customer_id: str | None = None) -> list[dict[str, Any]]:
        """What the POS holds of somebody, or of everybody."""
        orders = self.writing.control.orders()
        return [one for one in orders if customer_id in (None, one["customer_id"])]

    def send(self) -> None:
        """Send what is due."""
        send_orders(self.scope, self.writing.connection)

    def hurry(self) -> None:
        """Let pauses pass: what was tried is as good as new."""
        rows = OrderWrite.objects.scoped(self.scope).filter(state="queued")
        rows.update(not_before=utc_now() - dt.timedelta(seconds=1), attempts=0)

    def again(self) -> None:
        """Let pauses pass and claims run out, and send."""
        self.hurry()
        rows = OrderWrite.objects.scoped(self.scope).filter(state="sending")
        rows.update(claimed_until=utc_now() - dt.timedelta(seconds=1))
        self.send()

    def writes(self) -> list[OrderWrite]:
        """What was asked for, oldest first."""
        return list(OrderWrite.objects.scoped(self.scope).order_by("id"))

    def find(self, any_id: str) -> OrderWrite:
        """An order that was asked for."""
        return get_asked_order(self.scope, self.writing.world.store.pk, any_id)

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Send what is due, as workers do, in a thread of its own."""
        ended = threading.Event()

        def work() -> None:
            while not ended.wait(0.02):
                self.writing.drain()
                self.send()
            database.close()

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
