"""What kiosks send of orders for the POS, in the original system's shape.

``order{order_number, customer_id, notes, customer_name, customer_email, items[{product_id,
quantity, product_value_id}]}``. Other members, ``cart_id`` among them, are ignored, as the original
ignored them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import orjson

from rollcall.orders.rules.kiosk_bodies import LONGEST_ID, MOST_LINES, MOST_OF_ONE
from rollcall.orders.rules.kiosk_bodies import OrderInvalidError as OrderInvalidError
from rollcall.orders.rules.products import LONGEST_VALUE_ID, Errors, check_text
from rollcall.pos.order_placing import LONGEST_NOTE
from rollcall.pos.orders import OrderStatus

LONGEST_NUMBER: Final = 100
_LONGEST_NAME: Final = 200
_LONGEST_EMAIL: Final = 254
_LONGEST_PRODUCT: Final = 200
_LONGEST_PRINT: Final = 60
#: What kiosks that never asked for names make of them; no names.
_NO_NAMES: Final = frozenset({"null null", "undefined undefined", "null", "undefined"})
_BREAKS: Final = "\n\r\t"


@dataclass(frozen=True, kw_only=True, slots=True)
class LineAsked:
    """One line: so many of a product; grams may have decimals.

    :param value_id: which of its prices; "" if it was not said.
    """

    product_id: str
    value_id: str
    quantity: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderAsked:
    """An order for the POS as a kiosk sends it; "" for what was not said.

    :param number: what the kiosk calls it by.
    :param customer_id: an id by which the kiosk API knows the person; "" for nobody.
    """

    number: str
    customer_id: str = field(repr=False)
    note: str = field(repr=False)
    name: str = field(repr=False)
    email: str = field(repr=False)
    lines: Sequence[LineAsked]

    def to_bytes(self) -> bytes:
        """The same bytes for the same order."""
        return orjson.dumps(asdict(self), default=str, option=orjson.OPT_SORT_KEYS)


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusAsked:
    """A status that an order is to have."""

    order_id: str
    customer_id: str = field(repr=False)
    status: OrderStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintAsked:
    """That an order was printed; None where nothing was said."""

    printed_id: str | None
    printed_date: str | None


class StatusUnknownError(ValueError):
    """No such status may be set."""


def read_asked(order: Mapping[str, Any]) -> OrderAsked:
    """Read an order for the POS.

    :raises OrderInvalidError: everything that is wrong, at once.
    """
    reader = _Reader()
    name = reader.line(order, "customer_name", longest=_LONGEST_NAME)
    asked = OrderAsked(
        number=reader.line(order, "order_number", longest=LONGEST_NUMBER),
        customer_id=reader.line(order, "customer_id", longest=LONGEST_ID),
        note=reader.note(order.get("notes")),
        name="" if name.lower() in _NO_NAMES else name,
        email=reader.line(order, "customer_email", longest=_LONGEST_EMAIL),
        lines=reader.lines(order.get("items")),
    )
    if reader.errors:
        raise OrderInvalidError(reader.errors)
    return asked


def read_status(order: Mapping[str, Any]) -> StatusAsked:
    """Read a status that is to be set.

    :raises OrderInvalidError: the order is not named.
    :raises StatusUnknownError: it may be set to none of that name.
    """
    reader = _Reader()
    order_id = reader.line(order, "ticket_id", longest=LONGEST_ID)
    customer_id = reader.line(order, "customer_id", longest=LONGEST_ID)
    if reader.errors:
        raise OrderInvalidError(reader.errors)
    word = order.get("order_status")
    if not isinstance(word, str) or word != word.upper():
        raise StatusUnknownError
    try:
        status = OrderStatus(word.lower())
    except ValueError:
        raise StatusUnknownError from None
    return StatusAsked(order_id=order_id, customer_id=customer_id, status=status)


def read_print(order: Mapping[str, Any]) -> PrintAsked:
    """Read that an order was printed.

    :raises OrderInvalidError: neither when nor as what, or no text.
    """
    reader = _Reader()
    told: dict[str, str | None] = {
        name: reader.line(order, name, longest=_LONGEST_PRINT) if name in order else None
        for name in ("printed_id", "printed_date")
    }
    if not reader.errors and all(value is None for value in told.values()):
        reader.wrong("printed_id", "can't be blank")
    if reader.errors:
        raise OrderInvalidError(reader.errors)
    return PrintAsked(printed_id=told["printed_id"], printed_date=told["printed_date"])


@dataclass(kw_only=True)
class _Reader:
    errors: Errors = field(default_factory=dict)

    def wrong(self, name: str, words: str) -> None:
        known = self.errors.setdefault(name, [])
        if words not in known:
            known.append(words)

    def line(self, given: Mapping[str, Any], name: str, *, longest: int, place: str = "") -> str:
        value = given.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
            value = str(value)
        if value is None or value == "":
            return ""
        try:
            return check_text(value, longest=longest)
        except ValueError as error:
            self.wrong(place or name, str(error))
            return ""

    def note(self, given: object) -> str:
        if given is None or given == "":
            return ""
        if not isinstance(given, str):
            self.wrong("notes", "is not a text")
            return ""
        if len(given) > LONGEST_NOTE:
            self.wrong("notes", f"is longer than {LONGEST_NOTE} characters")
            return ""
        if not all(letter.isprintable() or letter in _BREAKS for letter in given):
            self.wrong("notes", "has characters that cannot be kept")
            return ""
        return given.strip()

    def lines(self, given: object) -> Sequence[LineAsked]:
        if not isinstance(given, list) or not given:
            self.wrong("items", "can't be blank")
            return ()
        if len(given) > MOST_LINES:
            self.wrong("items", f"has more than {MOST_LINES} lines")
            return ()
        return [self._line(one) for one in given]

    def _line(self, given: object) -> LineAsked:
        said: Mapping[str, Any] = given if isinstance(given, dict) else {}
        product_id = self.line(
            said, "product_id", longest=_LONGEST_PRODUCT, place="items.product_id"
        )
        if not product_id:
            self.wrong("items.product_id", "can't be blank")
        return LineAsked(
            product_id=product_id,
            value_id=self.line(
                said,
                "product_value_id",
                longest=LONGEST_VALUE_ID,
                place="items.product_value_id",
            ),
            quantity=self._quantity(said.get("quantity")),
        )

    def _quantity(self, given: object) -> Decimal:
        if given is None or given == "":
            self.wrong("items.quantity", "can't be blank")
            return Decimal(0)
        found = _decimal(given)
        if found is None:
            self.wrong("items.quantity", "is not a number")
        elif found <= 0:
            self.wrong("items.quantity", "must be greater than 0")
        elif found > MOST_OF_ONE:
            self.wrong("items.quantity", f"must be at most {MOST_OF_ONE}")
        elif found != found.quantize(Decimal("0.001")):
            self.wrong("items.quantity", "has more than three decimals")
        else:
            return found
        return Decimal(0)


def _decimal(given: object) -> Decimal | None:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None
    text = given.strip() if isinstance(given, str) else repr(given)
    if len(text) > 20 or not text.isascii() or "_" in text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    # What is far too large is told by its size; comparing it must not be expensive.
    return found if found.is_finite() and abs(found.adjusted()) < 20 else None
