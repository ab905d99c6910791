"""Days and instants as POS systems, files and people write them; what is in doubt is an error."""

from __future__ import annotations

import datetime as dt
import enum
import re
from typing import Final

#: Births and expiries lie behind it; before it lie only the zero dates of databases (0001-01-01).
EARLIEST_YEAR: Final = 1800

_HOURS_24 = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?: ?(?:Z|[+-]\d{2}:?\d{2}))?"
_HOURS_12 = r"(?:0?[1-9]|1[0-2]):[0-5]\d(?::[0-5]\d)? ?[AaPp][Mm]"
_TIME_OF_DAY = f"(?:[T ](?:{_HOURS_24}|{_HOURS_12}))?"
_YEAR_FIRST = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})" + _TIME_OF_DAY, re.ASCII)
_MONTH_FIRST = re.compile(r"(\d{1,2})([-/])(\d{1,2})\2(\d{4}|\d{2})" + _TIME_OF_DAY, re.ASCII)
_DIGITS_ONLY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt]| +)(\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
    r" ?(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)


class DayProblem(enum.StrEnum):
    """Why a text is not taken for a day."""

    EMPTY = "empty"
    UNKNOWN_FORMAT = "unknown_format"
    NO_SUCH_DAY = "no_such_day"
    #: A two-digit year, and nothing that says which century is meant.
    CENTURY_UNKNOWN = "century_unknown"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"


class DayError(ValueError):
    """The text is not a day. The message names the problem and never the text (personal data)."""

    def __init__(self, problem: DayProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class InstantError(ValueError):
    """The text is not an instant; the message does not contain it."""


def day(text: str, *, latest: dt.date | None = None) -> dt.date | None:
    """Like :func:`parse_day`, but None instead of an error."""
    try:
        return parse_day(text, latest=latest)
    except DayError:
        return None


def parse_day(text: str, *, latest: dt.date | None = None) -> dt.date:
    """Read ``YYYY-MM-DD``, ``M/D/YYYY``, ``M-D-YYYY``, ``YYYYMMDD``, or the day of a date and time.

    Slashes and hyphens with the year last are in US order, always: ``17/04/1991`` is an error, not
    the 17th of April, because ``07/04/1991`` could not be told from it. A time of day and its zone
    are ignored: a birth date moved into another zone would be another day.

    :param latest: the last day that can be meant, for births today. A later day is an error, and
        ``M/D/YY`` means the last such year up to that day (with 2026-11-22: ``11/22/26`` is 2026,
        ``11/23/26`` is 1926). Without it a two-digit year is an error.
    :raises DayError: with the problem; also for days before the year 1800.
    """
    found = _read_day(text.strip(), latest)
    if found.year < EARLIEST_YEAR:
        raise DayError(DayProblem.TOO_EARLY)
    if latest is not None and found > latest:
        raise DayError(DayProblem.TOO_LATE)
    return found


def parse_birth_day(text: str, *, today: dt.date) -> dt.date:
    """Read a birth date, which is never in the future; see :func:`parse_day`."""
    return parse_day(text, latest=today)


def parse_instant(text: str, zone: dt.tzinfo) -> dt.datetime:
    """Read a date and time as an aware UTC datetime.

    Takes ``T`` or a space in the middle, seconds or none, fractions of 1 to 9 digits (cut to
    microseconds), ``Z``, ``UTC``, ``+00:00``, ``+0000``, ``-08`` or no zone.

    :param zone: where a text without a zone was written. A time that the clock skips in spring is
        read with the offset before the change (02:30 becomes 03:30 of the new time); one that comes
        twice in autumn is the first of the two.
    :raises InstantError: another format, no such time, or outside the years 1 to 9999 in UTC.
    """
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        raise InstantError("not a date and time in a known format")
    on, clock, seconds, fraction, offset = match.groups()
    micros = (fraction or "0")[:6].ljust(6, "0")
    iso = f"{on}T{clock}:{seconds or '00'}.{micros}{_iso_offset(offset)}"
    try:
        moment = dt.datetime.fromisoformat(iso)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise InstantError("no such date and time") from None


def _iso_offset(offset: str | None) -> str:
    if offset is None:
        return ""
    return offset if offset[0] in "+-" else "+00:00"


def _read_day(text: str, latest: dt.date | None) -> dt.date:
    common = _read_common_shape(text)
    if common is not None:
        return common
    if match := _MONTH_FIRST.fullmatch(text):
        month, _, day_of_month, year = match.groups()
        if len(year) == 2:
            return _in_last_century_until(int(year), int(month), int(day_of_month), latest)
        return _calendar_day(int(year), int(month), int(day_of_month))
    if match := _YEAR_FIRST.fullmatch(text):
        return _calendar_day(int(match[1]), int(match[3]), int(match[4]))
    if match := _DIGITS_ONLY.fullmatch(text):
        return _calendar_day(int(match[1]), int(match[2]), int(match[3]))
    raise DayError(DayProblem.UNKNOWN_FORMAT if text else DayProblem.EMPTY)


def _read_common_shape(text: str) -> dt.date | None:
    """Read the shapes that nearly all systems send; None means: look closer."""
    try:
        if len(text) == 10 and text[4] == text[7] == "-":
            return dt.date.fromisoformat(text)
        if len(text) == 10 and text[2] == text[5] == "/":
            return dt.date.fromisoformat(f"{text[6:]}-{text[:2]}-{text[3:5]}")
        if len(text) == 8 and text.isdigit():
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    return None


def _in_last_century_until(year: int, month: int, day: int, latest: dt.date | None) -> dt.date:
    if latest is None:
        raise DayError(DayProblem.CENTURY_UNKNOWN)
    century = latest.year - latest.year % 100
    # Compared as numbers first: 29 February exists in one century and not in the next.
    if (century + year, month, day) > (latest.year, latest.month, latest.day):
        century -= 100
    return _calendar_day(century + year, month, day)


def _calendar_day(year: int, month: int, day_of_month: int) -> dt.date:
    try:
        return dt.date(year, month, day_of_month)
    except ValueError:
        raise DayError(DayProblem.NO_SUCH_DAY) from None
