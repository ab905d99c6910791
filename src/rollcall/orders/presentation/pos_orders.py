"""Orders at a POS in the shape in which the original system told kiosks of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rollcall.kit.scope import Scope
from rollcall.orders.models import CustomerOrder, OrderPrint, OrderWrite
from rollcall.orders.queries.customer_orders import open_lines
from rollcall.orders.queries.order_writes import open_body, total_of
from rollcall.orders.rules.customer_orders import Line
from rollcall.orders.rules.money import write_amount

State = OrderWrite.State

_HOW_FAR = {
    State.QUEUED: "pending",
    State.SENDING: "pending",
    State.DONE: "placed",
    State.MAILED: "mailed",
    State.REFUSED: "refused",
    State.DEAD: "refused",
}


def order_answer(scope: Scope, write: OrderWrite) -> dict[str, Any]:
    """What a kiosk is told of an order that it asked for."""
    told = _as_asked(scope, write) if write.order is None else _as_held(scope, write.order)
    return {
        "order": {**told, "resumed": write.resumed},
        "pos_status": _HOW_FAR[State(write.state)],
        "pending_id": _pending_id(write),
    }


def status_answer(scope: Scope, order: CustomerOrder, write: OrderWrite) -> dict[str, Any]:
    """What a kiosk is told of a status that it set."""
    return {
        "order": _as_held(scope, write.order or order),
        "pos_status": "set" if write.state == State.DONE else _HOW_FAR[State(write.state)],
        "pending_id": _pending_id(write),
    }


def print_answer(
    order: CustomerOrder, printed: OrderPrint, store_id: int, *, is_whole: bool
) -> list[dict[str, Any]]:
    """The order as the original listed it once it was printed.

    :param is_whole: whether it is told whose it is, and what it comes to.
    """
    amount = order.amount if is_whole else None
    return [
        {
            "id": order.pk,
            "order_id": order.external_id,
            "customer_id": (order.customer_external_id or None) if is_whole else None,
            "store_id": store_id,
            "amount": None if amount is None else write_amount(amount),
            "status": order.status_raw,
            "printed_id": printed.printed_id,
            "printed_date": printed.printed_date,
        }
    ]


def _pending_id(write: OrderWrite) -> str | None:
    return str(write.uuid) if write.state in (State.QUEUED, State.SENDING) else None


def _as_held(scope: Scope, order: CustomerOrder) -> dict[str, Any]:
    lines = open_lines(scope, order) or ()
    return {
        "id": order.external_id,
        "customer_id": order.customer_external_id or None,
        "order_number": order.number,
        "status": order.status_raw,
        "amount": None if order.amount is None else write_amount(order.amount),
        "items": [_item(number, line) for number, line in enumerate(lines, 1)],
    }


def _item(number: int, line: Line) -> dict[str, Any]:
    total = None if line.price is None else line.price * line.quantity
    return {
        "id": number,
        "product_id": line.product_id,
        "sku": line.sku,
        "name": line.name,
        "quantity": plain_number(line.quantity),
        "price_total": None if total is None else write_amount(total),
    }


def _as_asked(scope: Scope, write: OrderWrite) -> dict[str, Any]:
    lines = open_body(scope, write).get("lines", [])
    total = total_of(lines)
    customer = str(write.customer.public_id) if write.customer is not None else None
    return {
        "id": write.external_id or str(write.uuid),
        "customer_id": write.customer_external_id or customer,
        "order_number": write.number,
        "status": "",
        "amount": None if total is None else write_amount(total),
        "items": [
            {
                "id": number,
                "product_id": one["product_id"],
                "sku": one["product_id"],
                "name": one["name"],
                "quantity": plain_number(Decimal(one["quantity"])),
                "price_total": _times(one),
            }
            for number, one in enumerate(lines, 1)
        ],
    }


def _times(line: dict[str, Any]) -> str | None:
    total = total_of([line])
    return None if total is None else write_amount(total)


def plain_number(quantity: Decimal) -> int | float:
    """A quantity as JSON has it: whole numbers as such."""
    whole = int(quantity)
    return whole if whole == quantity else float(quantity)
