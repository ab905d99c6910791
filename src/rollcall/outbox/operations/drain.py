"""Sending what is due of one connection, by a few senders side by side.

A POS that answers slowly would leave most of its allowed calls unused if one sender waited for it
alone. What one person needs is never sent by two at a time (``claiming``).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Final

import structlog
from django.db import connection as database

from rollcall.jobs import StoppedError, stopping
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.claiming import claim_some
from rollcall.outbox.operations.closing import close_try, give_back, judged
from rollcall.outbox.operations.deliver import Sender
from rollcall.pos.errors import PosError
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.source import open_source

log = structlog.get_logger()

#: Of one request: a till is waiting for some of them, and the entry is tried again anyway.
TIMEOUT_S: Final = 20.0
ATTEMPTS: Final = 2
#: Senders of one connection, and how many waiting entries are worth another one. Few of them get
#: the most out of this process; more are put on only if those few mostly wait for the POS, which
#: shows in how many entries a second they send.
MOST_SENDERS: Final = 8
_FEW_SENDERS: Final = 3
_WORTH_A_SENDER: Final = 4
_LOOK_AFTER_S: Final = 0.5
_QUICK: Final = 30
#: Entries that one sender claims together; how long it may hold them, and how long one that arrived
#: may wait to be written down with others, in seconds. So much is in one hand only where a POS is
#: quick.
MOST_AT_ONCE: Final = 16
_HOLD_S: Final = 5.0
_COLLECT_S: Final = 0.25


def drain(scope: Scope, connection: PosConnection) -> int:
    """Send everything that is due now; returns how many entries were tried.

    May run beside itself. Ends early, between two entries, when the worker is told to.
    """
    due = _count_due(scope, connection)
    senders = min(MOST_SENDERS, 1 + due // _WORTH_A_SENDER)
    # Each sender shall find several batches: nobody waits for the last one with many in hand.
    at_once = max(1, min(MOST_AT_ONCE, due // (2 * senders)))
    work = _Work(scope=scope, connection=connection, at_once=at_once)
    if senders == 1:
        _send_all(work)
    else:
        _send_side_by_side(work, senders)
    return work.tried()


@dataclass(frozen=True, kw_only=True)
class _Work:
    """What the senders of one connection do together.

    :param at_once: entries that one claims together.
    """

    scope: Scope
    connection: PosConnection
    at_once: int
    senders: list[Sender] = field(default_factory=list)

    def tried(self) -> int:
        return sum(sender.tried for sender in self.senders)


def _send_side_by_side(work: _Work, senders: int) -> None:
    with ThreadPoolExecutor(max_workers=senders, thread_name_prefix="outbox") as pool:
        few = min(senders, _FEW_SENDERS)
        jobs = [pool.submit(_send_in_thread, work) for _ in range(few)]
        _, busy = wait(jobs, timeout=_LOOK_AFTER_S)
        if busy and work.tried() < _QUICK * _LOOK_AFTER_S:
            jobs += [pool.submit(_send_in_thread, work) for _ in range(senders - few)]
        for job in jobs:
            job.result()


def _send_in_thread(work: _Work) -> None:
    try:
        _send_all(work)
    finally:
        database.close()


def _send_all(work: _Work) -> None:
    scope, connection = work.scope, work.connection
    entries = claim_some(scope, connection.pk, most=work.at_once, now=utc_now())
    if not entries:
        return
    try:
        source = open_source(scope, connection)
        with source.open(interactive=True, timeout_s=TIMEOUT_S, attempts=ATTEMPTS) as client:
            sender = Sender(scope=scope, source=source, client=client)
            work.senders.append(sender)
            while entries:
                sent = send_batch(sender, entries)
                if stopping.is_set():
                    break
                most = work.at_once if sent == len(entries) else max(1, sent)
                entries = claim_some(scope, connection.pk, most=most, now=utc_now())
    except PosError as error:
        # The connection itself cannot be opened: the entries wait until somebody mends it.
        log.warning("outbox.not_open", connection_id=connection.pk, code=error.code)
        for entry in entries:
            close_try(scope, entry, judged(scope, entry, error))
    except StoppedError:
        log.info("outbox.interrupted", connection_id=connection.pk)


def send_batch(sender: Sender, entries: Sequence[OutboxEntry]) -> int:
    """Send claimed entries; what arrived is written down, what was not begun is given back.

    Returns how many were tried: not all of them if the POS is slow, or the worker told to end.

    :raises StoppedError: the worker was told to end while a POS was asked.
    """
    left = list(entries)
    began = collecting = time.monotonic()
    try:
        while left and not stopping.is_set() and time.monotonic() - began < _HOLD_S:
            sender.send(left.pop(0))
            if time.monotonic() - collecting > _COLLECT_S:
                sender.finish()
                collecting = time.monotonic()
    finally:
        sender.finish()
        for entry in left:
            give_back(sender.scope, entry)
    return len(entries) - len(left)


def _count_due(scope: Scope, connection: PosConnection) -> int:
    waiting = OutboxEntry.objects.scoped(scope).filter(
        connection=connection, state=OutboxEntry.State.QUEUED, not_before__lte=utc_now()
    )
    return waiting[: 2 * MOST_SENDERS * MOST_AT_ONCE].count()
