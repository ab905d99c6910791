"""What may be wrong with syncs, told to people: failed runs, brake, quarantine, no worker."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext_lazy

from rollcall.jobs.workers import count_live_workers
from rollcall.kit.scope import Role, Scope
from rollcall.notifications.rules.kinds import (
    Finding,
    Kind,
    Look,
    Severity,
    condition,
    declare,
)
from rollcall.sync.models import (
    AccountState,
    CustomerSync,
    PosConnection,
    QuarantinedRow,
    Schedule,
)
from rollcall.sync.queries import OPEN_STATES

FAILURES: Final = 3
#: Runs of a list that are looked at: a longer streak is told as this many.
_MOST_RUNS: Final = 50
#: Growth of a quarantine over two days that is worth a notice.
_GROWTH: Final = 10
_DAY: Final = dt.timedelta(days=1)
_DAY_S: Final = 86_400
#: How long a run may wait before it counts that nobody works.
_PATIENCE: Final = dt.timedelta(minutes=2)
#: Codes of failed runs that mean the POS did not let us in; POS systems add words of their own.
_CREDENTIALS: Final = re.compile(
    r"http_40[13]|PosCredentialsError|.*(?:CREDENTIAL|AUTHENTICAT|AUTHORI[SZ]|INVALID_CLIENT|API_?KEY).*",
    re.IGNORECASE,
)
_ENDED: Final = (CustomerSync.State.FINISHED, CustomerSync.State.FAILED)


@dataclass(frozen=True, kw_only=True, slots=True)
class _List:
    """One customer list and the connections that read it; it is named by the oldest of them.

    :param reading: those that are not paused and serve an active store.
    """

    connections: Sequence[PosConnection]
    reading: Sequence[PosConnection]
    store_ids: frozenset[int]

    @property
    def name(self) -> PosConnection:
        return self.connections[0]


def _lists(scope: Scope) -> list[_List]:
    connections = list(PosConnection.objects.scoped(scope).order_by("id"))
    served = PosConnection.stores.through.objects.filter(
        posconnection_id__in=[one.pk for one in connections]
    ).values_list("posconnection_id", "store_id", "store__active")
    stores: dict[int, set[int]] = {}
    active: set[int] = set()
    for connection_id, store_id, is_active in served:
        stores.setdefault(connection_id, set()).add(store_id)
        if is_active:
            active.add(connection_id)
    groups: dict[str, list[PosConnection]] = {}
    for one in connections:
        key = f"list {one.account_id}" if one.account_id else f"connection {one.pk}"
        groups.setdefault(key, []).append(one)
    return [
        _List(
            connections=group,
            reading=[one for one in group if one.pk in active and not one.paused],
            store_ids=frozenset().union(*(stores.get(one.pk, ()) for one in group)),
        )
        for group in groups.values()
    ]


def _finding(kind: str, one: _List, *, page: str = "", **data: str | int | None) -> Finding:
    return Finding(
        kind=kind,
        subject=f"connection:{one.name.pk}",
        store_ids=one.store_ids,
        data={"connection": one.name.slug, **data},
        page=page or reverse("sync:connection", args=[one.name.slug]),
    )


def _ended_runs(scope: Scope, one: _List) -> list[CustomerSync]:
    runs = CustomerSync.objects.scoped(scope).filter(
        connection__in=[reader.pk for reader in one.connections], state__in=_ENDED
    )
    return list(runs.only("state", "error_code", "finished_at").order_by("-id")[:_MOST_RUNS])


def refuses_credentials(error_code: str) -> bool:
    """Whether a failed run's code says that the POS did not accept who we are."""
    return bool(_CREDENTIALS.fullmatch(error_code))


