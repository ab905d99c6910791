"""That people have seen notices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rollcall.kit.scope import Scope
from rollcall.notifications import queries
from rollcall.notifications.models import Delivery, Notice


class NoticeNotFoundError(LookupError):
    """No such notice, or none that this person may see."""


def mark_seen(scope: Scope, notice_id: int, *, user_id: int, now: dt.datetime) -> None:
    """Note that a person has seen a notice; the first time counts.

    :raises NoticeNotFoundError: not theirs to see.
    """
    notice = queries.visible(scope).filter(pk=notice_id).first()
    if notice is None:
        raise NoticeNotFoundError(f"there is no notice {notice_id}")
    _mark(scope, [notice], user_id=user_id, now=now)


def mark_all_seen(scope: Scope, *, user_id: int, now: dt.datetime) -> None:
    """The same for all open notices that the scope sees."""
    _mark(scope, queries.list_open(scope), user_id=user_id, now=now)


def _mark(scope: Scope, notices: Sequence[Notice], *, user_id: int, now: dt.datetime) -> None:
    deliveries = Delivery.objects.scoped(scope)
    # People who came after it was opened were told nothing; they see it nevertheless.
    deliveries.bulk_create(
        [
            Delivery(
                retailer_id=scope.retailer_id,
                notice=notice,
                transition=Delivery.Transition.OPENED,
                user_id=user_id,
                channel=Delivery.Channel.IN_APP,
                state=Delivery.State.SENT,
                due_at=now,
                next_try_at=now,
                sent_at=now,
            )
            for notice in notices
        ],
        ignore_conflicts=True,
    )
    deliveries.filter(
        notice__in=notices,
        user_id=user_id,
        channel=Delivery.Channel.IN_APP,
        transition=Delivery.Transition.OPENED,
        seen_at__isnull=True,
    ).update(seen_at=now)
