"""One customer as a simulator keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rollcall.pos.fields import FieldValue


@dataclass(kw_only=True, slots=True)
class Record:
    """One row of a simulated customer list, with its truth.

    :param position: row number in the state file; 0 until it is stored.
    :param status: ``active`` or ``inactive``.
    :param signed_up: epoch seconds, like ``updated``.
    :param truth: canonical fields that have a value; a missing one is empty.
    :param extras: wire keys laid over what the POS's ``wire`` makes of the truth.
    """

    pos_id: str
    person_id: str
    signed_up: int
    updated: int
    position: int = 0
    status: str = "active"
    merged_into: str | None = None
    truth: dict[str, FieldValue] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a canonical field as text, ``""`` if it is empty."""
        value = self.truth.get(name)
        return "" if value is None else str(value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """Which rows a list shows and how it is sorted.

    :param column: ``signed_up`` or ``updated``; epoch seconds from ``lower`` (included) to
        ``upper`` (excluded).
    :param order_by: ``signed_up`` or ``updated``; equal times are ordered by row number.
    """

    column: str
    lower: int
    upper: int
    order_by: str
    descending: bool = False
