"""Flowhub's sales: lists of a store's, by the day of creation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from rollcall.pos.connectors.flowhub.simulator import company, reads
from rollcall.pos.simulator.exchange import Answer, Request
from rollcall.pos.simulator.ordering import order_body, order_book
from rollcall.pos.simulator.orders import Order
from rollcall.pos.simulator.world import World

_MOST_ROWS: Final = 10_000
_STATUS: Final = {
    "verification_pending": "new", "awaiting_processing": "new", "in_process": "started",
    "packed_ready": "ready", "out_for_delivery": "inTransit", "completed": "sold",
    "canceled": "unableToComplete", "removed": "deleted",
}  # fmt: skip


def of_location(world: World, request: Request, values: Mapping[str, str]) -> Answer:
    """``GET /v1/orders/findByLocationId/{importId}``, oldest first [doc, guess]."""
    numbers = [n for n in range(1, company.STORES + 1) if company.import_id(n) == values["store"]]
    if not numbers:
        return reads.refused(world, 404, "Location not found")
    given = request.parameters()
    try:
        after = dt.date.fromisoformat(given.get("created_after", "2000-01-01"))
        page, size = int(given.get("page", "1")), int(given.get("page_size", "100"))
    except ValueError:
        return reads.refused(world, 404, "created_after must be in format yyyy-mm-dd")
    size = max(1, min(size, _MOST_ROWS))
    everything = [] if world.faults.is_on("empty_lists") else order_book(world).everything()
    found = sorted(
        (
            order
            for order in everything
            if _store(order) == numbers[0] and _day(order, world.zone) >= after
        ),
        key=lambda order: (order.placed, order.position),
    )
    bodies = [order_body(world, one) for one in found[(page - 1) * size : page * size]]
    head = orjson.dumps({"total": len(found)})[:-1]
    return Answer(status=200, body=head + b',"orders":[' + b",".join(bodies) + b"]}")


def wire(order: Order) -> dict[str, object]:
    """A sale; money in cents [doc]."""
    total = int(order.amount * 100)
    return {
        "id": order.order_id, "orderId": order.number, "clientId": "simulated-client-id",
        "locationId": company.store_id(_store(order)), "customerId": order.customer_id or "",
        "customerType": "recCustomer", "name": "", "fullName": "",
        "createdAt": _iso(order.placed),
        "completedOn": _iso(order.updated) if order.status == "completed" else None,
        "orderStatus": _STATUS[order.status], "orderType": "pickup", "voided": False,
        "originalSaleId": None, "currentPoints": 0, "payments": [],
        "totals": {"finalTotal": total, "subTotal": total, "totalDiscounts": 0, "totalFees": 0,
                   "totalTaxes": 0},
        "itemsInCart": [
            {
                "id": f"{order.order_id}-{number}",
                "productId": line["product_id"],
                "sku": line["sku"],
                "productName": line["name"],
                "quantity": float(line["quantity"]),
                "unitPrice": round(float(line["price"]) * 100),
            }
            for number, line in enumerate(order.lines)
        ],
    }  # fmt: skip


def _store(order: Order) -> int:
    return order.position % 2 + 1


def _day(order: Order, zone: ZoneInfo) -> dt.date:
    return dt.datetime.fromtimestamp(order.placed, zone).date()


def _iso(epoch_s: int) -> str:
    return dt.datetime.fromtimestamp(epoch_s, dt.UTC).isoformat()[:19] + "Z"
