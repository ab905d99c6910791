"""Flowhub's sales as orders, of all stores of the company: reading them by days, and mapping one.

Lists go by the day of creation, a store's own [code], and none tells what changed: so every window
reaches back some days, and what is as it was is passed over.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from rollcall.pos import order_values as values
from rollcall.pos.connectors.flowhub import wire
from rollcall.pos.connectors.flowhub.pages import lower_day
from rollcall.pos.contract import MappingContext, Page, RawRow, Window
from rollcall.pos.decoding import NOT_A_ROW_MARK, mark_damaged
from rollcall.pos.errors import PosUnavailableError
from rollcall.pos.http import Call, Reply
from rollcall.pos.orders import OrderLine, OrderReader, OrderRecord, OrderStatus
from rollcall.pos.paging import OverlapReader, Position, fingerprint

_LOCATIONS: Final = "/v0/clientsLocations"
_ORDERS: Final = "/v1/orders/findByLocationId/{location}"
#: Words of sales and of orders ahead, whatever their case. [doc]
_STATUS: Final[Mapping[str, OrderStatus]] = {
    "new": OrderStatus.AWAITING_PROCESSING,
    "inqueue": OrderStatus.AWAITING_PROCESSING,
    "started": OrderStatus.IN_PROCESS,
    "ready": OrderStatus.PACKED_READY,
    "intransit": OrderStatus.OUT_FOR_DELIVERY,
    "delivered": OrderStatus.COMPLETED,
    "sold": OrderStatus.COMPLETED,
    "voided": OrderStatus.CANCELED,
    "unabletocomplete": OrderStatus.CANCELED,
    "unabletoverify": OrderStatus.CANCELED,
    "deleted": OrderStatus.REMOVED,
}

Send = Callable[[Call], Reply]


class FlowhubOrders(OrderReader):
    """Sales of a company's stores."""

    mapping_version = 1
    #: An order may take some days from its creation to its end.
    overlap = dt.timedelta(days=3)
    reach = dt.timedelta(days=90)

    def external_id(self, row: RawRow) -> str:
        # Some rows have the other name. [code]
        return values.own_id(row.get("id") or row.get("_id"), "id")

    def to_order(self, row: RawRow, context: MappingContext) -> OrderRecord:  # noqa: ARG002  # UTC
        values.check_row(row)
        status_raw = values.text(row.get("orderStatus"))
        status = _STATUS.get(status_raw.lower())
        if row.get("voided") is True:
            status, status_raw = OrderStatus.CANCELED, "voided"
        return OrderRecord(
            external_id=self.external_id(row),
            customer_id=values.opaque_id(row.get("customerId")),
            number=values.text(row.get("orderId")),
            status=status,
            status_raw=status_raw,
            placed_at=values.moment(row.get("createdAt"), "createdAt"),
            updated_at=values.moment(row.get("completedOn"), "completedOn"),
            amount=values.cents(_total(row.get("totals")), "finalTotal"),
            lines=_lines(row.get("itemsInCart")),
        )


def _total(totals: object) -> object:
    """Documented in Pascal case, seen in camel case [code]."""
    if not isinstance(totals, Mapping):
        return None
    return totals.get("finalTotal", totals.get("FinalTotal"))


def _lines(items: object) -> list[OrderLine] | None:
    found = values.objects(items)
    return None if found is None else [_line(item) for item in found]


def _line(item: Mapping[str, Any]) -> OrderLine:
    return OrderLine(
        product_id=values.opaque_id(item.get("productId")),
        sku=values.text(item.get("sku")),
        name=values.text(item.get("productName")),
        quantity=values.quantity(item.get("quantity"), "quantity"),
        price=values.cents(item.get("unitPrice"), "unitPrice"),
    )


def created_orders(
    send: Send, window: Window, resume_token: str | None, *, page_size: int
) -> Iterator[Page]:
    """Stream orders of all stores that were created in a window or later, store by store."""
    token = _parse_token(resume_token)
    begun = str(token["store"]) if token else ""
    query = {"created_after": lower_day(window.since or window.until - FlowhubOrders.reach)}
    for store in sorted(_stores(send)):
        if store < begun:
            continue
        position = Position.from_json(token) if token and store == begun else None
        fetch = functools.partial(_fetch, send, store, query)
        reader = OverlapReader(fetch, anchor=_anchor, largest_page=page_size)
        for page in reader.pages(position):
            place = orjson.dumps({"store": store, **page.position.as_json()}).decode()
            yield Page(rows=page.rows, resume_token=place)


def _stores(send: Send) -> set[str]:
    """Orders go by the older id of a store, where it has one [doc]."""
    reply = send(Call(method="GET", template=_LOCATIONS))
    wire.locations_of(reply)
    data = reply.data
    if isinstance(data, dict):
        data = data.get("data", data.get("locations"))
    told = values.objects(data) or []
    ids = (values.opaque_id(one.get("importId") or one.get("locationId")) for one in told)
    return {one for one in ids if one}


def _fetch(
    send: Send, store: str, query: Mapping[str, str], number: int, size: int
) -> Sequence[RawRow]:
    paging = {"page": str(number), "page_size": str(size), "order_by": "asc"}
    call = Call(
        method="GET", template=_ORDERS, values={"location": store}, query={**query, **paging}
    )
    reply = send(call)
    if reply.status != 200:
        raise wire.refusal(reply)
    data = reply.data if isinstance(reply.data, dict) else {}
    rows = data.get("orders") if data else reply.data
    if not isinstance(rows, list):
        raise PosUnavailableError("Flowhub sent something else than orders", code="no_list")
    total = data.get("total")
    if type(total) is int and len(rows) < size and (number - 1) * size + len(rows) < total:
        # A short page would look like the end of the list.
        raise PosUnavailableError("Flowhub cuts pages of orders", code="page_cut")
    return [_raw_row(row, damaged=reply.damaged) for row in rows]


def _raw_row(row: object, *, damaged: bool) -> RawRow:
    if not isinstance(row, dict):
        return {NOT_A_ROW_MARK: True}
    return mark_damaged(row) if damaged else row


def _anchor(row: RawRow) -> str:
    return fingerprint(row.get("id") or row.get("_id"), row.get("createdAt"))


def _parse_token(token: str | None) -> Mapping[str, Any]:
    if token is None:
        return {}
    parsed = orjson.loads(token)
    if not isinstance(parsed, dict) or "store" not in parsed:
        raise ValueError("not a resume token of this connector")
    return parsed
