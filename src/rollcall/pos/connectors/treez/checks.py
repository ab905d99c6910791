"""What Treez would refuse, found before it is asked."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from rollcall.pos.connectors.treez.lookups import ten_digits
from rollcall.pos.connectors.treez.writes import GENDERS, RULES
from rollcall.pos.fields import FIELDS, Fields, FieldType
from rollcall.pos.writing import FieldProblem, is_empty, missing

#: [doc]
_LONGEST_NAME: Final = 45
_PHONE: Final = re.compile(r"[2-9][0-9]{9}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ADDRESS: Final = frozenset({"street", "city", "state", "zip"})


def of_new(fields: Fields) -> list[FieldProblem]:
    """Say what is wrong with somebody new."""
    sent = {name: value for name, value in fields.items() if name in RULES.creatable}
    required = set(RULES.required)
    # An address is whole or not there. [doc]
    if any(not is_empty(sent, name) for name in _ADDRESS):
        required |= _ADDRESS
    if not is_empty(sent, "licence"):
        required.add("licence_expires_on")
    if not is_empty(sent, "medical_id") and sent.get("customer_type") != "adult":
        required.add("medical_expires_on")
    return [*missing(sent, frozenset(required)), *_wrong(sent)]


def of_changes(changes: Fields) -> list[FieldProblem]:
    """Say what is wrong with an update; fields that cannot be updated stay in the hub."""
    sent = {name: value for name, value in changes.items() if name in RULES.updatable}
    emptied = frozenset(name for name in sent if is_empty(sent, name))
    kept = emptied - RULES.clearable
    if not emptied >= _ADDRESS:
        kept |= emptied & _ADDRESS
    return [*missing(sent, kept), *_wrong(sent)]


def _wrong(sent: Fields) -> list[FieldProblem]:
    problems = []
    for name, spec in FIELDS.items():
        if is_empty(sent, name):
            continue
        problem = (
            _wrong_day(name, str(sent[name]))
            if spec.type is FieldType.DATE
            else _wrong_text(name, str(sent[name]))
        )
        if problem is not None:
            problems.append(problem)
    return problems


def _wrong_day(name: str, text: str) -> FieldProblem | None:
    if not _DAY.fullmatch(text):
        return FieldProblem(field=name, code="invalid", message="expected format is yyyy-MM-dd")
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return FieldProblem(field=name, code="invalid", message="is not a valid date")
    # Treez refuses who is too old to be true. [doc: the refusal; guess: the year]
    if name == "born_on" and day.year < 1900:
        return FieldProblem(field=name, code="invalid", message="is not a valid date")
    return None


def _wrong_text(name: str, text: str) -> FieldProblem | None:
    if name in ("given_name", "family_name") and len(text) > _LONGEST_NAME:
        message = f"is too long (maximum is {_LONGEST_NAME} characters)"
        return FieldProblem(field=name, code="too_long", message=message)
    if name == "phone" and not _PHONE.fullmatch(ten_digits(text)):
        return FieldProblem(
            field=name, code="invalid", message="has to be a US number with ten digits"
        )
    known = {"gender": GENDERS.keys(), "customer_type": {"adult", "medical"}}.get(name)
    if known is not None and text not in known:
        return FieldProblem(field=name, code="unsupported", message="is not known to Treez")
    return None
