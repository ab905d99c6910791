"""What may be wrong with matching, told to people: records that wait, values that hold too much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext_lazy

from rollcall.identity.queries.pending import count_waiting
from rollcall.identity.queries.shared_values import list_stopped
from rollcall.kit.scope import Role, Scope
from rollcall.notifications.rules.kinds import Finding, Kind, Severity, condition, declare

declare(
    Kind(
        code="identity.reopening_stopped",
        severity=Severity.WARNING,
        role=Role.MANAGER,
        title=gettext_lazy("A value that many share holds very many people together"),
        advice=ngettext_lazy(
            "Without it %(merges)d automatic merge would be taken back. Nothing was done yet. Does"
            " the value really belong to nobody? An administrator decides.",
            "Without it %(merges)d automatic merges would be taken back. Nothing was done yet. Does"
            " the value really belong to nobody? An administrator decides.",
            "merges",
        ),
    ),
    Kind(
        code="identity.ageing",
        severity=Severity.WARNING,
        role=Role.MANAGER,
        title=ngettext_lazy(
            "%(records)d record is not compared with the others",
            "%(records)d records are not compared with the others",
            "records",
        ),
        advice=ngettext_lazy(
            "It has waited for more than half an hour; until it is compared, one person may be"
            " here twice. Does a worker run?",
            "They have waited for more than half an hour; until they are compared, one person may"
            " be here twice. Does a worker run?",
            "records",
        ),
    ),
    Kind(
        code="identity.set_aside",
        severity=Severity.WARNING,
        role=Role.ADMIN,
        title=ngettext_lazy(
            "%(records)d record cannot be compared with the others",
            "%(records)d records cannot be compared with the others",
            "records",
        ),
        advice=ngettext_lazy(
            "Comparing it failed; it is tried again every hour. The worker's log says why.",
            "Comparing them failed; they are tried again every hour. The worker's log says why.",
            "records",
        ),
    ),
)


@condition("identity.ageing", "identity.set_aside")
def watch_pending(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    """Records that have not been compared for long, or could not be."""
    waiting = count_waiting(scope, now=now)
    if waiting.late:
        yield Finding(kind="identity.ageing", data={"records": waiting.late})
    if waiting.set_aside:
        yield Finding(kind="identity.set_aside", data={"records": waiting.set_aside})


@condition("identity.reopening_stopped")
def watch_reopenings(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:  # noqa: ARG001  # as all have it
    """Re-openings that would take back more than one value may by itself."""
    for one in list_stopped(scope):
        yield Finding(
            kind="identity.reopening_stopped",
            subject=f"reopening:{one.pk}",
            data={"merges": one.would_undo},
            page=reverse("identity:shared_values"),
        )
