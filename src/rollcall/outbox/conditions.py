"""What may be wrong with the outbox, told to people: entries that age or wait, writing stopped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext_lazy

from rollcall.kit.scope import Role, Scope
from rollcall.notifications.rules.kinds import Finding, Kind, Severity, condition, declare
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry
from rollcall.sync.models import PosConnection
from rollcall.sync.queries import list_connections

#: How long an entry may be on its way, and how long writing may be stopped, without a notice.
AGEING: Final = dt.timedelta(minutes=30)
STOPPED: Final = dt.timedelta(hours=1)
State = OutboxEntry.State

declare(
    Kind(
        code="outbox.ageing",
        severity=Severity.WARNING,
        role=Role.MANAGER,
        title=gettext_lazy("What was typed does not reach %(connection)s"),
        advice=ngettext_lazy(
            "%(entries)d entry waits for more than half an hour. It is kept and goes on being"
            " tried. Does the POS answer, and does a worker run?",
            "%(entries)d entries wait for more than half an hour. They are kept and go on being"
            " tried. Does the POS answer, and does a worker run?",
            "entries",
        ),
    ),
    Kind(
        code="outbox.refused",
        severity=Severity.WARNING,
        role=Role.MANAGER,
        title=gettext_lazy("%(connection)s refused what was typed"),
        advice=ngettext_lazy(
            "%(entries)d entry waits for somebody: mend its values and send it again, or discard"
            " it.",
            "%(entries)d entries wait for somebody: mend their values and send them again, or"
            " discard them.",
            "entries",
        ),
    ),
    Kind(
        code="outbox.stopped",
        severity=Severity.WARNING,
        role=Role.MANAGER,
        title=gettext_lazy("Writing to %(connection)s is stopped"),
        advice=gettext_lazy(
            "Somebody pulled the kill switch more than an hour ago. What is typed waits until an"
            " administrator lets writing go on."
        ),
    ),
    Kind(
        code="outbox.all_stopped",
        severity=Severity.CRITICAL,
        role=Role.MANAGER,
        title=gettext_lazy("All writing is stopped"),
        advice=gettext_lazy(
            "Somebody pulled the kill switch of all connections more than an hour ago. What is"
            " typed waits until an administrator lets writing go on."
        ),
    ),
    Kind(
        code="outbox.cap_reached",
        severity=Severity.WARNING,
        role=Role.MANAGER,
        title=gettext_lazy("%(connection)s has written as much as it may this hour"),
        advice=gettext_lazy(
            "Writing is being tried out with at most %(cap)d entries an hour. The others wait."
            " If all went well, an administrator may raise the number."
        ),
    ),
)


def _finding(kind: str, one: PosConnection, *, page: str, **data: str | int) -> Finding:
    served = PosConnection.stores.through.objects.filter(posconnection_id=one.pk)
    return Finding(
        kind=kind,
        subject=f"connection:{one.pk}",
        store_ids=frozenset(served.values_list("store_id", flat=True)),
        data={"connection": one.slug, **data},
        page=page,
    )


def _list_page(one: PosConnection, state: str) -> str:
    return f"{reverse('outbox:list')}?state={state}&connection={one.slug}"


@condition("outbox.ageing", "outbox.refused")
def watch_entries(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    """Entries that do not arrive, and such as wait for somebody."""
    counts = _counts(scope, now)
    stopped = _stopped_connections(scope)
    for one in list_connections(scope):
        ageing, stuck = counts.get(one.pk, (0, 0))
        # Why those of a stopped connection wait is told by the notice of the stop.
        if ageing and one.pk not in stopped:
            page = _list_page(one, State.QUEUED)
            yield _finding("outbox.ageing", one, page=page, entries=ageing)
        if stuck:
            yield _finding("outbox.refused", one, page=_list_page(one, "stuck"), entries=stuck)


def _counts(scope: Scope, now: dt.datetime) -> dict[int, tuple[int, int]]:
    # Until its first try, an entry's time is when it became due: it may have been held for long.
    late = Q(attempts=0, not_before__lt=now - AGEING) | Q(
        attempts__gt=0, created_at__lt=now - AGEING
    )
    under_way = Q(state__in=(State.QUEUED, State.SENDING))
    rows = (
        OutboxEntry.objects.scoped(scope)
        .filter(state__in=OutboxEntry.OPEN)
        .order_by()
        .values("connection")
        .annotate(
            ageing=Count("pk", filter=under_way & late),
            stuck=Count("pk", filter=Q(state__in=(State.REFUSED, State.DEAD))),
        )
    )
    return {row["connection"]: (row["ageing"], row["stuck"]) for row in rows}


def _stopped_connections(scope: Scope) -> set[int]:
    connections = list_connections(scope)
    if queries.find_stop(scope) is not None:
        return {one.pk for one in connections}
    switches = queries.switches_of(scope, connections)
    return {pk for pk, switch in switches.items() if switch.stopped_at is not None}


@condition("outbox.stopped", "outbox.all_stopped")
def watch_stops(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    """Kill switches that were pulled long ago: somebody may have forgotten them."""
    stop = queries.find_stop(scope)
    if stop is not None and now - stop.stopped_at > STOPPED:
        yield Finding(kind="outbox.all_stopped", page=reverse("outbox:writers"))
    connections = list_connections(scope)
    switches = queries.switches_of(scope, connections)
    for one in connections:
        switch = switches.get(one.pk)
        if switch is None or switch.enabled_at is None or switch.stopped_at is None:
            continue
        if now - switch.stopped_at > STOPPED:
            page = reverse("outbox:writing", args=[one.slug])
            yield _finding("outbox.stopped", one, page=page)


@condition("outbox.cap_reached")
def watch_caps(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    """Connections that could write more than they may this hour."""
    for writer in queries.view_writers(scope, list_connections(scope), now=now):
        one, switch = writer.connection, writer.switch
        if switch is None or switch.hourly_cap is None or not writer.is_enabled:
            continue
        if writer.is_capped and writer.counts.get(State.QUEUED):
            page = reverse("outbox:writing", args=[one.slug])
            yield _finding("outbox.cap_reached", one, page=page, cap=switch.hourly_cap)
