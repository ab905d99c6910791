"""What a folder above makes of calls about orders; this one knows none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from rollcall.pos.contract import RawRow
from rollcall.sync.operations.source import Source


class OrderTaker(Protocol):
    """Takes orders over that a POS sent along with its calls."""

    def __call__(self, source: Source, rows: Mapping[int, RawRow]) -> Mapping[int, str]:
        """Write them, in the transaction that closes their events.

        :param rows: event → order; empty if the call cannot be read any more.
        :return: event → word for what became of it.
        """


_TAKERS: list[OrderTaker] = []


def use_order_taker(taker: OrderTaker) -> None:
    """Say who takes orders over."""
    _TAKERS[:] = [taker]


def take_orders(source: Source, rows: Mapping[int, RawRow]) -> Mapping[int, str]:
    """Take orders over; nobody does so where no orders are kept."""
    for taker in _TAKERS:
        return taker(source, rows)
    return dict.fromkeys(rows, "unread")
