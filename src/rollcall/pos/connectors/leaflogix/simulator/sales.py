"""Dutchie's transactions and preorders: what is over, what is open, and what others order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.leaflogix.simulator import answers, reads, search, writes
from rollcall.pos.connectors.leaflogix.simulator.tenant import tenant
from rollcall.pos.simulator.exchange import Answer, Request, json_answer
from rollcall.pos.simulator.ordering import (
    change_order,
    list_orders,
    order_body,
    order_book,
    place_order,
)
from rollcall.pos.simulator.orders import Order, product_line
from rollcall.pos.simulator.world import World

_LONGEST_RANGE: Final = dt.timedelta(days=60)
_OPEN_FOR_S: Final = 14 * 86_400
_EVERYTHING: Final = 10**9
#: Of every product. [guess]
_ON_THE_SHELF: Final = 40
#: What Dutchie says for a word of the vocabulary; the other words end as transactions.
_OPEN: Final = {
    "verification_pending": "Submitted",
    "awaiting_processing": "Submitted",
    "in_process": "Processing",
    "packed_ready": "Filled",
    "out_for_delivery": "Filled",
}

Values = Mapping[str, str]


def transactions(world: World, request: Request, _values: Values) -> Answer:
    """``GET /reporting/transactions``: everything of a range at once [doc]."""
    given = reads.parameters(request)
    try:
        lower, upper = (
            dt.datetime.fromisoformat(given[name])
            for name in ("fromlastmodifieddateutc", "tolastmodifieddateutc")
        )
    except (KeyError, ValueError):
        return reads.refused(world, "One of the date ranges is required.")
    if upper < lower or upper - lower > _LONGEST_RANGE:
        return reads.refused(world, "bad range", FromLastModifiedDateUTC="Bad range.")
    since, until = int(lower.timestamp()), int(upper.timestamp()) + 1
    bodies = list_orders(
        world, since=since, until=until, offset=0, limit=_EVERYTHING, descending=False
    )
    return answers.rows([body for body in bodies if b'"transactionId"' in body])


def preorders(world: World, request: Request, _values: Values) -> Answer:
    """``GET /preorder/Status``: one by its id; without one, open ones of the last 14 days [doc]."""
    wanted = reads.parameters(request).get("preorderid")
    if wanted is not None:
        return _one_preorder(world, wanted)
    if world.faults.is_on("empty_lists"):
        return answers.rows([])
    since = int(world.now().timestamp()) - _OPEN_FOR_S
    bodies = [
        order_body(world, order)
        for order in order_book(world).everything()
        if order.status in _OPEN and order.placed >= since
    ]
    return answers.rows(bodies)


def submit(world: World, request: Request, _values: Values) -> Answer:
    """``POST /preorder/submit``: an order for a customer; a replay answers the first result."""
    body = search.lowered(request)
    if body is None:
        return reads.refused(world, "The body is not JSON.", body="Not JSON.")
    consumer, key = writes.idempotency_pair(request, body)
    pair = (f"preorder {consumer}", key)
    with world.state.writing():
        first = tenant(world).replays.get(pair)
        if first is not None:
            return json_answer(200, int(first))
        found = world.state.find(str(body.get("customerid") or ""))
        if found is None or found.merged_into is not None:
            return reads.refused(world, "No Customer Found", CustomerId="No Customer Found")
        lines = _ordered(body.get("items"))
        if lines is None:
            return reads.refused(world, "Not sold.", ProductId="Not sold in this quantity.")
        order = place_order(
            world, customer_id=found.pos_id, status="awaiting_processing", lines=lines
        )
        if key:
            tenant(world).remember(pair, order.order_id)
    told: object = int(order.order_id)
    if world.habits.is_on("submit_tells_object"):
        told = {"orderId": told, "transactionId": 7_000_000 + order.position}
    return json_answer(200, told)


def cancel(world: World, request: Request, _values: Values) -> Answer:
    """``POST /preorder/cancel``: a refusal has no body [doc], and so has the answer [guess]."""
    body = search.lowered(request) or {}
    order = order_book(world).find(str(body.get("orderid") or ""))
    if order is None or order.status not in _OPEN or not body.get("cancellationreason"):
        return answers.empty(400)
    change_order(world, order.order_id, {"status": "canceled"}, {})
    return answers.empty(200)


def _one_preorder(world: World, wanted: str) -> Answer:
    order = order_book(world).find(wanted)
    if order is None:
        return reads.not_found(world, "No Order Found")
    ended = {"completed": "Complete"}
    word = _OPEN.get(order.status) or ended.get(order.status, "Cancelled")
    return json_answer(200, {**_preorder(order, word), **order.extras})


def _ordered(items: object) -> list[dict[str, str]] | None:
    lines = []
    for item in items if isinstance(items, list) else []:
        quantity = item.get("quantity") if isinstance(item, dict) else None
        if isinstance(quantity, bool) or not isinstance(quantity, int | float):
            return None
        line = product_line(str(item.get("productId")), Decimal(str(quantity)))
        if line is None or not 0 < quantity <= _ON_THE_SHELF:
            return None
        lines.append(line)
    return lines or None


def wire(order: Order, _zone: ZoneInfo) -> dict[str, object]:
    """A preorder while it is open, then a transaction; called off, a void one [guess]."""
    customer = _customer(order)
    placed, items = _utc(order.placed), _items(order)
    if order.status in _OPEN:
        return _preorder(order, _OPEN[order.status])
    return {
        "transactionId": 5_000_000 + order.position, "customerId": customer,
        "transactionDate": placed, "transactionDateLocalTime": placed,
        "lastModifiedDateUTC": _utc(order.updated), "isVoid": order.status != "completed",
        "isReturn": False, "returnOnTransactionId": None, "subtotal": float(order.amount),
        "totalDiscount": 0.0, "totalBeforeTax": float(order.amount), "tax": 0.0,
        "total": float(order.amount), "loyaltyEarned": 0, "loyaltySpent": 0,
        "orderType": "Pickup", "orderSource": "Web", "wasPreOrdered": True,
        "orderIds": [int(order.order_id)], "customerTypeId": 1, "isMedical": False,
        "transactionType": "Retail", "completedByUser": "SAM", "terminalName": "Till 1",
        "items": items,
    }  # fmt: skip


def _preorder(order: Order, word: str) -> dict[str, object]:
    return {
        "preOrderId": int(order.order_id), "status": word,
        "transactionId": None, "orderDate": _utc(order.placed), "customerFirstName": None,
        "customerLastName": None, "customerId": _customer(order), "orderType": "Pickup",
        "orderSource": "Web", "rejectedReason": None, "isCancellable": True,
        "isUpdateable": True, "total": float(order.amount), "subTotal": float(order.amount),
        "totalTax": 0.0, "sourceSystem": None, "items": _items(order),
    }  # fmt: skip


def _customer(order: Order) -> int:
    return int(order.customer_id) if order.customer_id else 0


def _items(order: Order) -> list[dict[str, object]]:
    return [
        {
            "productId": int(line["product_id"]),
            "productName": line["name"],
            "quantity": float(line["quantity"]),
            "unitPrice": float(line["price"]),
        }
        for line in order.lines
    ]


def _utc(epoch_s: int) -> str:
    return dt.datetime.fromtimestamp(epoch_s, dt.UTC).isoformat()[:19]
