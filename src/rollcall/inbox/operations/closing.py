"""Writing down what became of events; every function belongs into the transaction of the change."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

import structlog

from rollcall.inbox.models import InboxEvent
from rollcall.inbox.operations.claiming import own
from rollcall.inbox.operations.figures import add_figures, sum_figures
from rollcall.inbox.rules.retrying import Verdict
from rollcall.kit.scope import Scope

log = structlog.get_logger()

State = InboxEvent.State

#: What became of an event → its state; what is not named here was processed.
_IGNORED = frozenset({"old_news", "unknown_here", "joined", "repeat", "other_list", "unread"})


def close(
    scope: Scope, events: Sequence[InboxEvent], outcomes: Mapping[int, str], *, now: dt.datetime
) -> None:
    """Close events.

    :param outcomes: event → word for what became of it.
    """
    groups: dict[str, list[InboxEvent]] = defaultdict(list)
    for event in events:
        groups[outcomes[event.pk]].append(event)
    for outcome, some in groups.items():
        state = State.IGNORED if outcome in _IGNORED else State.PROCESSED
        _update(scope, some, state=state, outcome=outcome, processed_at=now)
    _count(scope, groups, now=now)


def fail(scope: Scope, events: Sequence[InboxEvent], code: str, *, now: dt.datetime) -> None:
    """Give events up, until somebody replays them."""
    _update(scope, events, state=State.FAILED, outcome=code, processed_at=now)
    _count(scope, {"failed": events}, now=now)
    log.warning("inbox.failed_for_good", events=len(events), code=code)


def postpone(
    scope: Scope, events: Sequence[InboxEvent], verdict: Verdict, *, now: dt.datetime
) -> None:
    """Do what the verdict says: let the events wait for another try, or give them up."""
    if verdict.wait_s is None:
        fail(scope, events, verdict.code, now=now)
        return
    later = now + dt.timedelta(seconds=verdict.wait_s)
    _update(scope, events, outcome=verdict.code, not_before=later)
    log.info("inbox.postponed", events=len(events), code=verdict.code)


def _update(scope: Scope, events: Sequence[InboxEvent], **values: object) -> None:
    own(scope, events).update(claim=None, claimed_until=None, **values)


def _count(scope: Scope, groups: Mapping[str, Sequence[InboxEvent]], *, now: dt.datetime) -> None:
    events = [event for some in groups.values() for event in some]
    if events:
        whose = (scope.retailer_id, events[0].connection_id)
        lags = {
            outcome: [max((now - event.received_at).total_seconds(), 0.0) for event in some]
            for outcome, some in groups.items()
        }
        add_figures(sum_figures(whose, lags, at=now))
