"""Waiting a moment for the POS, for callers who would like to know its answer.

Many may wait in a process; one thread looks for all of them, in its turn, with one statement.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import psycopg
from django.db import Error as DatabaseError

from rollcall.api import database
from rollcall.api.turns import USUAL, turn, waiting
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry

_LOOK_EVERY_S: Final = 0.05
#: An entry has told what it had to tell: it is over, waits for a person, or failed for now.
_TOLD: Final = """
select id from outbox_outboxentry
 where id = any(array(select json_array_elements_text(%(ids)s::json)::bigint))
   and (state not in ('queued', 'sending') or state = 'queued' and attempts > 0)
"""

State = OutboxEntry.State


@dataclass(eq=False, kw_only=True)
class _Waiter:
    ids: set[int]
    told: threading.Event = field(default_factory=threading.Event)


_waiters: set[_Waiter] = set()
_lock = threading.Lock()
_looker: list[threading.Thread] = []


def wait_for(
    scope: Scope, entries: Sequence[OutboxEntry], *, timeout_s: float
) -> list[OutboxEntry]:
    """Return the entries as they are once each arrived, was refused or failed; or time is up.

    Never inside a transaction. Other requests of this process go on meanwhile; if too many wait
    already, it does not wait at all.
    """
    ids = {entry.pk for entry in entries if entry.state in (State.QUEUED, State.SENDING)}
    if ids:
        with waiting() as may_wait:
            if may_wait:
                _wait(_Waiter(ids=ids), timeout_s)
    found = OutboxEntry.objects.scoped(scope).filter(pk__in=[entry.pk for entry in entries])
    return list(found.order_by("pk"))


def _wait(waiter: _Waiter, timeout_s: float) -> None:
    with _lock:
        _waiters.add(waiter)
        if not _looker or not _looker[0].is_alive():
            _looker[:] = [threading.Thread(target=_look, name="outbox-looker", daemon=True)]
            _looker[0].start()
    waiter.told.wait(timeout_s)
    with _lock:
        _waiters.discard(waiter)


def _look() -> None:
    """Look until nobody waits any more."""
    while True:
        time.sleep(_LOOK_EVERY_S)
        with _lock:
            if not _waiters:
                _looker.clear()
                return
            present = list(_waiters)
        # A database that is away for a moment is asked again; whoever waits has a time limit.
        with contextlib.suppress(psycopg.Error, DatabaseError):
            _tell(present)


def _tell(waiters: Sequence[_Waiter]) -> None:
    wanted = {one for waiter in waiters for one in waiter.ids}
    listed = "[" + ",".join(map(str, sorted(wanted))) + "]"
    with turn(USUAL):
        told = {row[0] for row in database.execute(_TOLD, {"ids": listed})}
    for waiter in waiters:
        waiter.ids -= told
        if not waiter.ids:
            waiter.told.set()
