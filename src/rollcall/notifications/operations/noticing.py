"""Opening and closing notices, and writing down who is to be told, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import structlog
from django.db import connection, transaction

from rollcall.jobs import wake
from rollcall.kit.scope import Role, Scope
from rollcall.notifications import queries
from rollcall.notifications.models import Delivery, Notice
from rollcall.notifications.rules.kinds import Finding, get_kind
from rollcall.notifications.rules.retrying import QUIET_TIME
from rollcall.stores.models import User

log = structlog.get_logger()


@transaction.atomic
def report(scope: Scope, finding: Finding, *, now: dt.datetime) -> bool:
    """Note that something is wrong; True if this opened a new notice and tells people.

    Idempotent: an open notice of the key is only brought up to date, and one that was closed within
    :data:`QUIET_TIME` goes on silently. Many callers at once open one.

    :raises UnknownKindError: nobody declared the finding's kind.
    """
    kind = get_kind(finding.kind)
    _take_turns(scope, finding.key)
    facts: dict[str, Any] = {
        "severity": (finding.severity or kind.severity).value,
        "role": Role(kind.role).value,
        "store_ids": sorted(finding.store_ids),
        "page": finding.page,
        "data": dict(finding.data),
        "last_seen_at": now,
    }
    of_key = Notice.objects.scoped(scope).filter(key=finding.key)
    if of_key.filter(recovered_at__isnull=True).update(**facts):
        return False
    if _go_on(scope, finding.key, facts, now=now):
        return False
    notice = Notice.objects.scoped(scope).create(
        key=finding.key, kind=finding.kind, opened_at=now, **facts
    )
    _tell(scope, notice, Delivery.Transition.OPENED, now=now, due_at=now)
    log.warning("notice.opened", notice_id=notice.pk, kind=notice.kind)
    return True


@transaction.atomic
def recover(scope: Scope, key: str, *, now: dt.datetime) -> bool:
    """Note that it is over; True if a notice was open. Once closed, again does nothing.

    Mail about it waits for :data:`QUIET_TIME`: by then it is known that it stays so.
    """
    _take_turns(scope, key)
    notice = Notice.objects.scoped(scope).filter(key=key, recovered_at__isnull=True).first()
    if notice is None:
        return False
    notice.recovered_at = now
    notice.save(update_fields=["recovered_at"])
    _tell(scope, notice, Delivery.Transition.RECOVERED, now=now, due_at=now + QUIET_TIME)
    log.info("notice.recovered", notice_id=notice.pk, kind=notice.kind)
    return True


def _go_on(scope: Scope, key: str, facts: dict[str, Any], *, now: dt.datetime) -> bool:
    """Open the last notice again, if it was closed a moment ago, and take its farewell back."""
    notices = Notice.objects.scoped(scope)
    last = notices.filter(key=key, recovered_at__gt=now - QUIET_TIME).order_by("-id").first()
    if last is None:
        return False
    notices.filter(pk=last.pk).update(recovered_at=None, reopened=last.reopened + 1, **facts)
    Delivery.objects.scoped(scope).filter(
        notice=last, transition=Delivery.Transition.RECOVERED
    ).delete()
    log.info("notice.goes_on", notice_id=last.pk, kind=last.kind)
    return True


def _tell(
    scope: Scope, notice: Notice, transition: str, *, now: dt.datetime, due_at: dt.datetime
) -> None:
    people = queries.list_recipients(scope, notice)
    rows = [
        Delivery(
            retailer_id=scope.retailer_id,
            notice=notice,
            transition=transition,
            user=person,
            channel=Delivery.Channel.IN_APP,
            state=Delivery.State.SENT,
            due_at=now,
            next_try_at=now,
            sent_at=now,
        )
        for person in people
    ]
    if queries.sends_mail():
        rows += [
            Delivery(
                retailer_id=scope.retailer_id,
                notice=notice,
                transition=transition,
                user=person,
                channel=Delivery.Channel.EMAIL,
                due_at=due_at,
                next_try_at=due_at,
            )
            for person in _to_be_mailed(scope, notice, transition, people)
        ]
        wake("notifications.send")
    Delivery.objects.scoped(scope).bulk_create(rows, ignore_conflicts=True)


def _to_be_mailed(
    scope: Scope, notice: Notice, transition: str, people: Sequence[User]
) -> list[User]:
    """Of the end only those are told who were told of the beginning."""
    if transition == Delivery.Transition.OPENED:
        return list(people)
    told = Delivery.objects.scoped(scope).filter(
        notice=notice,
        channel=Delivery.Channel.EMAIL,
        transition=Delivery.Transition.OPENED,
    )
    ids = set(told.values_list("user_id", flat=True))
    return [person for person in people if person.pk in ids]


def _take_turns(scope: Scope, key: str) -> None:
    # The unique constraint would let one of two writers fail; a lock lets it wait and see.
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"notice:{scope.retailer_id}:{key}"],
        )
