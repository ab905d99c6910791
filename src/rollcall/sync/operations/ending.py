"""How a run ends: finished, failed, or followed by the full pass that was asked for meanwhile."""

from __future__ import annotations

from typing import Final

import structlog
from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.jobs import wake
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.pos.errors import (
    PosCredentialsError,
    PosError,
    PosNeedsHumanError,
    PosUnavailableError,
)
from rollcall.sync.models import AccountState, CustomerSync
from rollcall.sync.operations.braking import end_brake
from rollcall.sync.operations.conclude import drop_seen
from rollcall.sync.operations.drift import take_over_sample
from rollcall.sync.operations.lease import Lease, fence
from rollcall.sync.operations.run_figures import count_run
from rollcall.sync.operations.schedules import note_failure, note_success
from rollcall.sync.operations.source import Source
from rollcall.sync.queries import OPEN_STATES

log = structlog.get_logger()

#: After these a failed run's position is still good.
_MAY_PASS: Final = (PosUnavailableError, PosCredentialsError, PosNeedsHumanError)


class InternalError(PosError):
    """Something that nobody foresaw; its words stay out of the run, they may hold values."""

    @classmethod
    def of(cls, error: Exception) -> InternalError:
        """What may be shown of it."""
        return cls(f"internal error ({type(error).__name__}); the log says where", code="internal")


def finish(source: Source, lease: Lease, run: CustomerSync) -> None:
    """Note that a run has done all it had to; what its pass has seen is forgotten with it."""
    now = utc_now()
    with transaction.atomic():
        fence(lease)
        note_success(source.scope, run.connection_id)
        runs = CustomerSync.objects.scoped(source.scope)
        runs.filter(pk=run.pk).update(
            state=CustomerSync.State.FINISHED,
            phase=CustomerSync.Phase.DONE,
            finished_at=now,
            progress_at=now,
        )
        drop_seen(source, run)
        take_over_sample(source, run, now=now)
        count_run(source.scope, run, finished=True, now=now)
        if run.full:
            end_brake(source, run)
            AccountState.objects.scoped(source.scope).filter(account=source.account).update(
                full_pass_at=now
            )
        _note(source.scope, "sync.finished", run)
        if runs.filter(pk=run.pk, then_full=True).exists():
            _request_full(source.scope, run)


def _request_full(scope: Scope, run: CustomerSync) -> None:
    # Asked for while an incremental pass was under way, which had to end first.
    follower = CustomerSync.objects.scoped(scope).create(
        connection_id=run.connection_id,
        account_id=run.account_id,
        full=True,
        requested_by=run.requested_by,
    )
    wake("sync.run", sync_id=follower.pk)


def fail(source: Source, lease: Lease, run: CustomerSync, error: PosError) -> None:
    """Note why a run could not go on. Its position stays, if the next run may go on from there."""
    log.warning(
        "sync.run.failed",
        sync_id=run.pk,
        connection_id=source.connection.pk,
        error=type(error).__name__,
        code=error.code,
    )
    with transaction.atomic():
        fence(lease)
        now = utc_now()
        note_failure(source.scope, run.connection_id, error, now=now)
        CustomerSync.objects.scoped(source.scope).filter(pk=run.pk).update(**_failure(error))
        take_over_sample(source, run, now=now)
        count_run(source.scope, run, finished=False, now=now)
        _note(source.scope, "sync.failed", run, code=error.code)


@transaction.atomic
def fail_unopened(scope: Scope, run: CustomerSync, error: PosError) -> None:
    """The same for a run whose connection could not even be opened.

    A run that has ended stays as it is, whatever became of the settings since.
    """
    runs = CustomerSync.objects.scoped(scope).filter(pk=run.pk, state__in=OPEN_STATES)
    if runs.exists():
        note_failure(scope, run.connection_id, error, now=utc_now())
    if runs.update(**_failure(error)):
        count_run(scope, run, finished=False, now=utc_now())
        _note(scope, "sync.failed", run, code=error.code)


def _failure(error: PosError) -> dict[str, object]:
    failed: dict[str, object] = {
        "state": CustomerSync.State.FAILED,
        "error_code": error.code or type(error).__name__,
        "error": str(error),
        "finished_at": utc_now(),
    }
    if not isinstance(error, _MAY_PASS):
        # The position itself may be what the POS refuses; the next run starts anew.
        failed |= {"phase": CustomerSync.Phase.START, "resume_token": ""}
    return failed


def _note(scope: Scope, action: str, run: CustomerSync, **more: str) -> None:
    audit.record(
        scope,
        action,
        subject_kind="connection",
        subject_ids=[run.connection_id],
        context={"sync": run.pk, **more},
    )
