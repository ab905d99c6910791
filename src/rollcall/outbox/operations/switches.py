"""Who may write to which POS: off at first, switched on by name, stopped at once."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from rollcall.audit import operations as audit
from rollcall.jobs import wake
from rollcall.kit.scope import Role, Scope, require
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry, WriteStop, WriteSwitch
from rollcall.outbox.operations.readiness import Check, check_readiness
from rollcall.sync.models import PosConnection

State = OutboxEntry.State


class NotReadyError(RuntimeError):
    """Writing cannot be switched on yet; ``checks`` say why."""

    def __init__(self, checks: list[Check]) -> None:
        super().__init__("; ".join(check.words for check in checks if not check.passed))
        self.checks = checks


@transaction.atomic
def enable_writing(
    scope: Scope, connection: PosConnection, *, hourly_cap: int | None, now: dt.datetime
) -> int:
    """Let a connection write; what was held is queued. Returns how many entries that were.

    :param hourly_cap: writes an hour while it is being tried out; None: as many as wanted.
    :raises NotReadyError: a check of readiness does not pass.
    """
    require(scope, Role.ADMIN)
    checks = check_readiness(scope, connection, now=now)
    if not all(check.passed for check in checks):
        raise NotReadyError(checks)
    WriteSwitch.objects.scoped(scope).update_or_create(
        connection=connection,
        defaults={
            "enabled_at": now,
            "enabled_by": str(scope.actor),
            "hourly_cap": hourly_cap,
            "stopped_at": None,
            "stopped_by": "",
        },
    )
    held = OutboxEntry.objects.scoped(scope).filter(connection=connection, state=State.HELD)
    released = held.update(state=State.QUEUED, not_before=now)
    _tell(scope, "writing.enabled", connection, hourly_cap=hourly_cap, released=released)
    wake("outbox.drain", connection_id=connection.pk)
    return released


@transaction.atomic
def disable_writing(scope: Scope, connection: PosConnection, *, now: dt.datetime) -> None:
    """Let a connection only read again; what waits is held."""
    require(scope, Role.ADMIN)
    WriteSwitch.objects.scoped(scope).filter(connection=connection).update(enabled_at=None)
    OutboxEntry.objects.scoped(scope).filter(connection=connection, state=State.QUEUED).update(
        state=State.HELD, not_before=now
    )
    _tell(scope, "writing.disabled", connection)


@transaction.atomic
def set_stopped(
    scope: Scope, connection: PosConnection, *, stopped: bool, now: dt.datetime
) -> None:
    """Pull, or release, the kill switch of one connection: entries wait meanwhile."""
    require(scope, Role.MANAGER if stopped else Role.ADMIN)
    WriteSwitch.objects.scoped(scope).update_or_create(
        connection=connection,
        defaults={
            "stopped_at": now if stopped else None,
            "stopped_by": str(scope.actor) if stopped else "",
        },
    )
    _tell(scope, "writing.stopped" if stopped else "writing.resumed", connection)
    if not stopped:
        wake("outbox.drain", connection_id=connection.pk)


@transaction.atomic
def stop_all(scope: Scope, *, now: dt.datetime) -> WriteStop:
    """Pull the kill switch of all connections. Idempotent."""
    require(scope, Role.ADMIN)
    found = queries.find_stop(scope)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            stop = WriteStop.objects.scoped(scope).create(
                stopped_at=now, stopped_by=str(scope.actor)
            )
    except IntegrityError:  # somebody else pulled it at the same moment
        return WriteStop.objects.scoped(scope).get(released_at__isnull=True)
    _tell(scope, "writing.all_stopped", None)
    return stop


@transaction.atomic
def release_all(scope: Scope, *, now: dt.datetime) -> None:
    """Release the kill switch of all connections. Idempotent."""
    require(scope, Role.ADMIN)
    released = (
        WriteStop.objects.scoped(scope)
        .filter(released_at__isnull=True)
        .update(released_at=now, released_by=str(scope.actor))
    )
    if released:
        _tell(scope, "writing.all_resumed", None)
        for connection_id in PosConnection.objects.scoped(scope).values_list("pk", flat=True):
            wake("outbox.drain", connection_id=connection_id)


def _tell(
    scope: Scope, action: str, connection: PosConnection | None, **context: int | None
) -> None:
    audit.record(
        scope,
        action,
        subject_kind="connection",
        subject_ids=[] if connection is None else [connection.pk],
        context=context,
    )
