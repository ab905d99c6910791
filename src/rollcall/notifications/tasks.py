"""What workers do: watch for what is wrong, and send the mail about it."""

from __future__ import annotations

import structlog
from django.db import InterfaceError, OperationalError

from rollcall.jobs import every, stopping, task, wake
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor
from rollcall.notifications import queries
from rollcall.notifications.operations import (
    Outcome,
    load_conditions,
    send_next,
    watch_retailer,
)
from rollcall.stores.queries import get_system_scope, list_retailers

log = structlog.get_logger()

_ACTOR = Actor(kind="system", id="watch")
#: Mails of one round, and how many may fail one after the other before it ends.
_MOST_MAILS = 100
_MOST_FAILURES = 3


@every(30, "notifications.watch", counter=True)
def watch() -> None:
    """Evaluate all conditions for every retailer."""
    load_conditions()
    for retailer in list_retailers():
        if stopping.is_set():
            return
        try:
            watch_retailer(get_system_scope(retailer.pk, actor=_ACTOR), now=utc_now())
        except (OperationalError, InterfaceError):
            raise  # the next round finds the same
        except Exception:
            log.exception("notice.watch_failed", retailer_id=retailer.pk)


@every(15, "notifications.sweep")
def sweep() -> None:
    """Wake a worker for mail that is due."""
    if queries.sends_mail() and queries.mail_to_send(utc_now()).exists():
        wake("notifications.send")


@task("notifications.send")
def send(**_later: int) -> None:
    """Send what is due, until nothing is, the server is down, or several in a row fail."""
    load_conditions()  # their words stand in the mails
    failures = 0
    for _ in range(_MOST_MAILS):
        if stopping.is_set() or failures == _MOST_FAILURES:
            return
        match send_next(now=utc_now()):
            case Outcome.NOTHING_DUE | Outcome.SERVER_DOWN:
                return
            case Outcome.NOT_SENT:
                failures += 1
            case Outcome.SENT:
                failures = 0