declare(
    Kind(
        code="sync.failing",
        severity=Severity.WARNING,
        role=Role.MANAGER,
        title=gettext_lazy("Syncs of %(connection)s keep failing"),
        advice=ngettext_lazy(
            "%(failed_runs)d sync failed in a row; the last one says %(code)s. What is here stays"
            " and can be searched. The next sync goes on where this one stopped.",
            "%(failed_runs)d syncs failed in a row; the last one says %(code)s. What is here stays"
            " and can be searched. The next sync goes on where this one stopped.",
            "failed_runs",
        ),
    ),
    Kind(
        code="sync.credentials_refused",
        severity=Severity.CRITICAL,
        role=Role.MANAGER,
        title=gettext_lazy("The POS refuses the credentials of %(connection)s"),
        advice=gettext_lazy(
            "The POS says %(code)s. No sync can work until an administrator has put valid"
            " credentials into the connection's settings."
        ),
    ),
    Kind(
        code="sync.brake_pulled",
        severity=Severity.CRITICAL,
        role=Role.MANAGER,
        title=gettext_lazy("The brake of %(connection)s is pulled"),
        advice=ngettext_lazy(
            "A full sync did not meet %(missing)d record that is here. Nothing was concluded. Is"
            " the list at the POS whole? An administrator decides.",
            "A full sync did not meet %(missing)d records that are here. Nothing was concluded. Is"
            " the list at the POS whole? An administrator decides.",
            "missing",
        ),
    ),
    Kind(
        code="sync.quarantine",
        severity=Severity.WARNING,
        role=Role.MANAGER,
        title=gettext_lazy("The quarantine of %(connection)s is growing"),
        advice=ngettext_lazy(
            "%(rows)d row could not be taken over. Correct it at the POS.",
            "%(rows)d rows could not be taken over. Correct them at the POS. Many rows with one"
            " reason: the POS may have changed.",
            "rows",
        ),
    ),
    Kind(
        code="sync.stale",
        severity=Severity.CRITICAL,
        role=Role.MANAGER,
        title=gettext_lazy("%(connection)s has not been synchronised for long"),
        advice=ngettext_lazy(
            "No sync has finished for more than %(hours)d hour. What is shown may be out of date.",
            "No sync has finished for more than %(hours)d hours. What is shown may be out of date.",
            "hours",
        ),
    ),
    Kind(
        code="sync.no_worker",
        severity=Severity.CRITICAL,
        role=Role.ADMIN,
        title=gettext_lazy("Syncs wait, and no worker runs"),
        advice=ngettext_lazy(
            "%(waiting)d sync waits. Whoever runs Rollcall has to start a worker: rollcall worker.",
            "%(waiting)d syncs wait. Whoever runs Rollcall has to start a worker: rollcall worker.",
            "waiting",
        ),
    ),
)


