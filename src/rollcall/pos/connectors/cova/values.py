"""Reads single wire values of Cova: texts, days, times, flags; placeholders become None."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from rollcall.kit.normalise.phone import phone_e164
from rollcall.pos.errors import RowError

MAX_NAME: Final = 500

_EMPTY: Final = frozenset({"", "n/a"})
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROLS_BUT_LINES: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NO_GUID: Final = "00000000-0000-0000-0000-000000000000"
_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: The years of dates that stand for none: .NET's [guess] and SQL Server's first days.
_PLACEHOLDER_YEARS: Final = frozenset({1, 1900})
#: Fractions have up to seven digits in .NET; Python takes six.
_FRACTION: Final = re.compile(r"\.(\d{1,9})")


class WrongValueError(Exception):
    """A value that cannot be taken over; becomes a RowError that names the field."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def row_error(self, name: str) -> RowError:
        """Name the field; the value itself is not told."""
        return RowError(f"{name}: {self}", code=self.code, field=name)


def text(value: object) -> str | None:
    """One line: trimmed, inner white space collapsed, control characters removed."""
    if type(value) is not str:
        return _text_of_other_type(value)
    if not value.isprintable():
        # White space that is control too keeps separating words.
        value = _CONTROLS.sub(lambda found: " " if found[0].isspace() else "", value)
    cleaned = " ".join(value.split())
    return None if not cleaned or (len(cleaned) == 3 and cleaned.lower() == "n/a") else cleaned


def name(value: object) -> str | None:
    """One line of at most 500 characters, in the case in which it was given."""
    cleaned = text(value)
    if cleaned is not None and len(cleaned) > MAX_NAME:
        raise WrongValueError("too_long", "longer than 500 characters")
    return cleaned


def lines(value: object) -> str | None:
    """Keep line breaks and tabs."""
    if type(value) is not str:
        return text(value)
    unified = value.replace("\r\n", "\n").replace("\r", "\n")
    cleaned = _CONTROLS_BUT_LINES.sub("", unified).strip()
    return None if cleaned.lower() in _EMPTY else cleaned


def number_text(value: object) -> str | None:
    """Read a text in which zeros alone mean "none": phones, zip codes, ids."""
    cleaned = text(value)
    return cleaned if cleaned is not None and cleaned.strip("0+-(). ") else None


def phone(value: object) -> str | None:
    """Read a phone, free text at Cova [doc]: E.164 if it is a valid number, else as given."""
    cleaned = number_text(value)
    return None if cleaned is None else phone_e164(cleaned) or cleaned


def guid(value: object) -> str | None:
    """Read an id in lower case; null, an empty one and one of zeros are none."""
    if value is None:
        return None
    if type(value) is not str:
        raise WrongValueError("type_invalid", "not an id")
    cleaned = value.strip().strip("{}").lower()
    if cleaned in ("", _NO_GUID):
        return None
    if not _GUID.fullmatch(cleaned):
        raise WrongValueError("type_invalid", "not an id")
    return cleaned


def is_guid(value: str) -> bool:
    """Tell whether a text can be the id of a customer."""
    return bool(_GUID.fullmatch(value.lower())) and value != _NO_GUID


def day(value: object) -> str | None:
    """Read the first ten characters; the rest of the time is meaningless [code]."""
    if value is None:
        return None
    if type(value) is not str:
        raise WrongValueError("date_invalid", "not a date")
    cleaned = value.strip()
    if cleaned.lower() in _EMPTY:
        return None
    written = cleaned[:10]
    # Other ISO forms (week dates, no hyphens) would pass too.
    if written[4:5] != "-" or written[7:8] != "-" or cleaned[10:11] not in ("", "T", " "):
        raise WrongValueError("date_invalid", "not a date that exists")
    try:
        parsed = dt.date.fromisoformat(written)
    except ValueError:
        raise WrongValueError("date_invalid", "not a date that exists") from None
    return None if parsed.year in _PLACEHOLDER_YEARS else written


def moment(value: object) -> dt.datetime | None:
    """Read a time, UTC unless it says otherwise."""
    if value is None or value == "":
        return None
    if type(value) is not str or value[4:5] != "-":
        raise WrongValueError("date_invalid", "not a time")
    shortened = _FRACTION.sub(lambda found: f".{found[1][:6]:0<6}", value.strip(), count=1)
    try:
        parsed = dt.datetime.fromisoformat(shortened)
        parsed = parsed.replace(tzinfo=dt.UTC) if parsed.tzinfo is None else parsed
        return None if parsed.year in _PLACEHOLDER_YEARS else parsed.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise WrongValueError("date_invalid", "not a time that exists") from None


def flag(value: object) -> bool | None:
    """Read yes, no, or null for "not told"."""
    if value is None or value is True or value is False:
        return value
    raise WrongValueError("type_invalid", "neither yes nor no")


def _text_of_other_type(value: object) -> str | None:
    if value is None:
        return None
    if type(value) is int:
        return str(value)
    raise WrongValueError("type_invalid", "not a text")
