"""Having events processed once more; harmless, because old news changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from rollcall.audit import operations as audit
from rollcall.inbox import queries
from rollcall.inbox.models import InboxEvent
from rollcall.jobs import wake
from rollcall.kit.scope import Role, Scope, require
from rollcall.sync.models import PosConnection


def replay_events(scope: Scope, event_ids: Sequence[int], *, now: dt.datetime) -> int:
    """Let these events wait for a worker again; returns how many are the retailer's.

    An event whose body was deleted asks the POS for its customer instead.
    """
    require(scope, Role.ADMIN)
    return _replay(scope, queries.select_events(scope).filter(pk__in=event_ids), now=now)


def replay_range(
    scope: Scope,
    connection: PosConnection,
    *,
    since: dt.datetime,
    until: dt.datetime,
    now: dt.datetime,
) -> int:
    """Let all events of a connection that came from ``since`` up to ``until`` wait again."""
    require(scope, Role.ADMIN)
    found = queries.select_events(scope, connection=connection, since=since, until=until)
    return _replay(scope, found, now=now)


@transaction.atomic
def _replay(scope: Scope, events: QuerySet[InboxEvent], *, now: dt.datetime) -> int:
    ids = list(events.order_by("id").select_for_update(of=("self",)).values_list("pk", flat=True))
    mine = InboxEvent.objects.scoped(scope).filter(pk__in=ids)
    # A worker that has one of them just now finds that it is no longer its own.
    mine.update(
        state=InboxEvent.State.RECEIVED,
        attempts=0,
        not_before=now,
        claim=None,
        claimed_until=None,
        processed_at=None,
        outcome="replay",
    )
    if not ids:
        return 0
    connections = sorted(mine.order_by().values_list("connection_id", flat=True).distinct())
    audit.record(
        scope,
        "inbox.replayed",
        subject_kind="connection",
        subject_ids=connections,
        context={"events": len(ids), "first": ids[0], "last": ids[-1]},
    )
    for connection_id in connections:
        wake("inbox.drain", connection_id=connection_id)
    return len(ids)
