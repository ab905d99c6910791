"""Schedules: what is due becomes a request like a person's, exactly once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.kit.scope import Actor, Role, Scope, require
from rollcall.pos.contract import Capability
from rollcall.pos.errors import PosError, PosUnavailableError
from rollcall.pos.registry import UnknownKindError, connector
from rollcall.stores.operations.saving import Action, Saved, existing
from rollcall.stores.queries import get_system_scope
from rollcall.sync import queries
from rollcall.sync.models import PosConnection, Schedule, Task
from rollcall.sync.operations.requests import request_sync, request_task
from rollcall.sync.rules.timing import (
    SOONEST_DEFAULT_S,
    default_changes_every_s,
    hold_after_failures_s,
    next_off_peak,
    next_on_grid,
    stable_share,
)

log = structlog.get_logger()

SHORTEST_S: Final = 30
LONGEST_S: Final = 86_400
_ACTOR: Final = Actor(kind="system", id="schedule")


class ScheduleError(ValueError):
    """A schedule that cannot be kept; the message is a sentence for a person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleChanges:
    """What to change of a schedule; None leaves it as it is.

    :param changes_every_s: 30 to 86,400; 0: never.
    :param full_days: days on whose night everything is read, 0 is Monday; empty: never.
    :param reconcile_days: the same for the reconciliation.
    :param off_peak_from: local time; nightly work begins somewhere between it and the next.
    :param off_peak_until: of the next day, if it is not after ``off_peak_from``.
    """

    changes_every_s: int | None = None
    full_days: Sequence[int] | None = None
    reconcile_days: Sequence[int] | None = None
    off_peak_from: dt.time | None = None
    off_peak_until: dt.time | None = None

    def values(self) -> dict[str, object]:
        """What was given, with the days in order.

        :raises ScheduleError: it cannot be kept.
        """
        given: dict[str, object] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name.endswith("_days") and value is not None:
                value = sorted(set(value))
                if not set(value) <= set(range(7)):
                    raise ScheduleError("days are numbered from 0, Monday, to 6, Sunday")
            if value is not None:
                given[one.name] = value
        every_s = self.changes_every_s
        if every_s and not SHORTEST_S <= every_s <= LONGEST_S:
            raise ScheduleError(
                f"changes can be asked for every {SHORTEST_S} to {LONGEST_S} seconds, or never (0)"
            )
        return given


@transaction.atomic
def ensure_schedule(scope: Scope, connection: PosConnection, *, now: dt.datetime) -> Schedule:
    """The connection's schedule; made with sensible defaults if it has none. Idempotent."""
    rows = Schedule.objects.scoped(scope)
    found, made = rows.get_or_create(
        connection_id=connection.pk,
        defaults={
            "retailer_id": scope.retailer_id,
            "changes_every_s": _default_every_s(connection.kind),
            "changed_by": str(scope.actor),
            "changed_at": now,
        },
    )
    if made:
        _plan(found, connection, now=now, anew=True)
        found.save()
    return found


def _default_every_s(kind: str) -> int:
    try:
        found = connector(kind)
    except UnknownKindError:
        return SOONEST_DEFAULT_S
    return default_changes_every_s(
        requests_per_second=found.limits.requests_per_second,
        has_windows=Capability.INCREMENTAL in found.capabilities,
    )


@transaction.atomic
def change_schedule(
    scope: Scope, connection: PosConnection, changes: ScheduleChanges, *, now: dt.datetime
) -> Saved[Schedule]:
    """Bring a schedule in line, and compute anew when each of its parts is due. Idempotent.

    :raises ScheduleError: it cannot be kept; nothing was changed.
    :raises ForbiddenError: not an administrator.
    """
    require(scope, Role.ADMIN)
    given = changes.values()
    ensure_schedule(scope, connection, now=now)
    row = Schedule.objects.scoped(scope).select_for_update().get(pk=connection.pk)
    changed = [name for name, value in given.items() if getattr(row, name) != value]
    if not changed:
        return Saved(row=row, action=Action.UNCHANGED)
    for name in changed:
        setattr(row, name, given[name])
    row.changed_by, row.changed_at = str(scope.actor), now
    _plan(row, connection, now=now, anew=True)
    row.save()
    audit.record(
        scope,
        "schedule.updated",
        subject_kind="connection",
        subject_ids=[connection.pk],
        fields=changed,
    )
    return existing(row, changed)


