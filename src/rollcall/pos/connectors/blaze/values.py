"""Reads and writes single values of BLAZE: texts, days in milliseconds, phones, lists in rows."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from rollcall.kit.normalise.dates import DayError, DayProblem, parse_day
from rollcall.kit.normalise.phone import phone_e164
from rollcall.pos.contract import RawRow
from rollcall.pos.errors import RowError

MAX_NAME: Final = 500

_EMPTY: Final = frozenset({"", "n/a", "null"})
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROLS_BUT_LINES: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: Left behind where a character set was lost. [code]
_LOST: Final = re.compile(r"(?:^|(?<=\s))\?{2,}(?=\s|$)")
_FLAGS: Final = {"true": True, "false": False}
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: The first days of .NET's, SQL Server's and spreadsheets' calendars stand for none. [guess]
_PLACEHOLDER_YEARS: Final = frozenset({1, 1899, 1900})
#: A day written at this hour or later is the midnight that follows, by another clock.
_AFTERNOON: Final = 13
#: No driver's licence, by name [doc] or ordinal [guess].
_PASSPORT: Final = ("Passport", 1)
#: Copies of the recommendation that counts; the misspelt one is on the wire too. [code]
TWINS: Final = ("latestRecommendation", "lastestRecommendation")


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
    if not value:
        return None
    if not value.isprintable():
        value = _CONTROLS.sub(lambda found: " " if found[0].isspace() else "", value)
    cleaned = " ".join(value.split())
    return None if len(cleaned) <= 4 and cleaned.lower() in _EMPTY else cleaned


def name(value: object) -> str | None:
    """One line of at most 500 characters in the case in which it was given, without ``???``."""
    cleaned = text(value)
    if cleaned is None:
        return None
    if "??" in cleaned:
        cleaned = " ".join(_LOST.sub("", cleaned).split())
    if len(cleaned) > MAX_NAME:
        raise WrongValueError("too_long", "longer than 500 characters")
    return cleaned or None


def lines(value: object) -> str | None:
    """Keep line breaks and tabs."""
    if type(value) is not str:
        return text(value)
    unified = value.replace("\r\n", "\n").replace("\r", "\n")
    cleaned = _CONTROLS_BUT_LINES.sub("", unified).strip()
    return None if cleaned.lower() in _EMPTY else cleaned


def number_text(value: object) -> str | None:
    """Read a text in which zeros alone mean "none": numbers of documents, zip codes."""
    cleaned = text(value)
    if cleaned is None or not cleaned.strip("0+-(). "):
        return None
    return cleaned


def phone(value: object) -> str | None:
    """Read a phone as E.164 if it is a possible number, else as it was given."""
    cleaned = number_text(value)
    return None if cleaned is None else phone_e164(cleaned) or cleaned


def flag(value: object) -> bool | None:
    """Read yes, no, or null for "never asked"."""
    if value is None or value is True or value is False:
        return value
    word = value.strip().lower() if isinstance(value, str) else "?"
    if word in _EMPTY:
        return None
    if word not in _FLAGS:
        raise WrongValueError("type_invalid", "neither yes nor no")
    return _FLAGS[word]


def points(value: object) -> int | None:
    """Whole points; what is behind the point is not told, never rounded up."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise WrongValueError("type_invalid", "not a number")
    return math.floor(value)


def moment(value: object) -> dt.datetime | None:
    """Read epoch milliseconds; 0 stands for "not set" [code]."""
    if type(value) is not int:
        value = _millis_of_other_type(value)
    if not value:
        return None
    try:
        return _EPOCH + dt.timedelta(milliseconds=value)
    except OverflowError:
        raise WrongValueError("date_invalid", "not a time that exists") from None


def instant(value: object) -> str | None:
    """Read epoch milliseconds, written as the canonical vocabulary does."""
    told = moment(value)
    if told is None or told.year in _PLACEHOLDER_YEARS:
        return None
    return told.isoformat()[:19] + "Z"


