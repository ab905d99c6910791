"""Orders of POS systems as people and programs read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from rollcall.orders.models import CustomerOrder, OrderStatusChange
from rollcall.orders.queries.customer_orders import OrderView
from rollcall.pos.registry import connector
from rollcall.web.showing import number_text

Words = str | Promise
_STATUS: Final[Mapping[str, tuple[Words, str]]] = {
    "verification_pending": (gettext_lazy("verification pending"), "warn"),
    "awaiting_processing": (gettext_lazy("awaiting processing"), "warn"),
    "in_process": (gettext_lazy("in process"), "warn"),
    "packed_ready": (gettext_lazy("packed and ready"), "warn"),
    "out_for_delivery": (gettext_lazy("out for delivery"), "warn"),
    "completed": (gettext_lazy("completed"), "good"),
    "canceled": (gettext_lazy("canceled"), ""),
    "removed": (gettext_lazy("removed"), ""),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusChip:
    """A status in words; ``look`` is ``good``, ``warn`` or "". ``raw``: the POS's own word."""

    words: Words
    look: str
    raw: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderRow:
    """One order in a list.

    :param name: what people call it by.
    :param place: where it lives.
    """

    order: CustomerOrder
    name: str
    place: str
    status: StatusChip
    amount: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LineRow:
    """One line; texts, "" where the POS does not say."""

    name: str
    sku: str
    quantity: str
    price: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StepRow:
    """What became of an order."""

    step: OrderStatusChange
    status: StatusChip


def lay_out(orders: Sequence[CustomerOrder]) -> list[OrderRow]:
    """Orders in a list."""
    return [lay_out_one(order) for order in orders]


def lay_out_one(order: CustomerOrder) -> OrderRow:
    """One order."""
    return OrderRow(
        order=order,
        name=order.number or order.external_id,
        place=f"{order.connection.slug} · {connector(order.account.kind).label}",
        status=_chip(order.status, order.status_raw),
        amount=money(order.amount, order.currency),
    )


def lay_out_lines(view: OrderView) -> list[LineRow]:
    """The lines of an order."""
    return [
        LineRow(
            name=line.name or line.product_id,
            sku=line.sku,
            quantity=f"{line.quantity.normalize():f}",
            price=money(line.price, view.order.currency),
        )
        for line in view.lines or ()
    ]


def lay_out_history(view: OrderView) -> list[StepRow]:
    """What became of an order, oldest first."""
    return [StepRow(step=step, status=_chip(step.status, step.status_raw)) for step in view.history]


def money(amount: Decimal | None, currency: str) -> str:
    """``$1,204.50``; "" where nothing is told."""
    if amount is None:
        return ""
    text = f"{number_text(int(abs(amount)))}.{abs(amount) % 1 * 100:02.0f}"
    sign = "-" if amount < 0 else ""
    return f"{sign}${text}" if currency == "USD" else f"{sign}{text} {currency}"


def told(order: CustomerOrder) -> dict[str, Any]:
    """An order in a list, for programs. Amounts are decimal texts."""
    return {
        "id": str(order.public_id),
        "kind": order.account.kind,
        "account": order.account.account_key,
        "connection": order.connection.slug,
        "external_id": order.external_id,
        "number": order.number,
        "status": order.status or "unknown",
        "pos_status": order.status_raw,
        "placed_at": order.placed_at,
        "updated_at": order.pos_updated_at,
        "amount": None if order.amount is None else str(order.amount),
        "currency": order.currency,
    }


def told_whole(view: OrderView) -> dict[str, Any]:
    """An order with lines, history and person, for programs."""
    lines = None
    if view.lines is not None:
        lines = [
            {
                "product_id": line.product_id,
                "sku": line.sku,
                "name": line.name,
                "quantity": f"{line.quantity.normalize():f}",
                "price": None if line.price is None else str(line.price),
            }
            for line in view.lines
        ]
    return {
        **told(view.order),
        "customer_id": None if view.customer is None else str(view.customer.public_id),
        "lines": lines,
        "history": [
            {"status": one.status or "unknown", "pos_status": one.status_raw, "at": one.at}
            for one in view.history
        ],
    }


def _chip(status: str, raw: str) -> StatusChip:
    words, look = _STATUS.get(status, (raw or gettext_lazy("unknown"), ""))
    return StatusChip(words=words, look=look, raw=raw)