@transaction.atomic
def plan_again(scope: Scope, connection: PosConnection, *, now: dt.datetime) -> None:
    """Compute anew when a connection's nights are, because its time zone has changed."""
    ensure_schedule(scope, connection, now=now)
    row = Schedule.objects.scoped(scope).select_for_update().get(pk=connection.pk)
    _plan(row, connection, now=now, anew=True)
    row.save()


def _plan(row: Schedule, connection: PosConnection, *, now: dt.datetime, anew: bool) -> list[str]:
    """Set the next moment of what is due or has none; returns the names of what was due."""
    due = []
    for name, moment in _next(row, connection, now=now).items():
        planned: dt.datetime | None = getattr(row, name)
        if not anew and planned is not None and planned <= now:
            due.append(name)
        if anew or moment is None or planned is None or planned <= now:
            setattr(row, name, moment)
    return due


def _next(
    row: Schedule, connection: PosConnection, *, now: dt.datetime
) -> dict[str, dt.datetime | None]:
    zone = ZoneInfo(connection.time_zone)
    changes = None
    if row.changes_every_s:
        share = stable_share(f"changes {connection.pk}")
        changes = next_on_grid(every_s=row.changes_every_s, share=share, now=now)

    def night(days: Sequence[int], name: str) -> dt.datetime | None:
        return next_off_peak(
            days=days,
            starts=row.off_peak_from,
            ends=row.off_peak_until,
            zone=zone,
            share=stable_share(f"{name} {connection.pk}"),
            after=now,
        )

    return {
        "next_full_at": night(row.full_days, "full"),
        "next_reconcile_at": night(row.reconcile_days, "reconcile"),
        "next_changes_at": changes,
    }


def request_due(now: dt.datetime) -> None:
    """Ask for what is due, of all retailers; several workers may do it at once.

    A schedule's row is locked while its requests are made and its next moment is written, so what
    is due is asked for once, and what was missed while nobody worked is not made up for.
    """
    for connection_id in queries.due_schedules(now).values_list("pk", flat=True):
        try:
            _request_due_of(connection_id, now)
        except Exception as error:  # noqa: BLE001  # one connection must not stop the others
            log.error(  # noqa: TRY400  # a traceback may hold values
                "sync.schedule.failed", connection_id=connection_id, error=type(error).__name__
            )


@transaction.atomic
def _request_due_of(connection_id: int, now: dt.datetime) -> None:
    # The connection too, which whoever saves it locks first: nobody waits here for anybody.
    rows = queries.due_schedules(now).select_for_update(of=("self", "connection"), skip_locked=True)
    row = rows.select_related("connection__account").filter(pk=connection_id).first()
    if row is None:
        return  # another worker does it, or has done it
    due = _plan(row, row.connection, now=now, anew=False)
    row.save()
    scope = get_system_scope(row.retailer_id, actor=_ACTOR)
    for name in due:
        if name == "next_reconcile_at":
            request_task(scope, row.connection, Task.Kind.RECONCILE)
        else:
            request_sync(scope, row.connection, full=name == "next_full_at")


def note_success(scope: Scope, connection_id: int) -> None:
    """Note that a run has finished: the schedule is kept again."""
    Schedule.objects.scoped(scope).filter(pk=connection_id, failures__gt=0).update(
        failures=0, held_until=None
    )


def note_failure(scope: Scope, connection_id: int, error: PosError, *, now: dt.datetime) -> None:
    """Put off what comes next, longer with every failure in a row, and as long as the POS asks.

    Call it in the transaction that ends the run, before the run's row is written: that is the order
    in which :func:`request_due` locks them.
    """
    row = Schedule.objects.scoped(scope).select_for_update().filter(pk=connection_id).first()
    if row is None:
        return
    row.failures += 1
    passes = isinstance(error, PosUnavailableError)
    wait_s = hold_after_failures_s(row.failures, every_s=row.changes_every_s, passes=passes)
    if isinstance(error, PosUnavailableError):
        wait_s = max(wait_s, error.retry_after_s or 0.0)
    row.held_until = now + dt.timedelta(seconds=wait_s)
    row.save(update_fields=["failures", "held_until"])
