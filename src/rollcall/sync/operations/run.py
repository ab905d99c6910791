"""One customer sync from its request to its end; any process may die anywhere in between.

The run's row holds the phase, the frozen window and the resume token, and they move in the very
transactions that write the rows. So going on after a kill is the same as starting: read where the
run stands, and continue from there.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Final

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from rollcall.customers.operations.name_words import count_uses
from rollcall.jobs import StoppedError
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.pos.contract import Capability, PosClient, Window, WindowKind
from rollcall.pos.errors import PosError, PosNeedsHumanError
from rollcall.sync.models import AccountState, CustomerSync
from rollcall.sync.operations.conclude import conclude
from rollcall.sync.operations.connections import ACCOUNT_CHANGED
from rollcall.sync.operations.ending import InternalError, fail, fail_unopened, finish
from rollcall.sync.operations.forgetting import forget_empty_runs
from rollcall.sync.operations.lease import Lease, LeaseLostError, fence, hold
from rollcall.sync.operations.passage import Report, batch_pages, reading
from rollcall.sync.operations.source import Source, open_source
from rollcall.sync.queries import count_alive

log = structlog.get_logger()

#: How long a run waits for a database that went away, before it gives up its process.
_DATABASE_PATIENCE_S: Final = 60.0


def run_sync(scope: Scope, run: CustomerSync, *, report: Report | None = None) -> CustomerSync:
    """Carry a run out, or go on with it where it stopped. Idempotent once it has finished.

    :param report: called with the fresh row after every commit, for a progress bar.
    :return: the run, finished or failed; why it failed stands in it.
    :raises LeaseHeldError: another process is at it.
    :raises LeaseLostError: another process took over in the middle.
    :raises StoppedError: this process was told to end; the run waits at its position.
    """
    deadline: float | None = None

    def tell(current: CustomerSync) -> None:
        nonlocal deadline
        deadline = None  # a commit went through: the database is back
        if report is not None:
            report(current)

    while True:
        try:
            return _run_once(scope, run, tell)
        except (OperationalError, InterfaceError):
            # The server went away (crash, restart). All that was committed is there: go on.
            deadline = deadline or time.monotonic() + _DATABASE_PATIENCE_S
            if time.monotonic() > deadline:
                raise
            log.warning("sync.run.database_lost", sync_id=run.pk)
            connection.close()
            time.sleep(0.2)


def _run_once(scope: Scope, run: CustomerSync, report: Report) -> CustomerSync:
    source = _open_or_fail(scope, run)
    if source is None:
        return _reload(scope, run)
    with hold(scope, source.account.pk) as lease:
        run = _reload(scope, run)
        if run.state in (CustomerSync.State.FINISHED, CustomerSync.State.FAILED):
            return run
        try:
            _begin(source, lease, run)
            with source.open() as client:
                _work(source, lease, client, run, report)
        except PosError as error:
            fail(source, lease, run, error)
        except (OperationalError, InterfaceError, LeaseLostError, StoppedError):
            raise
        except Exception as error:
            # A bug of ours must not make the worker try the same thing for ever.
            log.exception("sync.run.crashed", sync_id=run.pk)
            fail(source, lease, run, InternalError.of(error))
        return _reload(scope, run)


def _open_or_fail(scope: Scope, run: CustomerSync) -> Source | None:
    try:
        return open_source(scope, run.connection)
    except PosError as error:
        fail_unopened(scope, run, error)
        return None


def _reload(scope: Scope, run: CustomerSync) -> CustomerSync:
    return CustomerSync.objects.scoped(scope).select_related("connection__account").get(pk=run.pk)


def _begin(source: Source, lease: Lease, run: CustomerSync) -> None:
    now = utc_now()
    changes = {
        "state": CustomerSync.State.IN_PROGRESS,
        "account_id": source.account.pk,
        "started_at": run.started_at or now,
        "takeovers": F("takeovers") + int(run.state == CustomerSync.State.IN_PROGRESS),
        "progress_at": now,
    }
    _save(source, lease, run, changes)


def _save(source: Source, lease: Lease, run: CustomerSync, changes: dict[str, object]) -> None:
    with transaction.atomic():
        fence(lease)
        CustomerSync.objects.scoped(source.scope).filter(pk=run.pk).update(**changes)
    run.refresh_from_db(from_queryset=CustomerSync.objects.scoped(source.scope))


def _work(
    source: Source, lease: Lease, client: PosClient, run: CustomerSync, report: Report
) -> None:
    steps = {
        CustomerSync.Phase.START: _start,
        CustomerSync.Phase.FULL: _read_everything,
        CustomerSync.Phase.CATCH_UP: _read_changes,
        CustomerSync.Phase.CONCLUDE: _conclude,
    }
    while run.phase != CustomerSync.Phase.DONE:
        steps[CustomerSync.Phase(run.phase)](source, lease, client, run, report)
        report(run)


def _pos_time(source: Source, client: PosClient) -> dt.datetime:
    """The POS's clock now; also proves whose list the credentials open."""
    info = client.check()
    if info.account_key != source.account.account_key:
        raise PosNeedsHumanError(
            "the POS answers for another customer list than the one held here",
            code=ACCOUNT_CHANGED,
        )
    return info.pos_time


