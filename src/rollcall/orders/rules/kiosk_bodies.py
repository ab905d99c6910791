"""What kiosks send of orders, in the original system's shape.

``order{first_name, last_name, amount, products[{sku, quantity, product_value_id}]}``. Its members
``kiosks_id`` and ``client_id`` are not looked at: whose order it is follows from the key. Other
members are ignored, as the original ignored them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from rollcall.kit.normalise.email import email_normal
from rollcall.kit.normalise.phone import phone_e164
from rollcall.orders.rules.money import AmountError, read_amount
from rollcall.orders.rules.products import LONGEST_SKU, LONGEST_VALUE_ID, Errors, check_text

LONGEST_NAME: Final = 100
LONGEST_ID: Final = 300
LONGEST_CONTACT: Final = 254
MOST_LINES: Final = 200
MOST_OF_ONE: Final = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class LineSaid:
    """One line: so many of a product at one of its prices.

    :param value_id: "" for a product that has but one price.
    """

    sku: str
    value_id: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderSaid:
    """An order as a kiosk sends it.

    :param amount: what the kiosk thinks it comes to.
    :param customer_id: an id by which the kiosk API knows the person; "" for nobody.
    :param phone: of whoever ordered, in its normal form, as ``email``; "" for none that can be one.
    """

    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    amount: Decimal
    lines: Sequence[LineSaid]
    customer_id: str = ""
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)


class OrderMissingError(ValueError):
    """There is nothing in the member ``order``."""


class OrderInvalidError(ValueError):
    """Members cannot be used; ``errors`` says which and why, without values of people."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("an order cannot be used")
        self.errors = errors


def order_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the member ``order``.

    :raises OrderMissingError: there is none, or nothing in it.
    """
    order = body.get("order")
    if not isinstance(order, dict) or not order:
        raise OrderMissingError
    return order


def read_order(order: Mapping[str, Any]) -> OrderSaid:
    """Read a new order.

    :raises OrderInvalidError: everything that is wrong, at once.
    """
    reader = _Reader()
    said = OrderSaid(
        first_name=reader.text(order, "first_name", "first_name", longest=LONGEST_NAME),
        last_name=reader.text(order, "last_name", "last_name", longest=LONGEST_NAME),
        amount=reader.amount(order.get("amount")),
        lines=reader.lines(order.get("products")),
        customer_id=reader.optional(order, "customer_id", "customer_id", longest=LONGEST_ID),
        phone=_normal(order.get("phone"), phone_e164),
        email=_normal(order.get("email"), email_normal),
    )
    if reader.errors:
        raise OrderInvalidError(reader.errors)
    return said


def read_payed(order: Mapping[str, Any]) -> bool:
    """Read whether an order is paid.

    :raises OrderInvalidError: it says neither true nor false.
    """
    payed = order.get("payed")
    if not isinstance(payed, bool):
        raise OrderInvalidError({"payed": ["is neither true nor false"]})
    return payed


def _normal(given: object, normalise: Callable[[str], str | None]) -> str:
    """What has no normal form is ignored, as the original ignored all of it."""
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST_CONTACT:
        return ""
    return normalise(given) or ""


@dataclass(kw_only=True)
class _Reader:
    errors: Errors = field(default_factory=dict)

    def wrong(self, name: str, words: str) -> None:
        self.errors.setdefault(name, []).append(words)

    def text(self, given: Mapping[str, Any], name: str, place: str, *, longest: int) -> str:
        try:
            return check_text(given.get(name), longest=longest)
        except ValueError as error:
            self.wrong(place, str(error))
            return ""

    def optional(self, given: Mapping[str, Any], name: str, place: str, *, longest: int) -> str:
        if given.get(name) in (None, ""):
            return ""
        return self.text(given, name, place, longest=longest)

    def amount(self, given: object) -> Decimal:
        if given is None or given == "":
            self.wrong("amount", "can't be blank")
            return Decimal(0)
        try:
            return read_amount(given)
        except AmountError as error:
            self.wrong("amount", str(error))
            return Decimal(0)

    def lines(self, given: object) -> Sequence[LineSaid]:
        if not isinstance(given, list) or not given:
            self.wrong("products", "can't be blank")
            return ()
        if len(given) > MOST_LINES:
            self.wrong("products", f"has more than {MOST_LINES} lines")
            return ()
        return [self._line(one, f"products.{number}") for number, one in enumerate(given)]

    def _line(self, given: object, place: str) -> LineSaid:
        if not isinstance(given, dict):
            self.wrong(place, "is not an object")
            return LineSaid(sku="", value_id="", quantity=0)
        value_at = f"{place}.product_value_id"
        return LineSaid(
            sku=self.text(given, "sku", f"{place}.sku", longest=LONGEST_SKU),
            value_id=self.optional(given, "product_value_id", value_at, longest=LONGEST_VALUE_ID),
            quantity=self._quantity(given.get("quantity"), f"{place}.quantity"),
        )

    def _quantity(self, given: object, place: str) -> int:
        if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) < 9:
            given = int(given)
        if isinstance(given, bool) or not isinstance(given, int):
            self.wrong(place, "is not a number")
        elif given <= 0:
            self.wrong(place, "must be greater than 0")
        elif given > MOST_OF_ONE:
            self.wrong(place, f"must be at most {MOST_OF_ONE}")
        else:
            return given
        return 0
