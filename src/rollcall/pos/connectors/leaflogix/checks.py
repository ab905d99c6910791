"""What Dutchie would refuse, found before it is asked."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.leaflogix.writes import RULES
from rollcall.pos.fields import FIELDS, Fields, FieldType
from rollcall.pos.writing import FieldProblem, is_empty, missing

_FIRST_BIRTH: Final = dt.date(1800, 1, 1)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TYPES: Final = frozenset({"adult", "medical", "caregiver"})


def of_new(fields: Fields) -> list[FieldProblem]:
    """Say what is wrong with somebody new."""
    sent = {name: value for name, value in fields.items() if name in RULES.creatable}
    return [*missing(sent, RULES.required), *_wrong(sent)]


def of_changes(changes: Fields) -> list[FieldProblem]:
    """Say what is wrong with an update; fields that cannot be updated stay in the hub."""
    sent = {name: value for name, value in changes.items() if name in RULES.updatable}
    emptied = frozenset(name for name in sent if is_empty(sent, name))
    return [*missing(sent, emptied - RULES.clearable), *_wrong(sent)]


def _wrong(sent: Fields) -> list[FieldProblem]:
    problems = [
        FieldProblem(field=name, code="invalid", message=message)
        for name, spec in FIELDS.items()
        if spec.type is FieldType.DATE and not is_empty(sent, name)
        for message in _wrong_day(name, str(sent[name]))
    ]
    if not is_empty(sent, "customer_type") and sent["customer_type"] not in _TYPES:
        problems.append(
            FieldProblem(field="customer_type", code="unsupported", message="is not known")
        )
    return problems


def _wrong_day(name: str, text: str) -> list[str]:
    if not _DAY.fullmatch(text):
        return ["expected format is yyyy-MM-dd"]
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return ["is not a valid date"]
    # Tomorrow exists already east of the store; Dutchie itself says no in doubt. [doc: the bounds]
    if name == "born_on" and not _FIRST_BIRTH <= day <= utc_now().date():
        return ["is not a valid date"]
    return []
