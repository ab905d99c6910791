"""What people are told about access to their data: that somebody of the installation has it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy

from rollcall.access.queries.break_glass import list_open_at
from rollcall.kit.scope import Role, Scope
from rollcall.notifications.rules.kinds import Finding, Kind, Severity, condition, declare

declare(
    Kind(
        code="access.break_glass",
        severity=Severity.WARNING,
        role=Role.ADMIN,
        title=gettext_lazy("An administrator of the installation can see your data"),
        advice=gettext_lazy(
            "It was opened until %(until)s UTC. The page of people who work here says by whom and"
            " why, and lets you end it."
        ),
    )
)


@condition("access.break_glass")
def open_break_glasses(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    """One for each that is open."""
    for glass in list_open_at(scope, now=now):
        yield Finding(
            kind="access.break_glass",
            subject=f"break_glass:{glass.pk}",
            data={"until": f"{glass.ends_at:%Y-%m-%d %H:%M}"},
            page=reverse("access:people"),
        )
