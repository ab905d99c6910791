"""Sending what is due about orders of one connection, by a few senders side by side."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog
from django.db import connection as database

from rollcall.jobs import StoppedError, stopping
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.orders.models import OrderWrite
from rollcall.orders.operations.order_sending import OrderSender, close_try
from rollcall.orders.operations.order_write_claims import claim_next
from rollcall.orders.rules.order_verdicts import judge_order
from rollcall.pos.errors import PosError
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.source import open_source

log = structlog.get_logger()

#: Of one request: a shopper is waiting, and the order is tried again anyway.
TIMEOUT_S: Final = 20.0
ATTEMPTS: Final = 2
_MOST_SENDERS: Final = 4


def send_orders(scope: Scope, connection: PosConnection) -> None:
    """Send everything that is due now. May run beside itself.

    Ends early, between two orders, when the worker is told to.
    """
    waiting = OrderWrite.objects.scoped(scope).filter(
        connection=connection, state=OrderWrite.State.QUEUED, not_before__lte=utc_now()
    )
    senders = min(_MOST_SENDERS, waiting.count())
    if senders < 2:
        _send_all(scope, connection)
        return
    with ThreadPoolExecutor(max_workers=senders, thread_name_prefix="orders") as pool:
        jobs = [pool.submit(_send_in_thread, scope, connection) for _ in range(senders)]
        for job in jobs:
            job.result()


def _send_in_thread(scope: Scope, connection: PosConnection) -> None:
    try:
        _send_all(scope, connection)
    finally:
        database.close()


def _send_all(scope: Scope, connection: PosConnection) -> None:
    write = claim_next(scope, connection.pk, now=utc_now())
    if write is None:
        return
    try:
        source = open_source(scope, connection)
        with source.open(interactive=True, timeout_s=TIMEOUT_S, attempts=ATTEMPTS) as client:
            sender = OrderSender(scope=scope, source=source, client=client)
            while write is not None:
                sender.send(write)
                if stopping.is_set():
                    return
                write = claim_next(scope, connection.pk, now=utc_now())
    except PosError as error:
        # The connection itself cannot be opened: the orders wait until somebody mends it.
        log.warning("orders.not_open", connection_id=connection.pk, code=error.code)
        if write is not None:
            verdict = judge_order(
                error,
                attempts=write.attempts,
                waited=utc_now() - write.created_at,
                settles_after=dt.timedelta(),
            )
            close_try(scope, write, verdict)
    except StoppedError:
        log.info("orders.sending_interrupted", connection_id=connection.pk)
