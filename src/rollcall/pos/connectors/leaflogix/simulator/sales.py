"""Dutchie's transactions and preorders: what is over, and what is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.leaflogix.simulator import answers, reads
from rollcall.pos.simulator.exchange import Answer, Request
from rollcall.pos.simulator.ordering import list_orders, order_body, order_book
from rollcall.pos.simulator.orders import Order
from rollcall.pos.simulator.world import World

_LONGEST_RANGE: Final = dt.timedelta(days=60)
_OPEN_FOR_S: Final = 14 * 86_400
_EVERYTHING: Final = 10**9
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


def preorders(world: World, _request: Request, _values: Values) -> Answer:
    """``GET /preorder/Status`` without an id: open ones of the last 14 days [doc]."""
    if world.faults.is_on("empty_lists"):
        return answers.rows([])
    since = int(world.now().timestamp()) - _OPEN_FOR_S
    bodies = [
        order_body(world, order)
        for order in order_book(world).everything()
        if order.status in _OPEN and order.placed >= since
    ]
    return answers.rows(bodies)


def wire(order: Order, _zone: ZoneInfo) -> dict[str, object]:
    """A preorder while it is open, then a transaction; called off, a void one [guess]."""
    customer = int(order.customer_id) if order.customer_id else 0
    placed = _utc(order.placed)
    items = [
        {
            "productId": int(line["product_id"]),
            "productName": line["name"],
            "quantity": float(line["quantity"]),
            "unitPrice": float(line["price"]),
        }
        for line in order.lines
    ]
    if order.status in _OPEN:
        return {
            "preOrderId": int(order.order_id), "status": _OPEN[order.status],
            "transactionId": None, "orderDate": placed, "customerFirstName": None,
            "customerLastName": None, "customerId": customer, "orderType": "Pickup",
            "orderSource": "Web", "rejectedReason": None, "isCancellable": True,
            "isUpdateable": True, "total": float(order.amount), "subTotal": float(order.amount),
            "totalTax": 0.0, "sourceSystem": None, "items": items,
        }  # fmt: skip
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


def _utc(epoch_s: int) -> str:
    return dt.datetime.fromtimestamp(epoch_s, dt.UTC).isoformat()[:19]
