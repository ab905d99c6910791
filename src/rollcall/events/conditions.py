"""What may be wrong with webhooks, told to administrators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext_lazy

from rollcall.events.models import Webhook
from rollcall.events.queries.health import Health, find_health
from rollcall.kit.scope import Role, Scope
from rollcall.notifications.rules.kinds import Finding, Kind, Severity, condition, declare

declare(
    Kind(
        code="events.failing",
        severity=Severity.WARNING,
        role=Role.ADMIN,
        title=gettext_lazy("The webhook %(webhook)s does not answer"),
        advice=gettext_lazy(
            "Nothing is lost: events are kept and go on being tried, with longer and longer pauses,"
            " for about three days. Does the program run, and does it answer with 2xx?"
        ),
    ),
    Kind(
        code="events.disabled",
        severity=Severity.WARNING,
        role=Role.ADMIN,
        title=gettext_lazy("The webhook %(webhook)s asked not to be called any more"),
        advice=gettext_lazy(
            "It answered 410. Remove it, or resume it once its program is there again: what"
            " happened meanwhile is delivered then."
        ),
    ),
    Kind(
        code="events.given_up",
        severity=Severity.WARNING,
        role=Role.ADMIN,
        title=gettext_lazy("Events for %(webhook)s were given up"),
        advice=ngettext_lazy(
            "%(deliveries)d delivery was tried for three days. Replay it once the program is"
            " mended.",
            "%(deliveries)d deliveries were tried for three days. Replay them once the program is"
            " mended.",
            "deliveries",
        ),
    ),
)


@condition("events.failing", "events.disabled", "events.given_up")
def watch_webhooks(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    """Webhooks that fail, that were switched off by their receiver, or that gave events up."""
    for one in find_health(scope, now=now):
        if one.is_failing:
            yield _finding("events.failing", one)
        if one.webhook.state == Webhook.State.DISABLED:
            yield _finding("events.disabled", one)
        if one.backlog.dead:
            yield _finding("events.given_up", one, deliveries=one.backlog.dead)


def _finding(kind: str, one: Health, **data: int) -> Finding:
    return Finding(
        kind=kind,
        subject=f"webhook:{one.webhook.pk}",
        store_ids=frozenset(one.webhook.store_ids or ()),
        data={"webhook": one.webhook.name, **data},
        page=reverse("events:webhook", args=[one.webhook.pk]),
    )
