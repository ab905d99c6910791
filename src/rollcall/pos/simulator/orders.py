"""Orders of a simulated POS: made from its customers when they are first asked for, then kept.

What each customer ordered follows from the seed; when they did is counted from the day on which the
orders are made, because POS systems only reach some weeks back.
"""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import orjson

from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.state import State

STATUSES: Final = (
    "verification_pending", "awaiting_processing", "in_process", "packed_ready",
    "out_for_delivery", "completed", "canceled", "removed",
)  # fmt: skip
#: So many customers at most have ordered lately.
_SHOPPERS: Final = 2_000
_DAYS: Final = 25
_HOUR_S: Final = 3600
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS orders (
    position INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE, customer_id TEXT,
    placed INTEGER NOT NULL, updated INTEGER NOT NULL, status TEXT NOT NULL,
    lines BLOB NOT NULL, extras BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS orders_by_updated ON orders (updated, position);
"""
_COLUMNS: Final = "position, order_id, customer_id, placed, updated, status, lines, extras"
_PRODUCTS: Final = (
    ("5001", "GD-18", "Garden Dream 1/8 oz", "35.00"),
    ("5002", "BB-GUM", "Blueberry Gummies", "18.50"),
    ("5003", "VP-05", "Harbor Vape 0.5 g", "42.25"),
    ("5004", "PR-01", "Meadow Pre-Roll", "9.99"),
    ("5005", "TI-30", "Calm Tincture 30 ml", "60.00"),
)


@dataclass(kw_only=True, slots=True)
class Order:
    """One order, with its truth.

    :param customer_id: the POS's id; None for a walk-in.
    :param placed: epoch seconds, like ``updated``.
    :param status: a word of ``STATUSES``.
    :param lines: ``product_id``, ``sku``, ``name``, and ``quantity`` and ``price`` as decimal text.
    :param extras: wire keys laid over what the POS makes of the truth.
    """

    position: int
    order_id: str
    customer_id: str | None
    placed: int
    updated: int
    status: str
    lines: list[dict[str, str]]
    extras: dict[str, Any] = field(default_factory=dict)

    @property
    def amount(self) -> Decimal:
        """What the lines add up to."""
        parts = (Decimal(one["quantity"]) * Decimal(one["price"]) for one in self.lines)
        return sum(parts, Decimal(0)).quantize(Decimal("0.01"))

    @property
    def number(self) -> str:
        """What people call it by: six characters."""
        digits = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
        left, text = self.position * 7_919 + 1_048_583, ""
        for _ in range(6):
            left, at = divmod(left, len(digits))
            text += digits[at]
        return text

    def truth(self) -> dict[str, object]:
        """What a correct reader makes of it."""
        return {
            "order_id": self.order_id,
            "customer_id": self.customer_id or "",
            "status": self.status,
            "placed_at": _iso(self.placed),
            "updated_at": _iso(self.updated),
            "amount": str(self.amount),
            "lines": [dict(one) for one in self.lines],
        }


class OrderBook:
    """The orders of one simulator, in its state file."""

    def __init__(self, state: State, *, seed: int) -> None:
        self._state = state
        self._seed = seed
        self._is_open = False

    def open(self, now: dt.datetime, name: Callable[[int], str]) -> None:
        """Make the orders if there are none yet.

        :param name: position → the POS's id of an order.
        """
        if self._is_open:
            return
        with self._state.writing(), self._state.database() as db, db:
            db.executescript(_SCHEMA)
            if db.execute("SELECT 1 FROM orders LIMIT 1").fetchone() is None:
                until = int(now.timestamp()) // _HOUR_S * _HOUR_S
                made = self._make(until, name)
                db.executemany(_INSERT, (_values(order) for order in made))
        self._is_open = True

    def page(
        self, *, since: int, descending: bool, offset: int, limit: int, until: int = 2**40
    ) -> list[Order]:
        """A slice of the list of orders changed at or after a moment, by time of change."""
        way = "DESC" if descending else "ASC"
        query = (
            f"SELECT {_COLUMNS} FROM orders WHERE updated >= ? AND updated < ? "  # noqa: S608
            f"ORDER BY updated {way}, position {way} LIMIT ? OFFSET ?"
        )
        return self._read(query, since, until, limit, offset)

    def of_customer(self, customer_id: str) -> list[Order]:
        """What a customer ordered, oldest first."""
        return self._read(
            f"SELECT {_COLUMNS} FROM orders WHERE customer_id = ? ORDER BY position",  # noqa: S608
            customer_id,
        )

    def find(self, order_id: str) -> Order | None:
        """One order, or None."""
        found = self._read(f"SELECT {_COLUMNS} FROM orders WHERE order_id = ?", order_id)  # noqa: S608
        return found[0] if found else None

    def everything(self) -> list[Order]:
        """All orders, by number."""
        return self._read(f"SELECT {_COLUMNS} FROM orders ORDER BY position")  # noqa: S608

    def count(self, *, since: int = 0) -> int:
        """How many were changed at or after a moment."""
        with self._state.database() as db:
            row = db.execute("SELECT count(*) FROM orders WHERE updated >= ?", (since,)).fetchone()
        return int(row[0])

    def next_position(self) -> int:
        """Return the row number that the next order gets."""
        with self._state.database() as db:
            row = db.execute("SELECT max(position) FROM orders").fetchone()
        return int(row[0] or 0) + 1

    def save(self, *orders: Order) -> None:
        """Insert or replace orders in one transaction."""
        with self._state.writing(), self._state.database() as db, db:
            db.executemany(_REPLACE, map(_values, orders))

    def _make(self, until: int, name: Callable[[int], str]) -> Iterator[Order]:
        position = 0
        for record in self._state.records():
            if record.position > _SHOPPERS:
                return
            rng = random.Random(self._seed * 7_368_787 + record.position)  # noqa: S311
            for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
                position += 1
                yield _order(record, position, name(position), until, rng)

    def _read(self, query: str, *values: object) -> list[Order]:
        with self._state.database() as db:
            rows: Sequence[sqlite3.Row] = db.execute(query, values).fetchall()
        return [
            Order(
                position=row[0], order_id=row[1], customer_id=row[2], placed=row[3],
                updated=row[4], status=row[5], lines=orjson.loads(row[6]),
                extras=orjson.loads(row[7]),
            )
            for row in rows
        ]  # fmt: skip


_INSERT: Final = f"INSERT INTO orders ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_REPLACE: Final = f"REPLACE INTO orders ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608


def some_lines(rng: random.Random, most: int = 3) -> list[dict[str, str]]:
    """Lines of an invented order."""
    lines = []
    for product_id, sku, name, price in rng.sample(_PRODUCTS, rng.randint(1, most)):
        number = rng.choice(("1", "1", "2", "3.5"))
        line = {"product_id": product_id, "sku": sku, "name": name}
        lines.append({**line, "quantity": number, "price": price})
    return lines


def product_line(product_id: str, quantity: Decimal) -> dict[str, str] | None:
    """So many of a product that this POS sells; None if it sells none of that id."""
    for known, sku, name, price in _PRODUCTS:
        if known == product_id:
            number = f"{quantity.normalize():f}"
            line = {"product_id": known, "sku": sku, "name": name}
            return {**line, "quantity": number, "price": price}
    return None


def _order(record: Record, position: int, order_id: str, until: int, rng: random.Random) -> Order:
    placed = until - rng.randint(60, _DAYS * 24 * 60) * 60
    is_old = until - placed > 2 * 24 * _HOUR_S
    done = ("completed",) * 9 + ("canceled",)
    return Order(
        position=position,
        order_id=order_id,
        # Now and then somebody gives no name.
        customer_id=None if position % 40 == 0 else record.pos_id,
        placed=placed,
        updated=min(until, placed + rng.randint(0, 90) * 60),
        status=rng.choice(done if is_old else STATUSES),
        lines=some_lines(rng),
    )


def _values(order: Order) -> tuple[object, ...]:
    return (
        order.position, order.order_id, order.customer_id, order.placed, order.updated,
        order.status, orjson.dumps(order.lines), orjson.dumps(order.extras),
    )  # fmt: skip


def _iso(epoch_s: int) -> str:
    return dt.datetime.fromtimestamp(epoch_s, dt.UTC).isoformat()[:19] + "Z"


def rendered(order: Order, wire: Mapping[str, object]) -> bytes:
    """The order as it is sent."""
    return orjson.dumps({**wire, **order.extras})
