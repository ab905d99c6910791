"""Amounts of money: decimals with two places, never floats."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

#: What the columns hold.
MOST: Final = Decimal("99999999.99")
_CENT: Final = Decimal("0.01")
_LONGEST: Final = 20


class AmountError(ValueError):
    """This is no amount; the text says why, and goes behind a field's name."""


def read_amount(value: object) -> Decimal:
    """Read an amount that was sent as a number or as text (``12``, ``12.5``, ``"12.50"``).

    :raises AmountError: it is none, is negative, has fractions of a cent, or is too large.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise AmountError("is not a number")
    # The shortest text of a float is what was sent: 12.1 stays 12.1.
    text = value.strip() if isinstance(value, str) else repr(value)
    if len(text) > _LONGEST or not text.isascii() or "_" in text:
        raise AmountError("is not a number")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise AmountError("is not a number") from None
    return _checked(amount)


def _checked(amount: Decimal) -> Decimal:
    if not amount.is_finite():
        raise AmountError("is not a number")
    if amount < 0:
        raise AmountError("must be greater than or equal to 0")
    if amount > MOST:
        raise AmountError("is too large")
    whole = amount.quantize(_CENT)
    if whole != amount:
        raise AmountError("has fractions of a cent")
    return abs(whole)


def write_amount(amount: Decimal) -> str:
    """An amount as JSON has it: text with two places, as the original wrote its decimals."""
    return f"{amount:.2f}"
