"""Reads single values of order rows: ids, amounts, texts, times. The same for every POS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from rollcall.pos.decoding import ENCODING_MARK, NOT_A_ROW_MARK
from rollcall.pos.errors import RowError

_LONGEST_ID: Final = 200
_LONGEST_TEXT: Final = 500
#: No order is larger; what claims to be is damaged.
_LARGEST: Final = Decimal(10) ** 9
_CENT: Final = Decimal("0.01")
_THOUSANDTH: Final = Decimal("0.001")
_EMPTY: Final = frozenset({"", "n/a", "null"})
#: Placeholders of SQL Server and .NET are no times.
_FIRST_YEAR: Final = 2000


def check_row(row: Mapping[str, Any]) -> None:
    """Refuse what is no row, or damaged.

    :raises RowError: ``not_an_object`` or ``encoding_invalid``.
    """
    if NOT_A_ROW_MARK in row:
        raise RowError("the order is not an object", code="not_an_object")
    if ENCODING_MARK in row:
        raise RowError("the order holds text that is damaged", code="encoding_invalid")


def opaque_id(value: object) -> str:
    """An id as a string; "" where there is none (null, 0, a placeholder)."""
    if type(value) is int:
        return str(value) if value > 0 else ""
    if type(value) is not str:
        return ""
    text = value.strip()
    if text.lower() in _EMPTY or text == "0" or len(text) > _LONGEST_ID or not text.isprintable():
        return ""
    return text


def own_id(value: object, name: str) -> str:
    """The order's own id.

    :raises RowError: ``id_missing``.
    """
    found = opaque_id(value)
    if not found:
        raise RowError("the order has no id", code="id_missing", field=name)
    return found


def text(value: object) -> str:
    """One line of at most 500 characters; "" for anything that is no text."""
    if type(value) is int:
        return str(value)[:_LONGEST_TEXT]
    if type(value) is not str:
        return ""
    cleaned = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return "" if cleaned.lower() in _EMPTY else cleaned[:_LONGEST_TEXT]


def amount(value: object, name: str) -> Decimal | None:
    """Money, in cents; None where nothing is told.

    :raises RowError: ``amount_invalid``.
    """
    return _decimal(value, name, _CENT)


def cents(value: object, name: str) -> Decimal | None:
    """Money that is told as a number of cents.

    :raises RowError: ``amount_invalid``.
    """
    found = _decimal(value, name, _CENT)
    return None if found is None else (found / 100).quantize(_CENT)


def quantity(value: object, name: str) -> Decimal:
    """How much of something; grams have three decimals. Untold is one.

    :raises RowError: ``amount_invalid``.
    """
    found = _decimal(value, name, _THOUSANDTH)
    return Decimal(1) if found is None else found


def moment(value: object, name: str, zone: ZoneInfo | None = None) -> dt.datetime | None:
    """A time in ISO 8601, as aware UTC; None where nothing is told, or a placeholder.

    :param zone: of times that name none; None: they are UTC.
    :raises RowError: ``date_invalid``.
    """
    if value is None or value == "":
        return None
    try:
        parsed = dt.datetime.fromisoformat(value.strip() if isinstance(value, str) else "?")
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=zone or dt.UTC)
        return parsed.astimezone(dt.UTC) if parsed.year >= _FIRST_YEAR else None
    except (ValueError, OverflowError):
        raise RowError(
            f"{name} is not a time that exists", code="date_invalid", field=name
        ) from None


def objects(value: object) -> list[Mapping[str, Any]] | None:
    """The objects of a list; None if it is none."""
    if not isinstance(value, list):
        return None
    return [one for one in value if isinstance(one, Mapping)]


def _decimal(value: object, name: str, step: Decimal) -> Decimal | None:
    if value is None or value == "":
        return None
    problem = RowError(f"{name} is not an amount", code="amount_invalid", field=name)
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 40:
        raise problem
    try:
        found = Decimal(str(value).strip())
        if not found.is_finite() or abs(found) >= _LARGEST:
            raise problem
        return found.quantize(step)
    except InvalidOperation:
        raise problem from None
