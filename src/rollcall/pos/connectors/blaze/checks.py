"""What BLAZE would refuse, or has no words for; found before it is asked. Pure."""

from __future__ import annotations

import datetime as dt

from rollcall.pos.connectors.blaze.writes import RULES
from rollcall.pos.fields import Fields
from rollcall.pos.writing import FieldProblem, is_empty, missing

_FIRST_BIRTH = dt.date(1901, 1, 1)
_DAYS = ("born_on", "licence_expires_on", "medical_expires_on")


def problems_of_new(fields: Fields) -> list[FieldProblem]:
    """Return what is wrong with somebody who is to be created."""
    return [*missing(fields, RULES.required), *_impossible(fields)]


def problems_of_changes(changes: Fields) -> list[FieldProblem]:
    """Return what is wrong with an update."""
    emptied = frozenset(name for name in changes if is_empty(changes, name))
    problems = missing(changes, emptied & (RULES.updatable - RULES.clearable))
    if changes.get("gender") == "unspecified":
        # A new member simply gets none; an old one's could only be replaced by another.
        problems.append(_unsupported("gender"))
    return [*problems, *_impossible(changes)]


def _impossible(fields: Fields) -> list[FieldProblem]:
    problems = [
        FieldProblem(field=name, code="invalid", message="is not a date that BLAZE can hold")
        for name in _DAYS
        if not is_empty(fields, name) and not _is_day(fields[name])
    ]
    if fields.get("customer_type") == "caregiver":
        problems.append(_unsupported("customer_type"))
    return problems


def _unsupported(name: str) -> FieldProblem:
    return FieldProblem(field=name, code="unsupported", message="is no choice that BLAZE has")


def _is_day(value: object) -> bool:
    try:
        return dt.date.fromisoformat(str(value)) >= _FIRST_BIRTH
    except ValueError:
        return False
