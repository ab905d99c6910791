"""BLAZE's transactions as orders: reading what changed, and mapping one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from rollcall.pos import order_values as values
from rollcall.pos.connectors.blaze.pages import Ask, PageReader, Weeks
from rollcall.pos.contract import MappingContext, Page, RawRow, Window
from rollcall.pos.errors import RowError
from rollcall.pos.orders import OrderLine, OrderReader, OrderRecord, OrderStatus

TRANSACTIONS: Final = "/api/v1/partner/transactions"
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DAY: Final = dt.timedelta(days=1)
#: Stock that moves is nobody's order, and a draft is none yet. [doc]
_KINDS: Final = frozenset({"", "SALE", "REFUND", "EXCHANGE", "VOID"})
_STATUS: Final[Mapping[str, OrderStatus]] = {
    "queued": OrderStatus.AWAITING_PROCESSING,
    "hold": OrderStatus.AWAITING_PROCESSING,
    "pending": OrderStatus.AWAITING_PROCESSING,
    "inprogress": OrderStatus.IN_PROCESS,
    "completed": OrderStatus.COMPLETED,
    "refundwithinventory": OrderStatus.COMPLETED,
    "refundwithoutinventory": OrderStatus.COMPLETED,
    "canceled": OrderStatus.CANCELED,
    "void": OrderStatus.CANCELED,
    "voidsales": OrderStatus.CANCELED,
}
#: Says more while the order is open.
_TRACKING: Final[Mapping[str, OrderStatus]] = {
    "packaged": OrderStatus.PACKED_READY,
    "waitingpickup": OrderStatus.PACKED_READY,
    "ontheway": OrderStatus.OUT_FOR_DELIVERY,
}


class BlazeOrders(OrderReader):
    """Transactions of one shop."""

    mapping_version = 1
    overlap = dt.timedelta(minutes=10)
    reach = dt.timedelta(days=90)

    def external_id(self, row: RawRow) -> str:
        return values.own_id(row.get("id"), "id")

    def to_order(self, row: RawRow, context: MappingContext) -> OrderRecord:  # noqa: ARG002  # UTC
        values.check_row(row)
        cart = row.get("cart")
        cart = cart if isinstance(cart, Mapping) else {}
        status, status_raw = _status(row)
        placed = _moment(row.get("checkinTime"), "checkinTime")
        return OrderRecord(
            external_id=self.external_id(row),
            customer_id=values.opaque_id(row.get("memberId")),
            number=values.text(row.get("transNo")),
            status=status,
            status_raw=status_raw,
            placed_at=placed or _moment(row.get("created"), "created"),
            updated_at=_moment(row.get("modified"), "modified"),
            amount=values.amount(cart.get("total"), "total"),
            lines=_lines(cart.get("items")),
        )


def _status(row: RawRow) -> tuple[OrderStatus | None, str]:
    word = values.text(row.get("status"))
    status = _STATUS.get(word.lower())
    tracking = values.text(row.get("trackingStatus"))
    further = _TRACKING.get(tracking.lower())
    if further is not None and (status is None or not status.is_final):
        return further, f"{word} / {tracking}"
    return status, word


def _moment(value: object, name: str) -> dt.datetime | None:
    """Epoch milliseconds; 0 stands for "not set" [code]."""
    if value is None or value == 0:
        return None
    if type(value) is int:
        try:
            return (_EPOCH + dt.timedelta(milliseconds=value)).replace(microsecond=0)
        except OverflowError:
            pass
    raise RowError(f"{name} is not a time that exists", code="date_invalid", field=name)


def _lines(items: object) -> list[OrderLine] | None:
    found = values.objects(items)
    return None if found is None else [_line(item) for item in found]


def _line(item: Mapping[str, Any]) -> OrderLine:
    product = item.get("product")
    product = product if isinstance(product, Mapping) else {}
    return OrderLine(
        product_id=values.opaque_id(item.get("productId")),
        sku=values.text(product.get("sku")),
        name=values.text(product.get("name")),
        quantity=values.quantity(item.get("quantity"), "quantity"),
        price=values.amount(item.get("unitPrice"), "unitPrice"),
    )


def changed_transactions(
    ask: Ask, window: Window, resume_token: str | None, *, page_size: int, time_zone: ZoneInfo
) -> Iterator[Page]:
    """Stream transactions of the days of a window, week by week."""

    def ask_by_days(query: Mapping[str, str], skip: int, limit: int) -> list[RawRow]:
        # Whether the last day counts is not documented: it is moved outwards.
        first = _day(query["startDate"], time_zone)
        last = _day(query["endDate"], time_zone) + _DAY
        days = {"startDate": f"{first:%m/%d/%Y}", "endDate": f"{last:%m/%d/%Y}"}
        return ask(days, skip, limit)

    weeks = Weeks.between(window.since or window.until - BlazeOrders.reach, window.until)
    for page in PageReader(ask_by_days, largest_page=page_size).changed(weeks, resume_token):
        rows = [row for row in page.rows if _is_order(row)]
        yield Page(rows=rows, resume_token=page.resume_token)


def _day(millis: str, zone: ZoneInfo) -> dt.date:
    return (_EPOCH + dt.timedelta(milliseconds=int(millis))).astimezone(zone).date()


def _is_order(row: RawRow) -> bool:
    kind = str(row.get("transType") or "").upper()
    return kind in _KINDS and str(row.get("status")).upper() != "DRAFT"
