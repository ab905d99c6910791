"""What administrators do to a connection by hand: pause, resume, rewind, backfill."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.kit.scope import Role, Scope, require
from rollcall.sync.models import AccountState, CustomerSync, PosConnection
from rollcall.sync.operations.requests import request_sync

#: Older moments are slips of the keyboard; windows reach a little further back still.
_FIRST_YEAR: Final = 2000


class RewindError(RuntimeError):
    """There is nothing to rewind, or not now; the message is a sentence for a person."""


@transaction.atomic
def set_paused(scope: Scope, connection: PosConnection, *, paused: bool, now: dt.datetime) -> bool:
    """Pause a connection or let it go on; says whether that changed anything.

    While it is paused nothing is due and workers carry nothing out; a run under way stops at its
    next commit and goes on from there later.

    :raises ForbiddenError: not an administrator.
    """
    require(scope, Role.ADMIN)
    changed = (
        PosConnection.objects.scoped(scope)
        .filter(pk=connection.pk, paused=not paused)
        .update(
            paused=paused,
            paused_by=str(scope.actor) if paused else "",
            paused_at=now if paused else None,
        )
    )
    if changed:
        action = "connection.paused" if paused else "connection.resumed"
        audit.record(scope, action, subject_kind="connection", subject_ids=[connection.pk])
    connection.refresh_from_db(from_queryset=PosConnection.objects.scoped(scope))
    return bool(changed)


@transaction.atomic
def rewind(
    scope: Scope, connection: PosConnection, *, to: dt.datetime, now: dt.datetime
) -> CustomerSync:
    """Read again all that changed at the POS since an earlier moment; rows come twice, to no harm.

    :param to: aware, by the POS's clock.
    :return: the run that reads it.
    :raises RewindError: nothing has been read yet, the moment is not before the watermark, or a run
        is under way.
    :raises ForbiddenError: not an administrator.
    """
    require(scope, Role.ADMIN)
    states = AccountState.objects.scoped(scope).select_for_update()
    state = states.filter(account_id=connection.account_id).first()
    if state is None or state.watermark is None:
        raise RewindError("nothing has been read completely yet; there is nothing to go back to")
    if to.year < _FIRST_YEAR:
        raise RewindError("no POS tells of changes as old as that; read everything instead")
    if to >= state.watermark:
        raise RewindError(f"changes are read up to {state.watermark:%Y-%m-%d %H:%M} UTC only")
    before = state.watermark
    _forget_positions(scope, connection, now=now)
    state.watermark = to
    state.save(update_fields=["watermark"])
    audit.record(
        scope,
        "connection.rewound",
        subject_kind="connection",
        subject_ids=[connection.pk],
        context={"from": before.isoformat(), "to": to.isoformat()},
    )
    connection.refresh_from_db(from_queryset=PosConnection.objects.scoped(scope))
    return request_sync(scope, connection, full=False)


def _forget_positions(scope: Scope, connection: PosConnection, *, now: dt.datetime) -> None:
    """Let no run go on in a window that was opened before the rewinding."""
    runs = CustomerSync.objects.scoped(scope).filter(
        connection__account_id=connection.account_id, account_id=connection.account_id
    )
    if runs.filter(state=CustomerSync.State.IN_PROGRESS).exists():
        raise RewindError("a sync is in progress; rewind when it has ended")
    runs.filter(state=CustomerSync.State.PENDING).update(
        phase=CustomerSync.Phase.START, window_since=None, window_until=None, resume_token=""
    )
    # A failed run's position does not count once its connection has changed.
    PosConnection.objects.scoped(scope).filter(account_id=connection.account_id).update(
        updated_at=now
    )


@transaction.atomic
def backfill(scope: Scope, connection: PosConnection) -> CustomerSync:
    """Read everything anew.

    :return: the run that does it, or that it comes after.
    :raises ForbiddenError: neither a manager nor an administrator.
    """
    require(scope, Role.MANAGER)
    audit.record(
        scope, "connection.backfilled", subject_kind="connection", subject_ids=[connection.pk]
    )
    return request_sync(scope, connection, full=True)
