"""Waiting a moment for the POS to take a registration, and what it says of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rollcall.customers.models import PosRecord
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.registration.operations.registering import Registration
from rollcall.registration.operations.retracting import retract
from rollcall.registration.operations.waiting import wait_for
from rollcall.registration.rules.pos_status import PosStatus, pos_status

#: How long a caller waits for the POS; the row is safe before that.
PATIENCE_S: Final = 2.0


class KnownAtPosError(RuntimeError):
    """The POS says that it holds the person already; the registration was taken back.

    ``record`` is the one that it holds, None if it did not say which.
    """

    def __init__(self, record: PosRecord | None) -> None:
        super().__init__("the POS holds the person already")
        self.record = record


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """How far the POS has come."""

    entries: Sequence[OutboxEntry]
    status: PosStatus

    @property
    def reason(self) -> str:
        """If the POS refused: its own words, without values."""
        refused = [one.reason for one in self.entries if one.state == OutboxEntry.State.REFUSED]
        return refused[0] if refused else ""


def finish(
    scope: Scope, registration: Registration, *, is_lead: bool = False, now: dt.datetime
) -> Finished:
    """Wait at most two seconds for the POS; never inside a transaction.

    :raises KnownAtPosError: the POS says that it holds the person already.
    """
    entries = [registration.entry] if registration.entry is not None else []
    entries = wait_for(scope, entries, timeout_s=PATIENCE_S)
    if any(entry.code == "duplicate" for entry in entries):
        raise KnownAtPosError(retract(scope, registration, entries[0], now=now))
    return Finished(entries=entries, status=PosStatus.LEAD if is_lead else pos_status(entries))