def _start(
    source: Source, lease: Lease, client: PosClient, run: CustomerSync, _report: Report
) -> None:
    until = _pos_time(source, client)
    watermark = _watermark(source)
    incremental = Capability.INCREMENTAL in source.connector.capabilities
    full = run.full or watermark is None or not incremental
    changes: dict[str, object] = {"full": full, "window_until": until, "resume_token": ""}
    if full:
        changes |= {
            "phase": CustomerSync.Phase.FULL,
            "window_since": None,
            "expected_rows": count_alive(source.scope, source.connection) or None,
        }
    elif watermark is not None:
        changes |= {
            "phase": CustomerSync.Phase.CATCH_UP,
            "window_since": watermark - source.connector.limits.overlap,
        }
    _save(source, lease, run, changes)


def _watermark(source: Source) -> dt.datetime | None:
    state = AccountState.objects.scoped(source.scope).get(account=source.account)
    return state.watermark


def _read_everything(
    source: Source, lease: Lease, client: PosClient, run: CustomerSync, report: Report
) -> None:
    window = Window(kind=WindowKind.FULL, since=None, until=_frozen(run))
    _read_window(source, lease, client, run, window, report)
    if Capability.INCREMENTAL not in source.connector.capabilities:
        _save(source, lease, run, {"phase": CustomerSync.Phase.CONCLUDE, "resume_token": ""})
        return
    # What moved or changed while everything was read is read once more.
    changes: dict[str, object] = {
        "phase": CustomerSync.Phase.CATCH_UP,
        "window_since": window.until - source.connector.limits.overlap,
        "window_until": _pos_time(source, client),
        "resume_token": "",
    }
    _save(source, lease, run, changes)


def _read_changes(
    source: Source, lease: Lease, client: PosClient, run: CustomerSync, report: Report
) -> None:
    window = Window(kind=WindowKind.INCREMENTAL, since=run.window_since, until=_frozen(run))
    _read_window(source, lease, client, run, window, report)
    with transaction.atomic():
        fence(lease)
        AccountState.objects.scoped(source.scope).filter(account=source.account).update(
            watermark=window.until
        )
        CustomerSync.objects.scoped(source.scope).filter(pk=run.pk).update(
            phase=CustomerSync.Phase.CONCLUDE, resume_token=""
        )
    run.refresh_from_db(from_queryset=CustomerSync.objects.scoped(source.scope))


def _frozen(run: CustomerSync) -> dt.datetime:
    if run.window_until is None:
        raise LookupError(f"sync {run.pk} has no window")
    return run.window_until


def _read_window(
    source: Source,
    lease: Lease,
    client: PosClient,
    run: CustomerSync,
    window: Window,
    report: Report,
) -> None:
    pages = client.iter_pages(window, resume_token=run.resume_token or None)
    with reading(source, lease, run, report) as passage:
        try:
            for rows, resume_token, count in batch_pages(pages):
                passage.take(rows, resume_token=resume_token, pages=count)
        except PosError:
            passage.finish()  # what was read before the POS failed is not read again
            raise
        passage.finish()


def _conclude(
    source: Source, lease: Lease, client: PosClient, run: CustomerSync, _report: Report
) -> None:
    conclude(source, lease, client, run)
    if run.full:
        count_uses(source.scope)
        forget_empty_runs(source.scope, connection_id=run.connection_id, now=utc_now())
    finish(source, lease, run)
    run.refresh_from_db(from_queryset=CustomerSync.objects.scoped(source.scope))
