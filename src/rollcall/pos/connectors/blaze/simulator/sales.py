"""BLAZE's transactions: a list by days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from rollcall.pos.connectors.blaze.simulator import answers
from rollcall.pos.connectors.blaze.simulator.days import midnight
from rollcall.pos.simulator.exchange import Answer, Request
from rollcall.pos.simulator.ordering import list_orders, order_book
from rollcall.pos.simulator.orders import Order
from rollcall.pos.simulator.world import World

_MOST_ROWS: Final = 500
_STATUS: Final = {
    "verification_pending": "Hold", "awaiting_processing": "Queued", "in_process": "InProgress",
    "packed_ready": "InProgress", "out_for_delivery": "InProgress", "completed": "Completed",
    "canceled": "Canceled", "removed": "Void",
}  # fmt: skip
_TRACKING: Final = {"packed_ready": "WaitingPickup", "out_for_delivery": "OnTheWay"}


def transactions(world: World, request: Request, _values: Mapping[str, str]) -> Answer:
    """``GET /transactions``: newest change first, of days written ``MM/dd/yyyy`` [code]."""
    given = request.parameters()
    try:
        first, last = (_day(given[name]) for name in ("startDate", "endDate"))
        skip, limit = int(given.get("skip", "0")), int(given.get("limit", "100"))
    except (KeyError, ValueError):
        return answers.error(400, "startDate", "Invalid date format.")
    if last < first or skip < 0 or limit < 1:
        return answers.error(400, "endDate", "Invalid range.")
    bodies = list_orders(
        world,
        since=midnight(first, world.zone) // 1000,
        until=midnight(last + dt.timedelta(days=1), world.zone) // 1000,
        offset=skip,
        limit=min(limit, _MOST_ROWS),
        descending=True,
    )
    return answers.page(bodies, skip=skip, limit=limit, total=order_book(world).count())


def wire(order: Order) -> dict[str, object]:
    """A transaction [doc]; 0 is "not set"."""
    items = [
        {
            "id": f"{order.order_id}{number}",
            "productId": line["product_id"],
            "product": {"name": line["name"], "sku": line["sku"]},
            "quantity": float(line["quantity"]),
            "unitPrice": float(line["price"]),
        }
        for number, line in enumerate(order.lines)
    ]
    done = order.updated * 1000 if order.status == "completed" else 0
    return {
        "id": order.order_id, "created": order.placed * 1000, "modified": order.updated * 1000,
        "deleted": False, "transNo": str(order.position), "memberId": order.customer_id,
        "member": None, "status": _STATUS[order.status], "transType": "Sale",
        "queueType": "Online", "trackingStatus": _TRACKING.get(order.status, "NotStarted"),
        "checkinTime": order.placed * 1000, "startTime": 0, "endTime": 0, "processedTime": done,
        "completedTime": done, "paid": bool(done),
        "cart": {
            "subTotal": float(order.amount), "totalDiscount": 0, "tax": 0,
            "total": float(order.amount), "items": items, "consumerType": "AdultUse",
        },
    }  # fmt: skip


def _day(text: str) -> dt.date:
    month, day, year = text.split("/")
    return dt.date(int(year), int(month), int(day))
