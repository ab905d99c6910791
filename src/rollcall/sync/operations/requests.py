"""What people and schedules ask for: rows first, a worker does them."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from rollcall.audit import operations as audit
from rollcall.jobs import wake
from rollcall.kit.scope import Role, Scope, require
from rollcall.sync import queries
from rollcall.sync.models import AccountState, CustomerSync, PosConnection, SeenPage, Task


class NoBrakeError(RuntimeError):
    """The brake is not pulled."""


def request_sync(
    scope: Scope, connection: PosConnection, *, full: bool, by_worker: bool = True
) -> CustomerSync:
    """Ask for a run; an open one is joined instead of starting a second.

    A run that has not started yet is widened to a full one if that is asked for; one that is under
    way is followed by a full one.

    :param by_worker: False if the caller carries it out itself, at once.
    """
    require(scope, Role.MANAGER)
    try:
        with transaction.atomic():
            found = queries.find_open_run(scope, connection)
            if found is None:
                return _create_run(scope, connection, full=full, by_worker=by_worker)
    except IntegrityError:  # somebody else asked at the same moment
        found = queries.find_open_run(scope, connection)
        if found is None:
            return request_sync(scope, connection, full=full, by_worker=by_worker)
    if full and not found.full:
        _widen(scope, found)
        found.refresh_from_db()
    return found


def _widen(scope: Scope, run: CustomerSync) -> None:
    # From the start: it may have been about to go on in the middle of an incremental pass.
    waiting = CustomerSync.objects.scoped(scope).filter(
        pk=run.pk, state=CustomerSync.State.PENDING, full=False
    )
    widened = waiting.update(
        full=True,
        phase=CustomerSync.Phase.START,
        window_since=None,
        window_until=None,
        resume_token="",
    )
    if not widened:
        CustomerSync.objects.scoped(scope).filter(
            pk=run.pk, state=CustomerSync.State.IN_PROGRESS
        ).update(then_full=True)


def _create_run(
    scope: Scope, connection: PosConnection, *, full: bool, by_worker: bool
) -> CustomerSync:
    run = CustomerSync.objects.scoped(scope).create(
        connection=connection,
        account_id=connection.account_id,
        requested_by=str(scope.actor),
        **{"full": full, **_position_to_go_on_from(scope, connection, full=full)},
    )
    _adopt_seen_pages(scope, run)
    audit.record(
        scope,
        "sync.requested",
        subject_kind="connection",
        subject_ids=[connection.pk],
        context={"sync": run.pk, "full": full},
    )
    if by_worker:
        wake("sync.run", sync_id=run.pk)
    return run


def _failed_before(scope: Scope, connection: PosConnection) -> CustomerSync | None:
    runs = CustomerSync.objects.scoped(scope).filter(connection=connection)
    last = runs.order_by("-id").first()
    resumable = (CustomerSync.Phase.FULL, CustomerSync.Phase.CATCH_UP)
    if last is None or last.state != CustomerSync.State.FAILED or last.phase not in resumable:
        return None
    # Under other settings (time zone, page size …) the position may mean something else.
    changed = last.finished_at is None or last.finished_at < connection.updated_at
    return None if changed or last.account_id != connection.account_id else last


def _position_to_go_on_from(
    scope: Scope, connection: PosConnection, *, full: bool
) -> dict[str, object]:
    """Where a failed run stopped: a POS that was away for an hour must not cost a whole pass."""
    last = _failed_before(scope, connection)
    if last is None or (full and not last.full):
        return {}
    return {
        "full": last.full,
        "phase": last.phase,
        "window_since": last.window_since,
        "window_until": last.window_until,
        "resume_token": last.resume_token,
        "expected_rows": last.expected_rows,
    }


def _adopt_seen_pages(scope: Scope, run: CustomerSync) -> None:
    pages = SeenPage.objects.scoped(scope).filter(sync__connection_id=run.connection_id)
    if run.phase == CustomerSync.Phase.START:
        pages.delete()
    else:
        pages.update(sync_id=run.pk)


def request_task(scope: Scope, connection: PosConnection, kind: Task.Kind) -> Task:
    """Ask the worker to reconcile, repair or retry quarantined rows; joined if asked already."""
    require(scope, Role.MANAGER)
    user_id = int(scope.actor.id) if scope.actor.kind == "user" else None
    tasks = Task.objects.scoped(scope)
    try:
        with transaction.atomic():
            task = tasks.create(connection=connection, kind=kind, requested_by_id=user_id)
            audit.record(
                scope,
                f"task.requested.{kind.value}",
                subject_kind="connection",
                subject_ids=[connection.pk],
            )
            wake("sync.task", task_id=task.pk)
            return task
    except IntegrityError:
        found = tasks.filter(connection=connection, kind=kind, finished_at__isnull=True).first()
        return found or request_task(scope, connection, kind)


@transaction.atomic
def release_brake(scope: Scope, connection: PosConnection, *, now: dt.datetime) -> None:
    """Let the next full pass conclude that records are gone, once, in an administrator's name.

    :raises NoBrakeError: it is not pulled.
    :raises ForbiddenError: not an administrator.
    """
    require(scope, Role.ADMIN)
    released = (
        AccountState.objects.scoped(scope)
        .filter(account_id=connection.account_id, brake_pulled_at__isnull=False)
        .update(brake_pulled_at=None, brake_released_by=str(scope.actor), brake_released_at=now)
    )
    if not released:
        raise NoBrakeError("the brake of this connection is not pulled")
    audit.record(scope, "brake.released", subject_kind="connection", subject_ids=[connection.pk])
