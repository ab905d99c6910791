"""Reads single wire values of Dutchie POS: texts, days, times, flags; placeholders become None."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from rollcall.pos.errors import RowError

MAX_NAME: Final = 500

_EMPTY: Final = frozenset({"", "n/a"})
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROLS_BUT_LINES: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_FLAGS: Final = {"true": True, "false": False}
#: The years of dates that stand for none: SQL Server's [code] and .NET's [guess] first days.
_PLACEHOLDER_YEARS: Final = frozenset({1, 1900})
_LAST_PLACEHOLDER: Final = 1900
#: The last two were not seen, but are what the same servers write in other places. [guess]
_US_FORMATS: Final = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y")
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
    """Read a text in which zeros alone mean "none": ids, phones, zip codes [code]."""
    if type(value) is str and value.isdigit() and value.isascii():
        return value if value.strip("0") else None
    cleaned = text(value)
    if cleaned is None or not cleaned.strip("0+-(). "):
        return None
    return cleaned


def positive_id(value: object) -> str | None:
    """Read an id that is sent as null or 0 where there is none [code]."""
    if type(value) is int and value >= 0:
        return str(value) if value else None
    if value is not None and type(value) is not str:
        raise WrongValueError("type_invalid", "not an id")
    return number_text(value)


def day(value: object) -> str | None:
    """Read the day of a time as it is written, whatever its clock time [guess]."""
    if type(value) is not str:
        raise WrongValueError("date_invalid", "not a date")
    try:
        # Other ISO forms (week dates, no hyphens) would pass too.
        if value[4] == "-" == value[7]:
            year = dt.datetime.fromisoformat(value).year
            return None if year in _PLACEHOLDER_YEARS else value[:10]
    except (ValueError, IndexError):
        pass
    parsed = _odd_time(value, "not a date that exists")
    return None if parsed is None else parsed.date().isoformat()


def moment(value: object) -> dt.datetime | None:
    """Read a time, UTC if it names no zone; ISO 8601 or ``11/20/2025 18:04:33`` [code]."""
    if type(value) is not str:
        if value is None:
            return None
        raise WrongValueError("date_invalid", "not a time")
    try:
        if len(value) == 19 and value[2] == "/" == value[5]:
            parsed = dt.datetime.fromisoformat(
                f"{value[6:10]}-{value[:2]}-{value[3:5]}T{value[11:]}+00:00"
            )
        else:
            parsed = dt.datetime.fromisoformat(value)
            if not value[4] == "-" == value[7]:
                raise WrongValueError("date_invalid", "not a time that exists")
    except ValueError:
        odd = _odd_time(value, "not a time that exists")
        return None if odd is None else _in_utc(odd)
    return (
        parsed if parsed.tzinfo is dt.UTC and parsed.year > _LAST_PLACEHOLDER else _in_utc(parsed)
    )


def instant(value: object) -> str | None:
    """Read a time, written as the canonical vocabulary does."""
    if type(value) is str and value[10:11] == "T" and value[4] == "-" == value[7]:
        try:
            parsed = dt.datetime.fromisoformat(value)
            if parsed.tzinfo is None and parsed.year > _LAST_PLACEHOLDER and value[16:17] == ":":
                return value[:19] + "Z"
        except ValueError:
            pass
    told = moment(value)
    return None if told is None else told.isoformat()[:19] + "Z"


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


def words(value: object) -> list[str] | None:
    """Read a list of texts; empty entries are left out."""
    if value is None:
        return None
    if not isinstance(value, list):
        raise WrongValueError("type_invalid", "not a list")
    return [word for word in map(text, value) if word is not None]


def translated(table: Mapping[str, str]) -> Callable[[object], str | None]:
    """Translate known words, whatever their case; a new one passes in lower case."""

    def parse(value: object) -> str | None:
        if type(value) is str and value in table:
            return table[value]
        cleaned = text(value)
        if cleaned is None:
            return None
        word = cleaned.lower()
        return table.get(word, word)

    return parse


def _text_of_other_type(value: Any) -> str | None:  # noqa: ANN401 - decoded JSON
    if value is None:
        return None
    if type(value) is int:
        return str(value)
    raise WrongValueError("type_invalid", "not a text")


def _odd_time(value: str, message: str) -> dt.datetime | None:
    """Read a placeholder as None, and the rarer ways to write a time."""
    trimmed = value.strip()
    if trimmed.lower() in _EMPTY:
        return None
    if len(trimmed) <= _LONGEST_TIME:
        for parse in (dt.datetime.fromisoformat, *_US_PARSERS):
            try:
                parsed = parse(trimmed)
            except ValueError:
                continue
            if trimmed[4:5] == "-" == trimmed[7:8] or "/" in trimmed:
                return None if parsed.year in _PLACEHOLDER_YEARS else parsed
    raise WrongValueError("date_invalid", message)


def _in_utc(parsed: dt.datetime) -> dt.datetime | None:
    if parsed.year in _PLACEHOLDER_YEARS:
        return None
    try:
        if parsed.tzinfo is None:
            return parsed.replace(tzinfo=dt.UTC)
        return parsed.astimezone(dt.UTC)
    except OverflowError:
        raise WrongValueError("date_invalid", "not a time that exists") from None


def _us_parser(form: str) -> Callable[[str], dt.datetime]:
    return lambda value: dt.datetime.strptime(value, form).replace(tzinfo=None)  # noqa: DTZ007


_US_PARSERS: Final = tuple(map(_us_parser, _US_FORMATS))
