"""Sending what is due of one connection, by a few senders side by side.

A POS that answers slowly would leave most of its allowed calls unused if one sender waited for it
alone. What one person needs is never sent by two at a time (``claiming``).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog
from django.db import connection as database

from rollcall.jobs import StoppedError, stopping
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.claiming import claim_next
from rollcall.outbox.operations.closing import close_try, judged
from rollcall.outbox.operations.deliver import Sender
from rollcall.pos.errors import PosError
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.source import open_source

log = structlog.get_logger()

#: Of one request: a till is waiting for some of them, and the entry is tried again anyway.
TIMEOUT_S: Final = 20.0
ATTEMPTS: Final = 2
#: Senders of one connection, and how many waiting entries are worth another one.
MOST_SENDERS: Final = 6
_WORTH_A_SENDER: Final = 4


def drain(scope: Scope, connection: PosConnection) -> int:
    """Send everything that is due now; returns how many entries were tried.

    May run beside itself. Ends early, between two entries, when the worker is told to.
    """
    due = _count_due(scope, connection)
    senders = min(MOST_SENDERS, 1 + due // _WORTH_A_SENDER)
    if senders == 1:
        return _send_all(scope, connection)
    with ThreadPoolExecutor(max_workers=senders, thread_name_prefix="outbox") as pool:
        counts = list(pool.map(lambda _: _send_in_thread(scope, connection), range(senders)))
    return sum(counts)


def _send_in_thread(scope: Scope, connection: PosConnection) -> int:
    try:
        return _send_all(scope, connection)
    finally:
        database.close()


def _send_all(scope: Scope, connection: PosConnection) -> int:
    tried = 0
    entry = claim_next(scope, connection.pk, now=utc_now())
    if entry is None:
        return 0
    try:
        source = open_source(scope, connection)
        with source.open(interactive=True, timeout_s=TIMEOUT_S, attempts=ATTEMPTS) as client:
            sender = Sender(scope=scope, source=source, client=client)
            while entry is not None:
                sender.send(entry)
                tried += 1
                if stopping.is_set():
                    break
                entry = claim_next(scope, connection.pk, now=utc_now())
    except PosError as error:
        # The connection itself cannot be opened: the entry waits until somebody mends it.
        log.warning("outbox.not_open", connection_id=connection.pk, code=error.code)
        if entry is not None:
            _give_back(scope, entry, error)
    except StoppedError:
        log.info("outbox.interrupted", connection_id=connection.pk)
    return tried


def _give_back(scope: Scope, entry: OutboxEntry, error: PosError) -> None:
    close_try(scope, entry, judged(entry, error))


def _count_due(scope: Scope, connection: PosConnection) -> int:
    waiting = OutboxEntry.objects.scoped(scope).filter(
        connection=connection, state=OutboxEntry.State.QUEUED, not_before__lte=utc_now()
    )
    return waiting[: MOST_SENDERS * _WORTH_A_SENDER].count()
