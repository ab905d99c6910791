"""Starting a bulk accept that was chosen; pausing, stopping and undoing it."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.identity.models import BulkAccept
from rollcall.identity.operations.bulk_choosing import require_bulk
from rollcall.identity.queries.bulk import BulkNotFoundError
from rollcall.jobs import wake
from rollcall.kit.scope import Scope

State = BulkAccept.State

#: A dry run that is older tells too little of what is there now.
LONGEST_DRY: Final = dt.timedelta(hours=1)


class WrongStateError(RuntimeError):
    """It is in a state in which that cannot be done; ``state`` says which."""

    def __init__(self, state: str) -> None:
        super().__init__("it is not in a state for that")
        self.state = state


class UnconfirmedError(ValueError):
    """The number that was typed is not the number of pairs."""


class OutdatedError(RuntimeError):
    """The dry run is too old, or somebody else's: choose again."""


class BusyError(RuntimeError):
    """Another bulk accept of the retailer is under way."""


@transaction.atomic
def start(scope: Scope, run_id: int, *, confirmed: int, now: dt.datetime) -> BulkAccept:
    """Begin to accept what was chosen; a worker goes on from here.

    :param confirmed: the number of pairs, typed by whoever starts it.
    :raises BulkNotFoundError: none of this retailer.
    :raises WrongStateError: it was started before.
    :raises OutdatedError: it was chosen too long ago, or by somebody else.
    :raises UnconfirmedError: another number, or nothing was chosen.
    :raises BusyError: another one is under way.
    """
    run = _lock(scope, run_id, State.DRY)
    if run.actor != str(scope.actor) or now - run.made_at > LONGEST_DRY:
        raise OutdatedError
    if confirmed != run.count or not run.count:
        raise UnconfirmedError
    _refuse_second(scope, run)
    run.started_at = now
    return _go(scope, run, State.RUNNING)


@transaction.atomic
def pause(scope: Scope, run_id: int) -> BulkAccept:
    """Accept nothing more for now; nothing of it is accepted after this returns.

    :raises BulkNotFoundError: none of this retailer.
    :raises WrongStateError: it is not running.
    """
    return _go(scope, _lock(scope, run_id, State.RUNNING), State.PAUSED)


@transaction.atomic
def resume(scope: Scope, run_id: int) -> BulkAccept:
    """Go on after a pause.

    :raises BulkNotFoundError: none of this retailer.
    :raises WrongStateError: it is not paused.
    """
    return _go(scope, _lock(scope, run_id, State.PAUSED), State.RUNNING)


@transaction.atomic
def stop(scope: Scope, run_id: int, *, now: dt.datetime) -> BulkAccept:
    """Accept nothing more of it, ever; what was accepted stands.

    :raises BulkNotFoundError: none of this retailer.
    :raises WrongStateError: it is neither running nor paused.
    """
    run = _lock(scope, run_id, State.RUNNING, State.PAUSED)
    run.ended_at = now
    return _go(scope, run, State.STOPPED)


@transaction.atomic
def undo(scope: Scope, run_id: int, *, now: dt.datetime) -> BulkAccept:
    """Begin to take back every merge of it that is in force; a worker goes on from here.

    :raises BulkNotFoundError: none of this retailer.
    :raises WrongStateError: it is running, or was undone before.
    :raises BusyError: another one is under way.
    """
    run = _lock(scope, run_id, State.PAUSED, State.STOPPED, State.DONE)
    _refuse_second(scope, run)
    run.undone_by, run.undone_at = str(scope.actor), now
    run.ended_at = run.ended_at or now
    return _go(scope, run, State.UNDOING)


def _lock(scope: Scope, run_id: int, *states: BulkAccept.State) -> BulkAccept:
    require_bulk(scope)
    run = BulkAccept.objects.scoped(scope).select_for_update().filter(pk=run_id).first()
    if run is None:
        raise BulkNotFoundError
    if run.state not in states:
        raise WrongStateError(run.state)
    return run


def _refuse_second(scope: Scope, run: BulkAccept) -> None:
    others = BulkAccept.objects.scoped(scope).filter(state__in=BulkAccept.UNDER_WAY)
    if others.exclude(pk=run.pk).exists():
        raise BusyError


def _go(scope: Scope, run: BulkAccept, state: BulkAccept.State) -> BulkAccept:
    run.state = state
    run.save(update_fields=["state", "started_at", "ended_at", "undone_by", "undone_at"])
    audit.record(
        scope,
        f"suggestions.bulk_{state.value}",
        subject_kind="retailer",
        subject_ids=[scope.retailer_id],
        context={"run": run.pk, "pairs": run.count, "least_bits": run.least_bits},
    )
    if state in (State.RUNNING, State.UNDOING):
        wake("identity.bulk", retailer_id=scope.retailer_id, run_id=run.pk)
    return run
