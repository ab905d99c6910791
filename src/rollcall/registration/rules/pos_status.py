"""How far a write has come at the POS, in the API's words."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Protocol


class PosStatus(enum.StrEnum):
    """How far a write has come."""

    CREATED = "created"
    DELIVERED = "delivered"
    PENDING = "pending"
    REFUSED = "refused"
    #: No POS of the store takes it.
    UNSUPPORTED = "unsupported"
    #: Too little is known for a POS.
    LEAD = "lead"


class _Entry(Protocol):
    intent: str
    state: str


def pos_status(entries: Sequence[_Entry]) -> PosStatus:
    """Return the status of a write that became these entries; the least good one counts."""
    if not entries:
        return PosStatus.UNSUPPORTED
    states = {entry.state for entry in entries}
    if states & {"refused", "dead"}:
        return PosStatus.REFUSED
    if states & {"held", "queued", "sending"}:
        return PosStatus.PENDING
    is_create = any(entry.intent == "create" for entry in entries)
    return PosStatus.CREATED if is_create else PosStatus.DELIVERED
