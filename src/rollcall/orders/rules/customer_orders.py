"""Pure decisions about orders of a POS: which reading is newer, what is sealed, and to what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

#: Nothing is expected to follow these.
FINAL: Final = frozenset({"completed", "canceled", "removed"})
_LONGEST_PAUSE: Final = dt.timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldOrder:
    """What is known of an order already."""

    id: int
    content_hash: bytes = b""
    updated_at: dt.datetime | None
    status: str
    status_raw: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line as it is shown; ``price`` is that of one unit."""

    product_id: str
    sku: str
    name: str
    quantity: Decimal
    price: Decimal | None


def is_news(held: HeldOrder, updated_at: dt.datetime | None) -> bool:
    """Whether a reading may change what is held; of two equally old ones the later reading does.

    A reading without a time (an open order in a list that tells none) is as good as any, but
    nothing that is over is opened again by it.
    """
    if updated_at is None:
        return held.status not in FINAL
    return held.updated_at is None or updated_at >= held.updated_at


def pause_after(failures: int) -> dt.timedelta:
    """How long to leave a POS alone: a minute at first, doubling, an hour at most."""
    return min(dt.timedelta(minutes=2 ** min(failures - 1, 10)), _LONGEST_PAUSE)


def lines_as_json(lines: Sequence[Any] | None) -> list[list[str | None]] | None:
    """Lines as they are sealed: short, because there are many."""
    if lines is None:
        return None
    return [
        [
            line.product_id,
            line.sku,
            line.name,
            str(line.quantity),
            None if line.price is None else str(line.price),
        ]
        for line in lines
    ]


def lines_from_json(told: Sequence[Sequence[str | None]] | None) -> list[Line] | None:
    """The inverse of :func:`lines_as_json`."""
    if told is None:
        return None
    return [
        Line(
            product_id=str(product_id),
            sku=str(sku),
            name=str(name),
            quantity=Decimal(str(quantity)),
            price=None if price is None else Decimal(price),
        )
        for product_id, sku, name, quantity, price in told
    ]


def order_payload(account_id: int, external_id: str) -> bytes:
    """Binds an order's lines and row."""
    return f"order payload {account_id} {external_id}".encode()


def unreadable_raw(account_id: int, name: str) -> bytes:
    """Binds a row that could not be taken over."""
    return f"unreadable order {account_id} {name}".encode()
