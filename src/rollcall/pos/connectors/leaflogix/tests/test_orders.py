"""Single transactions and preorders, as Dutchie words them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rollcall.pos.connectors.leaflogix.connector import CONNECTOR
from rollcall.pos.connectors.leaflogix.orders import changed_orders
from rollcall.pos.contract import MappingContext, RawRow, Window, WindowKind
from rollcall.pos.errors import PosCredentialsError, RowError
from rollcall.pos.orders import OrderRecord, OrderStatus

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
SALE: dict[str, Any] = {
    "transactionId": 9_001, "customerId": 48210733, "transactionDate": "2026-11-20T18:04:33",
    "isVoid": False, "isReturn": False, "total": 41.5, "orderIds": [],
    "transactionType": "Retail", "items": [], "lastModifiedDateUTC": "11/20/2026 18:04:33",
}  # fmt: skip


def order(**changes: object) -> OrderRecord:
    reader = CONNECTOR.orders
    assert reader is not None
    return reader.to_order({**SALE, **changes}, MappingContext(time_zone=ZoneInfo("UTC")))


class TestATransaction:
    def test_without_a_preorder_is_an_order_of_its_own(self) -> None:
        told = order()

        assert (told.external_id, told.number) == ("transaction-9001", "9001")
        assert told.status is OrderStatus.COMPLETED
        assert told.amount == Decimal("41.50")
        assert told.updated_at == dt.datetime(2026, 11, 20, 18, 4, 33, tzinfo=dt.UTC)

    def test_goes_on_from_the_preorder_that_it_names(self) -> None:
        assert order(orderIds=[77]).external_id == "preorder-77"

    def test_that_was_called_off_or_taken_back_says_so(self) -> None:
        void, back = order(isVoid=True), order(isReturn=True, total=-41.5)

        assert (void.status, void.status_raw) == (OrderStatus.CANCELED, "Void")
        assert (back.status_raw, back.amount) == ("Return", Decimal("-41.50"))

    def test_of_nobody_names_nobody(self) -> None:
        assert [order(customerId=one).customer_id for one in (0, None, " ")] == ["", "", ""]

    def test_that_cannot_be_right_is_refused(self) -> None:
        hostile: list[dict[str, object]] = [
            {"total": "x"},
            {"total": float("inf")},
            {"total": 10**12},
            {"transactionDate": "yesterday"},
            {"lastModifiedDateUTC": "13/45/2026 00:00:00"},
            {"items": [{"quantity": []}]},
            {"transactionId": None},
        ]
        for wrong in hostile:
            with pytest.raises(RowError):
                order(**wrong)


class TestAKeyWithoutTheScopePreOrder:
    def test_reads_transactions_all_the_same(self) -> None:
        def ask(path: str, query: Mapping[str, str]) -> list[RawRow]:
            if path == "/preorder/Status":
                raise PosCredentialsError("no", code="http_403")
            return [SALE, {**SALE, "transactionType": "Transfer"}]

        window = Window(kind=WindowKind.INCREMENTAL, since=NOON - dt.timedelta(hours=1), until=NOON)
        rows = [row for page in changed_orders(ask, window, None) for row in page.rows]

        assert rows == [SALE]
