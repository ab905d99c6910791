"""Whether webhooks deliver what they should."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rollcall.events.models import Webhook
from rollcall.events.queries.webhooks import Backlog, count_backlogs, list_webhooks
from rollcall.kit.scope import Scope

#: How long a delivery may wait, and an address may fail, before people are told.
LATE: Final = dt.timedelta(hours=1)
FAILING: Final = dt.timedelta(minutes=15)
#: Deliveries that were given up longer ago are no news.
DEAD_FOR: Final = dt.timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """A webhook, and what is wrong with it.

    :param is_late: something waits for too long although it may be called.
    """

    webhook: Webhook
    backlog: Backlog
    is_late: bool
    is_failing: bool

    @property
    def is_bad(self) -> bool:
        """Whether somebody should look."""
        is_disabled = self.webhook.state == Webhook.State.DISABLED
        return self.is_late or self.is_failing or is_disabled or self.backlog.dead > 0


def find_health(scope: Scope, *, now: dt.datetime) -> Iterator[Health]:
    """Look at every webhook."""
    backlogs = count_backlogs(scope, dead_since=now - DEAD_FOR)
    for webhook in list_webhooks(scope):
        backlog = backlogs.get(webhook.pk, Backlog())
        is_active = webhook.state == Webhook.State.ACTIVE
        since = webhook.failing_since
        yield Health(
            webhook=webhook,
            backlog=backlog,
            is_late=is_active and backlog.oldest_at is not None and backlog.oldest_at < now - LATE,
            is_failing=is_active and since is not None and since < now - FAILING,
        )
