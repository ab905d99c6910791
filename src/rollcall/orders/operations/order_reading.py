"""Reading a connection's orders, from where it was left to the end of a window.

Rows and position move in the same transactions, so going on after a kill is the same as starting.
The window's upper end is the POS's time when it was opened; when the window is complete, it becomes
the watermark, and the next window reaches back behind it by the POS's overlap.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable

import structlog
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from rollcall.jobs import StoppedError
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.orders.models import OrderReading
from rollcall.orders.operations.order_claims import (
    OrderClaim,
    OrderClaimLostError,
    claim,
    fence,
    give_back,
)
from rollcall.orders.operations.order_preparing import prepare_orders
from rollcall.orders.operations.order_taking import write_orders
from rollcall.orders.queries.order_readings import newest_sync
from rollcall.orders.rules.customer_orders import pause_after
from rollcall.pos.contract import PosClient, Window, WindowKind
from rollcall.pos.errors import (
    PosError,
    PosNeedsHumanError,
    PosRefusedDataError,
    PosUnavailableError,
    UnsupportedByPosError,
)
from rollcall.pos.orders import OrderReader
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.connections import ACCOUNT_CHANGED
from rollcall.sync.operations.ending import InternalError
from rollcall.sync.operations.passage import batch_pages
from rollcall.sync.operations.source import Source, open_source

log = structlog.get_logger()

Report = Callable[[OrderReading], None]


def read_orders(
    scope: Scope, connection: PosConnection, *, report: Report | None = None
) -> OrderReading:
    """Read what changed since the last time, or go on with what was begun. Idempotent.

    :param report: called with the fresh row after every commit; may raise to break off.
    :return: how far it has come; what failed stands in it.
    :raises OrdersHeldError: another process is at it.
    :raises OrderClaimLostError: another process took over in the middle.
    :raises StoppedError: this process was told to end; the reading waits at its position.
    """
    held = claim(scope, connection)
    try:
        try:
            _read(scope, connection, held, report or _tell_nobody)
        except PosError as error:
            _fail(scope, held, error)
        except (OperationalError, InterfaceError, OrderClaimLostError, StoppedError):
            raise
        except Exception as error:
            # A bug of ours must not make the worker try the same thing for ever.
            log.exception("orders.reading_crashed", connection_id=connection.pk)
            _fail(scope, held, InternalError.of(error))
    finally:
        # Without a database the claim runs out by itself.
        with contextlib.suppress(DatabaseError):
            give_back(held)
    return _row(scope, connection)


def _tell_nobody(_reading: OrderReading) -> None:
    pass


def _row(scope: Scope, connection: PosConnection) -> OrderReading:
    return OrderReading.objects.scoped(scope).get(pk=connection.pk)


def _read(scope: Scope, connection: PosConnection, held: OrderClaim, report: Report) -> None:
    source = open_source(scope, connection)
    reader = source.connector.orders
    if reader is None:
        raise UnsupportedByPosError("this POS tells of no orders", code="no_orders")
    with source.open() as client:
        _open_window(source, reader, client, held)
        reading = _row(scope, connection)
        window = Window(
            kind=WindowKind.INCREMENTAL,
            since=reading.window_since,
            until=_frozen(reading),
        )
        pages = client.iter_orders(window, resume_token=reading.resume_token or None)
        for rows, resume_token, _pages in batch_pages(pages):
            prepared = prepare_orders(source, reader, rows)
            with transaction.atomic():
                fence(held)
                taken = write_orders(source, prepared, now=utc_now())
                _save(
                    scope,
                    held,
                    resume_token=resume_token,
                    rows_read=F("rows_read") + prepared.rows,
                    rows_new=F("rows_new") + taken.new,
                    rows_changed=F("rows_changed") + taken.changed,
                    rows_bad=F("rows_bad") + taken.bad,
                )
            report(_row(scope, connection))
    _close_window(scope, held, window.until)


def _save(scope: Scope, held: OrderClaim, **changes: object) -> None:
    OrderReading.objects.scoped(scope).filter(pk=held.connection_id).update(**changes)


def _frozen(reading: OrderReading) -> dt.datetime:
    if reading.window_until is None:
        raise LookupError(f"{reading} has no window")
    return reading.window_until


def _open_window(source: Source, reader: OrderReader, client: PosClient, held: OrderClaim) -> None:
    """Freeze a window, unless one is open; prove in any case whose orders these are."""
    info = client.check()
    if info.account_key != source.account.account_key:
        raise PosNeedsHumanError(
            "the POS answers for another customer list than the one held here",
            code=ACCOUNT_CHANGED,
        )
    with transaction.atomic():
        fence(held)
        reading = _row(source.scope, source.connection)
        is_other = reading.account_id not in (None, source.account.pk)
        if reading.window_until is not None and not is_other:
            return
        watermark = None if is_other else reading.watermark
        since = info.pos_time - reader.reach
        if watermark is not None:
            since = watermark - reader.overlap
        _save(
            source.scope,
            held,
            account=source.account,
            after_sync=newest_sync(source.scope, source.connection),
            watermark=watermark,
            window_since=since,
            window_until=info.pos_time,
            resume_token="",
            started_at=utc_now(),
            rows_read=0,
            rows_new=0,
            rows_changed=0,
            rows_bad=0,
        )


def _close_window(scope: Scope, held: OrderClaim, until: dt.datetime) -> None:
    with transaction.atomic():
        fence(held)
        _save(
            scope,
            held,
            watermark=until,
            window_since=None,
            window_until=None,
            resume_token="",
            finished_at=utc_now(),
            next_at=None,
            failures=0,
            error_code="",
            error="",
        )


def _fail(scope: Scope, held: OrderClaim, error: PosError) -> None:
    now = utc_now()
    with transaction.atomic():
        fence(held)
        rows = OrderReading.objects.scoped(scope).filter(pk=held.connection_id)
        failures = rows.values_list("failures", flat=True).get() + 1
        wait = pause_after(failures)
        if isinstance(error, PosUnavailableError) and error.retry_after_s:
            wait = max(wait, dt.timedelta(seconds=error.retry_after_s))
        changes: dict[str, object] = {
            "failures": failures,
            "next_at": now + wait,
            "error_code": error.code,
            "error": str(error),
        }
        if isinstance(error, PosRefusedDataError):
            # What it refuses may be the position: the window is read again from its start.
            changes["resume_token"] = ""
        rows.update(**changes)
    log.warning("orders.reading_failed", connection_id=held.connection_id, code=error.code)
