"""Dutchie's transactions and open preorders as orders: reading what changed, and mapping one.

A preorder goes on as a transaction, which names it in ``orderIds`` [doc]: both are one order here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import orjson
import structlog

from rollcall.pos import order_values as values
from rollcall.pos.connectors.leaflogix import wire
from rollcall.pos.connectors.leaflogix.pages import moment, parse_token
from rollcall.pos.contract import MappingContext, Page, RawRow, Window
from rollcall.pos.errors import PosCredentialsError, RowError
from rollcall.pos.orders import OrderLine, OrderReader, OrderRecord, OrderStatus

_log = structlog.get_logger()

_TRANSACTIONS: Final = "/reporting/transactions"
PREORDERS: Final = "/preorder/Status"
#: A question answers everything at once: a week's transactions of a busy location fit into memory.
#: More than 60 days are refused [code].
_CHUNK: Final = dt.timedelta(days=7)
#: Rows of a page that is handed on.
_PAGE: Final = 1_000
_SECOND: Final = dt.timedelta(seconds=1)
_CLOCK_SLACK: Final = dt.timedelta(minutes=1)
#: Transfers and wholesale are nobody's orders. [doc]
_SALES: Final = frozenset({"", "RETAIL"})
_PREORDER_STATUS: Final[Mapping[str, OrderStatus]] = {
    "submitted": OrderStatus.AWAITING_PROCESSING,
    "processing": OrderStatus.IN_PROCESS,
    "filled": OrderStatus.PACKED_READY,
    "complete": OrderStatus.COMPLETED,
    "cancelled": OrderStatus.CANCELED,
}

#: Path and query in; the rows of the answer out.
Ask = Callable[[str, Mapping[str, str]], list[RawRow]]


class LeaflogixOrders(OrderReader):
    """Transactions and preorders of one location."""

    mapping_version = 1
    #: What the register saves shows up one to five minutes later. [doc]
    overlap = dt.timedelta(minutes=10)
    reach = dt.timedelta(days=365)

    def external_id(self, row: RawRow) -> str:
        if "transactionId" not in row or "preOrderId" in row:
            return f"preorder-{values.own_id(row.get('preOrderId'), 'preOrderId')}"
        ordered = row.get("orderIds")
        first = values.opaque_id(ordered[0]) if isinstance(ordered, list) and ordered else ""
        if first:
            return f"preorder-{first}"
        return f"transaction-{values.own_id(row.get('transactionId'), 'transactionId')}"

    def to_order(self, row: RawRow, context: MappingContext) -> OrderRecord:  # noqa: ARG002  # UTC
        values.check_row(row)
        external_id = self.external_id(row)
        return _preorder(row, external_id) if "preOrderId" in row else _sale(row, external_id)


def _preorder(row: RawRow, external_id: str) -> OrderRecord:
    status_raw = values.text(row.get("status"))
    return OrderRecord(
        external_id=external_id,
        customer_id=values.opaque_id(row.get("customerId")),
        number=values.text(row.get("preOrderId")),
        status=_PREORDER_STATUS.get(status_raw.lower()),
        status_raw=status_raw,
        placed_at=values.moment(row.get("orderDate"), "orderDate"),
        # The list tells no time of change.
        updated_at=None,
        amount=values.amount(row.get("total"), "total"),
        lines=_lines(row.get("items")),
    )


def _sale(row: RawRow, external_id: str) -> OrderRecord:
    is_void = row.get("isVoid") is True
    word = "Void" if is_void else "Return" if row.get("isReturn") is True else "Completed"
    return OrderRecord(
        external_id=external_id,
        customer_id=values.opaque_id(row.get("customerId")),
        number=values.text(row.get("transactionId")),
        status=OrderStatus.CANCELED if is_void else OrderStatus.COMPLETED,
        # Dutchie has flags in place of a word.
        status_raw=word,
        placed_at=values.moment(row.get("transactionDate"), "transactionDate"),
        updated_at=_changed(row.get("lastModifiedDateUTC")),
        amount=values.amount(row.get("total"), "total"),
        lines=_lines(row.get("items")),
    )


def _changed(value: object) -> dt.datetime | None:
    """ISO 8601, or as some tenants write ``11/20/2025 18:04:33`` [code]."""
    if isinstance(value, str) and value[2:3] == "/" == value[5:6]:
        try:
            parsed = dt.datetime.strptime(value, "%m/%d/%Y %H:%M:%S")  # noqa: DTZ007  # UTC below
        except ValueError:
            raise RowError(
                "lastModifiedDateUTC is not a time that exists",
                code="date_invalid",
                field="lastModifiedDateUTC",
            ) from None
        return parsed.replace(tzinfo=dt.UTC)
    return values.moment(value, "lastModifiedDateUTC")


def _lines(items: object) -> list[OrderLine] | None:
    found = values.objects(items)
    return None if found is None else [_line(item) for item in found]


def _line(item: Mapping[str, Any]) -> OrderLine:
    return OrderLine(
        product_id=values.opaque_id(item.get("productId")),
        name=values.text(item.get("productName")),
        quantity=values.quantity(item.get("quantity"), "quantity"),
        price=values.amount(item.get("unitPrice"), "unitPrice"),
    )


def changed_orders(ask: Ask, window: Window, resume_token: str | None) -> Iterator[Page]:
    """Stream transactions that changed in a window, then the preorders that are open now."""
    token = parse_token(resume_token)
    if token.get("part") != "preorders":
        lower = window.since or window.until - LeaflogixOrders.reach
        yield from _sales(ask, moment(token["from"]) if "from" in token else lower, window.until)
    yield from _pages(_open_preorders(ask), {"part": "preorders"}, {"part": "preorders"})


def _sales(ask: Ask, lower: dt.datetime, until: dt.datetime) -> Iterator[Page]:
    # To which side the ends belong is not documented: they are moved outwards.
    lower = lower.replace(microsecond=0) - _SECOND
    until = max(until.replace(microsecond=0), lower) + _CLOCK_SLACK
    while lower < until:
        upper = min(until, lower + _CHUNK)
        rows = ask(
            _TRANSACTIONS,
            {
                "FromLastModifiedDateUTC": wire.iso_utc(lower),
                "ToLastModifiedDateUTC": wire.iso_utc(upper + _SECOND),
                "IncludeDetail": "true",
                "IncludeOrderIds": "true",
            },
        )
        begun: dict[str, object] = {"from": wire.iso_utc(lower)}
        done: dict[str, object] = (
            {"from": wire.iso_utc(upper)} if upper < until else {"part": "preorders"}
        )
        sales = [row for row in rows if str(row.get("transactionType") or "").upper() in _SALES]
        yield from _pages(sales, begun, done)
        lower = upper


def _open_preorders(ask: Ask) -> list[RawRow]:
    try:
        return ask(PREORDERS, {"includeLineItems": "true"})
    except PosCredentialsError as error:
        if error.code != "http_403":
            raise
        # The key lacks the scope PreOrder: what is paid for is told all the same.
        _log.warning("pos.orders.no_preorders", kind="leaflogix")
        return []


def _pages(
    rows: list[RawRow], begun: Mapping[str, object], done: Mapping[str, object]
) -> Iterator[Page]:
    """Hand rows on in pages; behind the last of them the whole answer is done."""
    for at in range(0, max(len(rows), 1), _PAGE):
        token = done if at + _PAGE >= len(rows) else begun
        yield Page(rows=rows[at : at + _PAGE], resume_token=orjson.dumps(token).decode())
