"""Reads single wire values of Flowhub: texts, days, times, flags; placeholders become None."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

from rollcall.kit.normalise.dates import DayError, InstantError, parse_day, parse_instant
from rollcall.kit.normalise.phone import phone_e164
from rollcall.pos.errors import RowError

MAX_NAME: Final = 500

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FLAGS: Final = {"true": True, "false": False}
#: Years of dates that stand for none. [guess]
_PLACEHOLDER_YEARS: Final = frozenset({1, 1900})
_LAST_PLACEHOLDER: Final = 1900
_LONGEST_TIME: Final = 40


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
    if not cleaned or (len(cleaned) == 3 and cleaned.lower() == "n/a"):
        return None
    return cleaned


def name(value: object) -> str | None:
    """One line of at most 500 characters."""
    cleaned = text(value)
    if cleaned is not None and len(cleaned) > MAX_NAME:
        raise WrongValueError("too_long", "longer than 500 characters")
    return cleaned


def phone(value: object) -> str | None:
    """Read ``(303) 555-0176`` [doc] as E.164; what is no number stays as it was typed."""
    cleaned = text(value)
    if cleaned is None or not cleaned.strip("0+-(). "):
        return None
    return phone_e164(cleaned) or cleaned


def zip_code(value: object) -> str | None:
    """Read a text in which zeros alone mean "none"."""
    cleaned = text(value)
    return None if cleaned is None or not cleaned.strip("0-") else cleaned


def day(value: object) -> str | None:
    """Read ``1986-02-09`` [doc]; old rows may hold a time behind it [guess]."""
    if type(value) is str and _is_documented_day(value):
        return value
    if value is None or (isinstance(value, str) and text(value) is None):
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_TIME:
        raise WrongValueError("date_invalid", "not a date")
    if value.startswith("0001-01-01"):
        return None
    try:
        parsed = parse_day(value)
    except DayError:
        raise WrongValueError("date_invalid", "not a date that exists") from None
    return None if parsed.year in _PLACEHOLDER_YEARS else parsed.isoformat()


def moment(value: object) -> dt.datetime | None:
    """Read ``2023-06-15T22:57:35.836575Z`` [doc]; UTC if it names no zone."""
    told = _documented_time(value) if type(value) is str else None
    if told is not None:
        return told
    if value is None or (isinstance(value, str) and text(value) is None):
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_TIME:
        raise WrongValueError("date_invalid", "not a time")
    if value.startswith("0001-01-01"):
        return None
    try:
        parsed = parse_instant(value, dt.UTC)
    except InstantError:
        raise WrongValueError("date_invalid", "not a time that exists") from None
    return parsed if parsed.year > _LAST_PLACEHOLDER else None


def instant(value: object) -> str | None:
    """Read a time, written as the canonical vocabulary does."""
    told = moment(value)
    return None if told is None else told.isoformat()[:19] + "Z"


def flag(value: object) -> bool | None:
    """Read yes, no, or null for "never asked"."""
    if value is None or value is True or value is False:
        return value
    word = value.strip().lower() if isinstance(value, str) else "?"
    if word in ("", "n/a"):
        return None
    if word not in _FLAGS:
        raise WrongValueError("type_invalid", "neither yes nor no")
    return _FLAGS[word]


def number(value: object) -> int | None:
    """Read a whole number; a fraction is cut off."""
    if value is None or type(value) is int:
        return value
    try:
        if isinstance(value, str | float):
            return int(float(value)) if str(value).strip() else None
    except (ValueError, OverflowError):
        pass
    raise WrongValueError("type_invalid", "not a number")


def group_names(value: object) -> list[str] | None:
    """Read ``[{"name": "VIP"}]`` [doc]; also bare names [guess]."""
    if value is None:
        return None
    if not isinstance(value, list):
        raise WrongValueError("type_invalid", "not a list")
    entries = (entry.get("name") if isinstance(entry, dict) else entry for entry in value)
    return [word for word in map(text, entries) if word is not None] or None


def ten_digits(given: object) -> str:
    """Reduce a phone to its digits, without the country code of North America."""
    digits = "".join(c for c in str(given) if c.isascii() and c.isdigit())
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def folded(value: object) -> str:
    """Reduce a text to what makes it the same: single spaces, no case."""
    return " ".join(str(value or "").split()).casefold()


def _is_documented_day(value: str) -> bool:
    """Tell whether nothing is odd about a day: so for nearly all of them, and quickly."""
    if len(value) != 10 or not value[4] == "-" == value[7]:
        return False
    try:
        return dt.date.fromisoformat(value).year > _LAST_PLACEHOLDER
    except ValueError:
        return False


def _documented_time(value: str) -> dt.datetime | None:
    """Read a time about which nothing is odd, quickly; None for others."""
    if value[4:5] != "-" or value[10:11] != "T" or value[19:20] != "." or value[-1] != "Z":
        return None
    try:
        told = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return told if told.year > _LAST_PLACEHOLDER else None


def _text_of_other_type(value: Any) -> str | None:  # noqa: ANN401 - decoded JSON
    if value is None:
        return None
    if type(value) is int:
        return str(value)
    raise WrongValueError("type_invalid", "not a text")
