"""Which POS counts more for a field, where a retailer has said so.

A setting by kind of POS, such as "birth date: leaflogix, then treez": shops know that one system
scans licences and another lets people type. What was typed into the hub counts as much as the first
of them. Without a setting the newest value stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

#: Field → kinds of POS, the one that counts most first.
Priorities = Mapping[str, Sequence[str]]

NO_PRIORITIES: Final[Priorities] = {}


def place_of(priorities: Priorities, field: str, kind: str) -> int:
    """Return where a source stands for a field: 0 counts most; sources not named share the last.

    :param kind: of the POS; "" for what was typed into the hub.
    """
    kinds = priorities.get(field, ())
    if not kind or not kinds:
        return 0
    return kinds.index(kind) if kind in kinds else len(kinds)


def outranked(priorities: Priorities, kind: str) -> frozenset[str]:
    """Return the fields for which this POS counts less than what is typed into the hub."""
    return frozenset(field for field in priorities if place_of(priorities, field, kind) > 0)
