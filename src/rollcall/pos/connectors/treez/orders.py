"""Treez's tickets as orders: reading what changed, and mapping one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from rollcall.pos import order_values as values
from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.treez import wire
from rollcall.pos.connectors.treez.pages import Ask
from rollcall.pos.contract import MappingContext, Page, RawRow, Window
from rollcall.pos.http import Reply
from rollcall.pos.orders import OrderLine, OrderReader, OrderRecord, OrderStatus
from rollcall.pos.paging import OverlapReader, Position, fingerprint

_CHANGED: Final = "/ticket/lastUpdated/after/{after}/page/{page}/pagesize/{size}"
#: Tickets that changed earlier cannot be asked for [doc]; an hour is left for clocks.
_REACH: Final = dt.timedelta(days=30) - dt.timedelta(hours=1)
#: Words beyond the eight: an order that nobody has placed, a price that was asked for. [doc]
_NO_ORDERS: Final = frozenset({"DRAFT", "PREVIEW"})
_STATUS: Final = {status.value.upper(): status for status in OrderStatus}


class TreezOrders(OrderReader):
    """Tickets of one dispensary; one keeps its id for good."""

    mapping_version = 1
    overlap = dt.timedelta(minutes=5)
    reach = _REACH

    def external_id(self, row: RawRow) -> str:
        return ticket_id(row)

    def to_order(self, row: RawRow, context: MappingContext) -> OrderRecord:
        values.check_row(row)
        status_raw = values.text(row.get("order_status"))
        zone = context.time_zone
        return OrderRecord(
            external_id=self.external_id(row),
            customer_id=values.opaque_id(row.get("customer_id")),
            number=values.text(row.get("order_number")),
            status=_STATUS.get(status_raw.upper()),
            status_raw=status_raw,
            placed_at=values.moment(row.get("date_created"), "date_created", zone),
            updated_at=values.moment(row.get("last_updated_at"), "last_updated_at", zone),
            amount=values.amount(row.get("total"), "total"),
            lines=_lines(row.get("items")),
        )


def ticket_id(row: RawRow) -> str:
    """Return the ticket's id.

    :raises RowError: ``id_missing``.
    """
    return values.own_id(row.get("ticket_id"), "ticket_id")


def _lines(items: object) -> list[OrderLine] | None:
    found = values.objects(items)
    return None if found is None else [_line(item) for item in found]


def _line(item: Mapping[str, Any]) -> OrderLine:
    barcodes = values.objects(item.get("barcodes")) or []
    return OrderLine(
        product_id=values.opaque_id(item.get("product_id")),
        sku=values.text(barcodes[0].get("sku")) if barcodes else "",
        name=values.text(item.get("product_size_name")),
        quantity=values.quantity(item.get("quantity"), "quantity"),
        price=values.amount(item.get("price_sell"), "price_sell"),
    )


def tickets_of(reply: Reply) -> list[RawRow]:
    """Take the tickets out of an answer; lists of them stand under another key [doc]."""
    data = reply.data
    if isinstance(data, dict) and "ticketList" in data:
        reply = replace(reply, data={**data, "data": data["ticketList"]})
    return wire.rows_of(reply)


def changed_tickets(
    ask: Ask,
    window: Window,
    resume_token: str | None,
    *,
    page_size: int,
    time_zone: ZoneInfo,
) -> Iterator[Page]:
    """Stream tickets that changed in a window, newest first [code]."""
    position = Position.from_json(orjson.loads(resume_token)) if resume_token else None
    # By the clock of now: a reading may be resumed days after its window was opened. The list is
    # newest first, so what falls out of Treez's reach meanwhile is its end.
    since = max(window.since or window.until - _REACH, utc_now() - _REACH)
    after = {"after": wire.iso_millis(since.astimezone(time_zone))}

    def fetch(page: int, size: int) -> list[RawRow]:
        return ask(_CHANGED, {**after, "page": str(page), "size": str(size)})

    reader = OverlapReader(fetch, anchor=_anchor, largest_page=page_size, first_page=1)
    for page in reader.pages(position):
        token = orjson.dumps(page.position.as_json()).decode()
        yield Page(rows=[row for row in page.rows if is_order(row)], resume_token=token)


def _anchor(row: RawRow) -> str | None:
    ticket = row.get("ticket_id")
    return None if ticket is None else fingerprint(ticket, row.get("last_updated_at"))


def is_order(row: RawRow) -> bool:
    """Tell an order from a draft or a price that was asked for."""
    return str(row.get("order_status")).upper() not in _NO_ORDERS
