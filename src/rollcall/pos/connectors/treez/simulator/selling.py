"""Treez's tickets as others place and change them, with its error words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import orjson

from rollcall.pos.connectors.treez.simulator import answers
from rollcall.pos.connectors.treez.simulator.tickets import wire
from rollcall.pos.simulator.exchange import Answer, Request
from rollcall.pos.simulator.ordering import change_order, order_book, place_order
from rollcall.pos.simulator.orders import STATUSES, Order, product_line
from rollcall.pos.simulator.world import World

_TYPES: Final = frozenset({"DELIVERY", "PICKUP", "EXPRESS", "POS", "DRIVE_THRU", "CURBSIDE"})
_SOURCES: Final = frozenset({"ECOMMERCE", "IN_STORE", "VENDING_MACHINE", "KIOSK"})
#: A ticket cannot begin as any of these [doc: COMPLETED; the others are a guess].
_NOT_AT_FIRST: Final = frozenset({"completed", "canceled", "removed"})
_DONE: Final = frozenset({"completed", "canceled", "removed"})
_SIZE: Final = re.compile(r"size-(\w{1,40})")
#: Of every product. [guess]
_ON_THE_SHELF: Final = Decimal(40)
_PLAIN: Final = ("type", "order_source", "external_order_number", "ticket_note")
_BLANK: Final = {"external_order_number": None, "ticket_note": ""}

Values = Mapping[str, str]


class _RefusedError(Exception):
    def __init__(self, reason: str, detail: str | None = None) -> None:
        super().__init__(reason)
        self.answer = answers.failure(400, reason, detail)


def create(world: World, request: Request, _values: Values) -> Answer:
    """``POST /ticket/detailticket``: nothing keeps it from being done twice [doc: no key]."""
    body = request.json_object()
    if body is None:
        return answers.not_json(world)
    try:
        with world.state.writing():
            status = _status(body.get("order_status"), forbidden=_NOT_AT_FIRST)
            _check_words(body, needs_type=True)
            customer = _customer(world, body.get("customer_id"), status)
            lines = _lines(body.get("items"))
            order = place_order(
                world,
                customer_id=customer,
                status=status,
                lines=lines,
                extras={key: body[key] for key in _PLAIN if key in body},
            )
    except _RefusedError as error:
        return error.answer
    return _told(world, order)


def update(world: World, request: Request, values: Values) -> Answer:
    """``PUT /ticket/update/{ticket_id}``.

    Whether it wipes what it does not name is not documented: the habit says.
    """
    body = request.json_object()
    if body is None:
        return answers.not_json(world)
    try:
        with world.state.writing():
            order = _changed(world, values["ticket_id"], body)
    except _RefusedError as error:
        return error.answer
    return _told(world, order)


def _changed(world: World, ticket_id: str, body: Mapping[str, Any]) -> Order:
    held = order_book(world).find(ticket_id)
    if held is None:
        raise _RefusedError("TICKET_NOT_FOUND", f"Cannot find the ticket {ticket_id}")
    if held.status in _DONE:
        raise _RefusedError("INVALID_TICKET_STATUS", "the ticket cannot be changed any more")
    _check_words(body, needs_type=False)
    changes: dict[str, Any] = {}
    if "order_status" in body:
        changes["status"] = _status(body["order_status"], forbidden=frozenset({"completed"}))
    if "items" in body or world.habits.is_on("ticket_update_replaces"):
        lines = _lines(body.get("items"))
        if lines != held.lines and held.status not in {
            "awaiting_processing",
            "verification_pending",
        }:
            raise _RefusedError("INVALID_TICKET_STATUS", "the ticket is being processed")
        changes["lines"] = lines
    raw = {key: body[key] for key in _PLAIN if key in body}
    if world.habits.is_on("ticket_update_replaces"):
        changes["customer_id"] = str(body["customer_id"]) if body.get("customer_id") else None
        raw = {**_BLANK, **raw}
    changed = change_order(world, ticket_id, changes, raw)
    if changed is None:
        raise _RefusedError("TICKET_NOT_FOUND", f"Cannot find the ticket {ticket_id}")
    return changed


def _check_words(body: Mapping[str, Any], *, needs_type: bool) -> None:
    kind, source = body.get("type"), body.get("order_source")
    if (kind is None and needs_type) or (kind is not None and kind not in _TYPES):
        raise _RefusedError("TICKET_FORMAT_ERROR", "type")
    if source is not None and source not in _SOURCES:
        raise _RefusedError("TICKET_FORMAT_ERROR", "order_source")


def _status(word: object, *, forbidden: frozenset[str]) -> str:
    status = str(word or "").lower()
    if status not in STATUSES or status in forbidden:
        raise _RefusedError("INVALID_TICKET_STATUS", "order_status")
    return status


def _customer(world: World, given: object, status: str) -> str | None:
    """Who is not verified cannot have a ticket that is worked on [doc forum; the word: guess]."""
    if given in (None, ""):
        return None
    record = world.state.find(str(given))
    if record is None or record.merged_into is not None:
        raise _RefusedError("CUSTOMER_NOT_FOUND", "Cannot find the customer")
    if record.text("verification") != "verified" and status != "verification_pending":
        raise _RefusedError("INVALID_TICKET_STATUS", "the customer is not verified")
    return record.pos_id


def _lines(items: object) -> list[dict[str, str]]:
    if not isinstance(items, list) or not items:
        raise _RefusedError("TICKET_FORMAT_ERROR", "items")
    return [_line(item) for item in items]


def _line(item: object) -> dict[str, str]:
    if not isinstance(item, dict):
        raise _RefusedError("TICKET_FORMAT_ERROR", "items")
    size, given = str(item.get("size_id", "")), item.get("quantity")
    if isinstance(given, bool) or not isinstance(given, int | float) or given <= 0:
        raise _RefusedError("TICKET_FORMAT_ERROR", "quantity")
    named, quantity = _SIZE.fullmatch(size), Decimal(str(given))
    line = product_line(named.group(1), quantity) if named else None
    if line is None:
        raise _RefusedError("PRODUCT_NOT_FOUND", f"no product with size_id {size}")
    if quantity > _ON_THE_SHELF:
        raise _RefusedError("INSUFFICIENT_SELLABLE_QUANTITY", f"only few of size_id {size} left")
    return line


def _told(world: World, order: Order) -> Answer:
    return answers.created(
        orjson.Fragment(orjson.dumps({**wire(order, world.zone), **order.extras}))
    )
