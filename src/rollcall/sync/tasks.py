"""What workers do: carry out runs and tasks whose rows wait, and find those that nobody does."""

from __future__ import annotations

import datetime as dt

import structlog
from django.db import InterfaceError, OperationalError

from rollcall.jobs import StoppedError, every, stopping, task, wake
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor, Scope
from rollcall.pos.errors import PosError, PosUnavailableError
from rollcall.stores.queries import get_system_scope
from rollcall.sync.models import CustomerSync, Task
from rollcall.sync.operations.circuit import CIRCUIT_OPEN
from rollcall.sync.operations.ending import InternalError
from rollcall.sync.operations.lease import LeaseHeldError, LeaseLostError
from rollcall.sync.operations.reconcile import BrakeError, reconcile
from rollcall.sync.operations.retry import retry_connection
from rollcall.sync.operations.run import run_sync
from rollcall.sync.operations.schedules import request_due
from rollcall.sync.queries import is_paused, runs_to_wake, runs_waiting_for, tasks_to_wake

log = structlog.get_logger()

_ACTOR = Actor(kind="system", id="worker")
#: How long a claimed task is left alone; its work holds the account's lease anyway.
_CLAIM = dt.timedelta(seconds=60)
_MOST_ATTEMPTS = 5


@task("sync.run")
def carry_out_run(*, sync_id: int, **_later: int) -> None:
    """Carry out one run; the account's lease keeps others away."""
    runs = CustomerSync.objects.across_retailers(reason="a worker serves all retailers")
    run = runs.select_related("connection__account").filter(pk=sync_id).first()
    if run is None or run.connection.paused:
        return
    scope = get_system_scope(run.retailer_id, actor=_ACTOR)
    try:
        done = run_sync(scope, run, report=_stop_if_told)
        for other in runs_waiting_for(done):
            wake("sync.run", sync_id=other.pk)
    except (LeaseHeldError, LeaseLostError):
        log.info("sync.run.held_elsewhere", sync_id=sync_id)
    except StoppedError:
        log.info("sync.run.interrupted", sync_id=sync_id)


def _stop_if_told(run: CustomerSync) -> None:
    if stopping.is_set():
        raise StoppedError("the worker ends")
    if is_paused(run):
        raise StoppedError("the connection was paused")


@task("sync.task")
def carry_out_task(*, task_id: int, **_later: int) -> None:
    """Reconcile, repair or retry rows, as somebody asked for."""
    asked = _claim(task_id)
    if asked is None:
        return
    scope = get_system_scope(asked.retailer_id, actor=_ACTOR)
    try:
        _do(scope, asked)
    except StoppedError:
        _try_later(asked, seconds=0)
    except LeaseHeldError as held:
        _try_later(asked, seconds=min(held.seconds, 5.0))
    except (PosError, BrakeError, LeaseLostError) as error:
        _note_error(asked, error)
    except (OperationalError, InterfaceError):
        raise  # the claim runs out, and the sweep finds it
    except Exception as error:
        # A bug of ours must not make the worker try the same thing for ever.
        log.exception("sync.task.crashed", task_id=asked.pk)
        _note_failure(asked, str(InternalError.of(error)))
    else:
        _finish(asked)


def _claim(task_id: int) -> Task | None:
    tasks = Task.objects.across_retailers(reason="a worker serves all retailers")
    now = utc_now()
    claimed = (
        tasks.filter(pk=task_id, finished_at__isnull=True)
        .exclude(claimed_until__gt=now)
        .update(claimed_until=now + _CLAIM)
    )
    if not claimed:
        return None
    return tasks.select_related("connection__account").get(pk=task_id)


def _note_error(asked: Task, error: Exception) -> None:
    if isinstance(error, PosUnavailableError) and error.code == CIRCUIT_OPEN:
        # Nobody was asked, so it was no attempt.
        _try_later(asked, seconds=error.retry_after_s or 0)
    else:
        _note_failure(asked, str(error))


def _do(scope: Scope, asked: Task) -> None:
    match Task.Kind(asked.kind):
        case Task.Kind.RECONCILE:
            reconcile(scope, asked.connection)
        case Task.Kind.REPAIR:
            reconcile(scope, asked.connection, repair=True)
        case Task.Kind.RETRY_QUARANTINE:
            retry_connection(scope, asked.connection)


def _try_later(asked: Task, *, seconds: float) -> None:
    asked.claimed_until = utc_now() + dt.timedelta(seconds=seconds)
    asked.save(update_fields=["claimed_until"])


def _note_failure(asked: Task, error: str) -> None:
    asked.attempts += 1
    asked.error = error
    if asked.attempts >= _MOST_ATTEMPTS:
        asked.finished_at = utc_now()
    asked.save(update_fields=["attempts", "error", "finished_at"])
    log.warning("sync.task.failed", task_id=asked.pk, attempts=asked.attempts)


def _finish(asked: Task) -> None:
    asked.finished_at = utc_now()
    asked.error = ""
    asked.save(update_fields=["finished_at", "error"])


@every(5, "sync.sweep")
def sweep() -> None:
    """Ask for what is due; wake workers for runs and tasks that wait or whose worker died."""
    now = utc_now()
    request_due(now)
    for run in runs_to_wake(now):
        wake("sync.run", sync_id=run.pk)
    for asked in tasks_to_wake(now):
        wake("sync.task", task_id=asked.pk)