@condition("sync.failing", "sync.credentials_refused", "sync.stale")
def watch_runs(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    """How the last runs of each list ended, whichever connection read it."""
    for one in _lists(scope):
        if one.reading:
            runs = _ended_runs(scope, one)
            yield from _failures(one, runs)
            yield from _staleness(scope, one, runs, now=now)


def _failures(one: _List, runs: Sequence[CustomerSync]) -> Iterator[Finding]:
    streak = 0
    while streak < len(runs) and runs[streak].state == CustomerSync.State.FAILED:
        streak += 1
    if not streak:
        return
    code = runs[0].error_code or "internal"
    if refuses_credentials(code):
        yield _finding("sync.credentials_refused", one, code=code)
    elif streak >= FAILURES:
        yield _finding("sync.failing", one, code=code, failed_runs=streak)


def _staleness(
    scope: Scope, one: _List, runs: Sequence[CustomerSync], *, now: dt.datetime
) -> Iterator[Finding]:
    hours = _hours_to_wait(scope, one)
    if not hours:
        return
    good = next((run for run in runs if run.state == CustomerSync.State.FINISHED), None)
    if good is None and len(runs) == _MOST_RUNS:
        good = _last_good(scope, one)
    since = good.finished_at if good is not None else None
    since = since or min(reader.created_at for reader in one.reading)
    if now - since > dt.timedelta(hours=hours):
        yield _finding("sync.stale", one, hours=hours)


def _hours_to_wait(scope: Scope, one: _List) -> int:
    """Two rounds of the most frequent schedule, but not less than the setting; 0: for ever.

    A connection without a schedule counts as one that is read often; a list of which nobody is
    asked to read anything is read by hand.
    """
    least: int = settings.STALE_SYNC_HOURS
    if not least:
        return 0
    schedules = Schedule.objects.scoped(scope).in_bulk([reader.pk for reader in one.reading])
    if len(schedules) < len(one.reading):
        return least
    rounds_s = [
        plan.changes_every_s or 7 * _DAY_S // len(plan.full_days)
        for plan in schedules.values()
        if plan.changes_every_s or plan.full_days
    ]
    return max(least, -(-2 * min(rounds_s) // 3_600)) if rounds_s else 0


def _last_good(scope: Scope, one: _List) -> CustomerSync | None:
    runs = CustomerSync.objects.scoped(scope).filter(
        connection__in=[reader.pk for reader in one.connections],
        state=CustomerSync.State.FINISHED,
    )
    return runs.order_by("-id").first()


@condition("sync.brake_pulled")
def watch_brakes(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    """Deletions that wait for a person, also on connections that are paused."""
    states = AccountState.objects.scoped(scope).filter(brake_pulled_at__lte=now)
    pulled = dict(states.values_list("account_id", "brake_missing"))
    for one in _lists(scope):
        if one.name.account_id in pulled:
            yield _finding("sync.brake_pulled", one, missing=pulled[one.name.account_id])


@condition("sync.quarantine")
def watch_quarantine(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    """Lists with many rows in quarantine, or with more each day for two days."""
    held = {
        account_id: (before, yesterday, today)
        for account_id, before, yesterday, today in _quarantined(scope, now=now)
    }
    for one in _lists(scope):
        before, yesterday, today = held.get(one.name.account_id or 0, (0, 0, 0))
        grows = before < yesterday < today and today - before >= _GROWTH
        if today > settings.QUARANTINE_NOTICE_ROWS or grows:
            yield _finding(
                "sync.quarantine",
                one,
                page=reverse("sync:quarantine"),
                rows=today,
                growth=max(today - before, 0),
            )


def _quarantined(scope: Scope, *, now: dt.datetime) -> Iterable[tuple[int, int, int, int]]:
    """Rows of each list in quarantine two days ago, a day ago and now."""

    def at(moment: dt.datetime) -> Count:
        still = Q(resolved_at__isnull=True) | Q(resolved_at__gt=moment)
        return Count("pk", filter=Q(first_seen_at__lte=moment) & still)

    rows = QuarantinedRow.objects.scoped(scope).filter(
        Q(resolved_at__isnull=True) | Q(resolved_at__gt=now - 2 * _DAY)
    )
    return (
        rows.values("account_id")
        .annotate(before=at(now - 2 * _DAY), yesterday=at(now - _DAY), today=at(now))
        .order_by("account_id")
        .values_list("account_id", "before", "yesterday", "today")
    )


@condition("sync.no_worker", look=Look.WORKER_OR_PAGE)
def watch_workers(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    """Runs that nobody works on because no worker lives. Found by a page, closed by a worker."""
    if count_live_workers():
        return
    silent = Q(requested_at__lt=now - _PATIENCE) & (
        Q(progress_at__isnull=True) | Q(progress_at__lt=now - _PATIENCE)
    )
    runs = CustomerSync.objects.scoped(scope).filter(
        silent, state__in=OPEN_STATES, connection__paused=False
    )
    waiting = runs.count()
    if waiting:
        yield Finding(
            kind="sync.no_worker", data={"waiting": waiting}, page=reverse("sync:connections")
        )
