"""Treez's tickets: lists, one by its id, and the calls that tell of them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from rollcall.pos.connectors.treez.simulator import answers
from rollcall.pos.connectors.treez.simulator.rows import iso_local
from rollcall.pos.simulator.exchange import Answer, Request
from rollcall.pos.simulator.hooks import HookCall
from rollcall.pos.simulator.ordering import list_orders, order_body, order_book
from rollcall.pos.simulator.orders import Order
from rollcall.pos.simulator.world import World

_LOOKS_BACK: Final = dt.timedelta(days=30)
_MAX_PAGE: Final = 50
_NO_LIMIT: Final = 100_000
#: Not told when a ticket is cancelled or removed [doc].
_SILENT: Final = frozenset({"canceled", "removed"})

Values = Mapping[str, str]


def by_last_update(world: World, _request: Request, values: Values) -> Answer:
    """Tickets changed at or after a time, newest first [code]; 30 days back at most [doc]."""
    try:
        after = dt.datetime.strptime(values["after"], "%Y-%m-%dT%H:%M:%S.%f%z")
    except ValueError:
        return answers.failure(400, "INVALID_DATE_FORMAT", "expected yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
    if after < world.now() - _LOOKS_BACK:
        # The word is not documented. [guess]
        return answers.failure(400, "INVALID_DATE_RANGE", "only the last 30 days can be asked for")
    paging = _paging(world, values)
    if isinstance(paging, Answer):
        return paging
    offset, size = paging
    since = int(after.timestamp())
    bodies = list_orders(world, since=since, offset=offset, limit=size, descending=True)
    return _listed(bodies, order_book(world).count(since=since))


def by_customer(world: World, _request: Request, values: Values) -> Answer:
    """One customer's tickets."""
    paging = _paging(world, values)
    if isinstance(paging, Answer):
        return paging
    offset, size = paging
    found = order_book(world).of_customer(values["customer_id"])
    bodies = [order_body(world, order) for order in found[offset : offset + size]]
    return _listed(bodies, len(found))


def ticket(world: World, _request: Request, values: Values) -> Answer:
    """``GET /ticket/{ticket_id}``: a list of one [doc]."""
    order = order_book(world).find(values["ticket_id"])
    if order is None:
        return answers.failure(400, "TICKET_NOT_FOUND", "Cannot find the ticket")
    return _listed([order_body(world, order)], 1)


def ticket_id(position: int) -> str:
    """A GUID [doc]."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"ticket {position}"))


def wire(order: Order, zone: ZoneInfo) -> dict[str, object]:
    """The ticket; its customer's id is a number here, or null [doc]."""
    taxes = round(float(order.amount) * 0.1, 2)
    return {
        "ticket_id": order.order_id,
        "order_number": order.number,
        "external_order_number": None,
        "type": "PICKUP" if order.position % 3 else "POS",
        "order_source": "ECOMMERCE" if order.position % 3 else "IN_STORE",
        "order_status": order.status.upper(),
        "payment_status": "PAID" if order.status == "completed" else "UNPAID",
        "customer_id": int(order.customer_id) if order.customer_id else None,
        "ticket_patient_type": "ADULT",
        "ticket_note": "",
        "date_created": iso_local(order.placed, zone),
        "last_updated_at": iso_local(order.updated, zone),
        "date_closed": iso_local(order.updated, zone) if order.status == "completed" else None,
        "sub_total": round(float(order.amount) - taxes, 2),
        "tax_total": taxes,
        "discount_total": 0,
        "total": float(order.amount),
        "reward_points_earned": 0,
        "reward_points_used": 0,
        "items": [
            {
                "product_id": line["product_id"],
                "size_id": f"size-{line['product_id']}",
                "barcodes": [{"sku": line["sku"]}],
                "product_size_name": line["name"],
                "quantity": float(line["quantity"]),
                "price_sell": float(line["price"]),
            }
            for line in order.lines
        ],
    }


def calls(order: Order, zone: ZoneInfo) -> Sequence[HookCall]:
    """One call with the whole ticket, unless it was cancelled or removed [doc]."""
    if order.status in _SILENT:
        return ()
    row = {**wire(order, zone), **order.extras}
    return (HookCall(topic="TICKET", body={"event_type": "TICKET", "data": row}),)


def _paging(world: World, values: Values) -> tuple[int, int] | Answer:
    page, size = values["page"], values["size"]
    if not (page.isascii() and page.isdigit() and size.isascii() and size.isdigit()):
        return answers.failure(400, "INVALID_REQUEST", "page and pagesize have to be numbers")
    if len(page) > 9 or len(size) > 6 or int(page) < 1 or int(size) < 1:
        return answers.failure(400, "INVALID_REQUEST", "page and pagesize start at 1")
    if int(size) > (_NO_LIMIT if world.options.no_limits else _MAX_PAGE):
        return answers.failure(400, "RESPONSE_LIMIT_EXCEEDS", "Do not exceed 50")
    return (int(page) - 1) * int(size), int(size)


def _listed(bodies: list[bytes], total: int) -> Answer:
    head = {"resultCode": "SUCCESS", "resultReason": None, "resultDetail": None}
    counts = {"pageElements": len(bodies), "totalElements": total}
    start = orjson.dumps({**head, **counts})[:-1]
    return Answer(status=200, body=start + b',"ticketList":[' + b",".join(bodies) + b"]}")
