"""Orders that a POS sent along with its calls, on their way through the inbox."""

from __future__ import annotations

from collections.abc import Mapping

from rollcall.kit.clock import utc_now
from rollcall.orders.operations.order_preparing import PreparedOrders, prepare_orders
from rollcall.orders.operations.order_taking import Taken, write_orders
from rollcall.pos.contract import RawRow
from rollcall.pos.errors import RowError
from rollcall.pos.orders import OrderReader
from rollcall.sync.operations.source import Source


def take_called(source: Source, rows: Mapping[int, RawRow]) -> dict[int, str]:
    """Take them over in the caller's transaction; idempotent, in any order.

    :param rows: event → order; empty if the call cannot be read any more.
    :return: event → word for what became of it.
    """
    reader = source.connector.orders
    told = {event: row for event, row in rows.items() if row}
    if reader is None or not told:
        return dict.fromkeys(rows, "unread")
    prepared = prepare_orders(source, reader, list(told.values()))
    taken = write_orders(source, prepared, now=utc_now())
    outcomes = {event: _outcome(reader, row, prepared, taken) for event, row in told.items()}
    return {**dict.fromkeys(rows, "unread"), **outcomes}


def _outcome(reader: OrderReader, row: RawRow, prepared: PreparedOrders, taken: Taken) -> str:
    try:
        name = reader.external_id(row)
    except RowError:
        return "quarantined"
    if name in taken.old:
        return "old_news"
    if name in prepared.orders:
        return "taken_over"
    return "quarantined" if name in prepared.bad else "unchanged"
