"""Cova's filters: OData v3 literals and operators, joined by ``and`` only."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Row = Mapping[str, Any]

_STRING: Final = r"'(?:[^']|'')*'"
_FIELD: Final = r"(?:tolower\(\s*(?P<lowered>\w+)\s*\)|(?P<field>\w+))"
_COMPARISON: Final = re.compile(
    rf"{_FIELD}\s+(?P<operator>eq|gt|ge|lt|le)\s+"
    rf"(?:(?P<kind>datetime|guid)?(?P<text>{_STRING})|(?P<bare>true|false|-?\d+))",
    re.IGNORECASE,
)
_CONTAINS: Final = re.compile(
    rf"substringof\(\s*(?P<text>{_STRING})\s*,\s*{_FIELD}\s*\)", re.IGNORECASE
)
_AND: Final = re.compile(r"\s+and\s+", re.IGNORECASE)
_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": lambda held, wanted: bool(held == wanted),
    "gt": lambda held, wanted: bool(held > wanted),
    "ge": lambda held, wanted: bool(held >= wanted),
    "lt": lambda held, wanted: bool(held < wanted),
    "le": lambda held, wanted: bool(held <= wanted),
}
#: What ``Criteria`` looks in. [doc]
_CRITERIA: Final = ("PrimaryName", "MiddleName", "FamilyName", "AlternateName")


class FilterError(ValueError):
    """A filter that cannot be understood."""


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One condition.

    :param operator: ``eq``, ``gt``, ``ge``, ``lt``, ``le`` or ``substringof``.
    :param value: text, whole number, flag or aware time.
    """

    field: str
    operator: str
    value: str | int | bool | dt.datetime
    is_lowered: bool = False


def parse(text: str) -> list[Clause]:
    """Read a ``$filter``.

    :raises FilterError: ``or``, an unknown operator, or a literal that is none.
    """
    clauses, position = [], 0
    while position < len(text):
        found = _COMPARISON.match(text, position) or _CONTAINS.match(text, position)
        if found is None:
            raise FilterError("the filter is not valid")
        clauses.append(_clause(found))
        position = found.end()
        joined = _AND.match(text, position)
        if position < len(text) and joined is None:
            raise FilterError("the filter is not valid")
        position = joined.end() if joined else position
    return clauses


def fits(row: Row, clauses: list[Clause], *, is_case_sensitive: bool) -> bool:
    """Tell whether a row fits all clauses."""
    return all(_fits(row, clause, is_case_sensitive) for clause in clauses)


def instant(text: str) -> dt.datetime:
    """Read a time of a filter or a row, UTC.

    :raises FilterError: it is none.
    """
    shortened = re.sub(r"\.\d+", "", text).upper()
    try:
        parsed = dt.datetime.fromisoformat(shortened)
    except ValueError:
        raise FilterError("the date is not valid") from None
    return parsed.replace(tzinfo=dt.UTC) if parsed.tzinfo is None else parsed.astimezone(dt.UTC)


def _clause(found: re.Match[str]) -> Clause:
    groups = found.groupdict()
    field, is_lowered = groups["field"] or groups["lowered"], bool(groups["lowered"])
    operator = (groups.get("operator") or "substringof").lower()
    value: str | int | bool | dt.datetime
    bare = groups.get("bare")
    if bare is not None:
        value = bare.lower() == "true" if bare.lower() in ("true", "false") else int(bare)
    else:
        value = groups["text"][1:-1].replace("''", "'")
        if (groups.get("kind") or "").lower() == "datetime":
            value = instant(value)
    return Clause(field=field, operator=operator, value=value, is_lowered=is_lowered)


def _fits(row: Row, clause: Clause, is_case_sensitive: bool) -> bool:  # noqa: FBT001
    if clause.field == "Criteria":
        return any(_compare(held, clause, is_case_sensitive=False) for held in _searched(row))
    return _compare(row.get(clause.field), clause, is_case_sensitive=is_case_sensitive)


def _compare(held: Any, clause: Clause, *, is_case_sensitive: bool) -> bool:  # noqa: ANN401 - decoded JSON
    wanted: Any = clause.value
    if held is None:
        return False
    if isinstance(wanted, dt.datetime):
        held = instant(str(held))
    elif isinstance(wanted, str):
        held = str(held).lower() if clause.is_lowered or not is_case_sensitive else str(held)
        wanted = wanted if is_case_sensitive else wanted.lower()
        if clause.operator == "substringof":
            return bool(wanted in held)
    return type(held) is type(wanted) and _OPERATORS[clause.operator](held, wanted)


def _searched(row: Row) -> list[str]:
    """Return the texts that ``Criteria`` looks in [doc]."""
    values = [row.get(key) for key in _CRITERIA]
    values += [m.get("Value") for m in row.get("ContactMethods") or []]
    values += [e.get("Value") for e in row.get("CustomerExtensions") or []]
    return [str(value) for value in values if value]