def day_of_millis(value: object, zone: ZoneInfo) -> str | None:
    """Read a day that was written as a midnight in milliseconds.

    BLAZE writes the shop's midnight [code]. Integrations write UTC's, and other shops of the
    company theirs: so the nearest midnight of the zone counts, not the day that the moment is in.
    """
    told = moment(value)
    if told is None or told.year == 1:
        return None
    try:
        local = told.astimezone(zone)
        on = local.date() + dt.timedelta(days=1 if local.hour >= _AFTERNOON else 0)
    except OverflowError:
        raise WrongValueError("date_invalid", "not a date that exists") from None
    return None if on.year in _PLACEHOLDER_YEARS else on.isoformat()


def day(value: object) -> str | None:
    """Read ``YYYY-MM-DD`` [code], also with a time behind it or in US order [guess]."""
    if value is None:
        return None
    if type(value) is not str:
        raise WrongValueError("date_invalid", "not a date")
    if value.strip().lower() in _EMPTY:
        return None
    try:
        on = parse_day(value)
    except DayError as error:
        if error.problem is DayProblem.TOO_EARLY:
            return None
        raise WrongValueError("date_invalid", "not a date that exists") from None
    return None if on.year in _PLACEHOLDER_YEARS else on.isoformat()


def local_midnight(iso_day: str, zone: ZoneInfo) -> int:
    """Write a day as BLAZE does: the shop's midnight in epoch milliseconds [code]."""
    midnight = dt.datetime.combine(dt.date.fromisoformat(iso_day), dt.time(), tzinfo=zone)
    return round((midnight - _EPOCH).total_seconds() * 1000)


def millis(when: dt.datetime) -> int:
    """Write an aware moment in epoch milliseconds."""
    return (when - _EPOCH) // dt.timedelta(milliseconds=1)


def ten_digits(text_of_phone: object) -> str:
    """Reduce a phone to its digits without the country code of the US."""
    digits = "".join(c for c in str(text_of_phone) if c.isascii() and c.isdigit())
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def translated(table: Mapping[str, str]) -> Callable[[Any], str | None]:
    """Translate known words, whatever their case; a new one passes in lower case."""

    def parse(value: Any) -> str | None:  # noqa: ANN401 - decoded JSON
        cleaned = text(value)
        if cleaned is None:
            return None
        word = cleaned.lower()
        return table.get(word, word)

    return parse


def licence_in(row: RawRow) -> dict[str, Any] | None:
    """Return the identification that is the licence: the first with a number, else the first.

    Deleted ones and passports are none.
    """
    first = None
    for entry in objects(row, "identifications"):
        if entry.get("deleted") is True or entry.get("type") in _PASSPORT:
            continue
        if number_text(entry.get("licenseNumber")) is not None:
            return entry
        first = first or entry
    return first


def recommendation_in(row: RawRow) -> dict[str, Any] | None:
    """Return the recommendation that counts: one with a number, the one that ends last."""
    usable = [e for e in objects(row, "recommendations") if e.get("deleted") is not True]
    return max(usable, key=_weight) if usable else None


def recommendation_twin(row: RawRow) -> dict[str, Any] | None:
    """Return the copy under the right or the misspelt key; both are on the wire [code]."""
    for key in TWINS:
        twin = row.get(key)
        if isinstance(twin, dict):
            return twin
    return None


def home_address(row: RawRow) -> dict[str, Any] | None:
    """Return ``address``; where it is null, the first of ``addresses`` [guess]."""
    home = row.get("address")
    if home is None:
        further = (a for a in objects(row, "addresses") if a.get("deleted") is not True)
        return next(further, None)
    if not isinstance(home, dict):
        raise WrongValueError("type_invalid", "not an address")
    return home


def objects(row: RawRow, key: str) -> list[dict[str, Any]]:
    """Return a list of objects; null and absent are empty."""
    entries = row.get(key)
    if entries is None:
        return []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise WrongValueError("type_invalid", "not a list of objects")
    return entries


def _weight(recommendation: dict[str, Any]) -> tuple[bool, float]:
    end = moment(recommendation.get("expirationDate"))
    has_number = number_text(recommendation.get("recommendationNumber")) is not None
    return has_number, 0.0 if end is None else end.timestamp()


def _text_of_other_type(value: object) -> str | None:
    if value is None:
        return None
    if type(value) is int:
        return str(value)
    raise WrongValueError("type_invalid", "not a text")


def _millis_of_other_type(value: object) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise WrongValueError("date_invalid", "not a time in milliseconds")
