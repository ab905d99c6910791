"""Waiting a moment for the POS, for callers who would like to know its answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from rollcall.api.turns import waiting
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry

_FIRST_LOOK_S: Final = 0.03
_LONGEST_LOOK_S: Final = 0.15

State = OutboxEntry.State


def wait_for(
    scope: Scope, entries: Sequence[OutboxEntry], *, timeout_s: float
) -> list[OutboxEntry]:
    """Return the entries as they are once each arrived, was refused or failed; or time is up.

    Never inside a transaction. Other requests of this process go on meanwhile; if too many wait
    already, it does not wait at all.
    """
    ids = [entry.pk for entry in entries]
    now = _read(scope, ids)
    if all(map(_is_told, now)):
        return now
    with waiting() as may_wait:
        deadline, pause = time.monotonic() + timeout_s, _FIRST_LOOK_S
        while may_wait and time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(pause * 1.4, _LONGEST_LOOK_S)
            now = _read(scope, ids)
            if all(map(_is_told, now)):
                break
    return now


def _is_told(entry: OutboxEntry) -> bool:
    if entry.state in (State.QUEUED, State.SENDING):
        # A try that failed says enough: the next one comes too late for whoever waits.
        return entry.state == State.QUEUED and entry.attempts > 0
    return True


def _read(scope: Scope, ids: Sequence[int]) -> list[OutboxEntry]:
    return list(OutboxEntry.objects.scoped(scope).filter(pk__in=ids).order_by("pk"))
