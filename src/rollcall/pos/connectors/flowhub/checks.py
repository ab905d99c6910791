"""Says before Flowhub is asked what it would refuse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rollcall.pos.connectors.flowhub.writes import TYPES
from rollcall.pos.fields import Fields
from rollcall.pos.writing import FieldProblem, is_empty

_STATE: Final = re.compile(r"[A-Za-z]{2}")


def wrong_values(fields: Fields, group_ids: Mapping[str, str]) -> list[FieldProblem]:
    """Return problems of values that are there; empty ones are another matter."""
    problems = []
    if not is_empty(fields, "state") and not _STATE.fullmatch(str(fields["state"]).strip()):
        message = "has to be a state's two letters"
        problems.append(FieldProblem(field="state", code="invalid", message=message))
    if not is_empty(fields, "customer_type") and fields["customer_type"] not in TYPES:
        message = "is neither adult nor medical, and Flowhub knows no other"
        problems.append(FieldProblem(field="customer_type", code="unsupported", message=message))
    groups = fields.get("groups")
    if isinstance(groups, list) and any(name not in group_ids for name in groups):
        message = "hold a group whose id is not in the connection's settings"
        problems.append(FieldProblem(field="groups", code="unsupported", message=message))
    return problems
