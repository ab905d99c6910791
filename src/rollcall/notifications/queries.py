"""Reads of notices and of who is told; every public one takes a Scope or says why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from rollcall.kit.scope import Role, Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.notifications.models import Delivery, Notice
from rollcall.stores.models import Membership, User

_UNSENT = (Delivery.State.WAITING, Delivery.State.FAILED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seeing:
    """That a person has marked a notice as seen."""

    person: str
    at: dt.datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class MailCount:
    """How many mails of a notice were sent, wait, and were given up."""

    sent: int = 0
    waiting: int = 0
    given_up: int = 0


def visible(scope: Scope) -> ScopedQuerySet[Notice]:
    """The notices that the scope may see: by role, and by the stores that it works in."""
    notices = Notice.objects.scoped(scope)
    if not scope.role.includes(Role.MANAGER):
        return notices.filter(pk__in=())
    is_admin = scope.role.includes(Role.ADMIN)
    if not is_admin:
        notices = notices.filter(role=Role.MANAGER.value)
    if scope.store_ids is None:
        return notices
    own = Q(store_ids__overlap=sorted(scope.store_ids))
    return notices.filter(own | Q(store_ids=[]) if is_admin else own)


def count_open(scope: Scope) -> int:
    """How many open notices the scope sees."""
    return visible(scope).filter(recovered_at__isnull=True).count()


def list_open(scope: Scope, *, limit: int = 200) -> list[Notice]:
    """Open notices, critical ones first, then the newest."""
    found = visible(scope).filter(recovered_at__isnull=True)
    return list(found.order_by("severity", "-opened_at", "-id")[:limit])


def list_recovered(scope: Scope, *, limit: int = 50) -> list[Notice]:
    """Closed notices, the last closed first."""
    found = visible(scope).filter(recovered_at__isnull=False)
    return list(found.order_by("-recovered_at", "-id")[:limit])


def list_open_of_kinds(scope: Scope, kinds: Collection[str]) -> list[Notice]:
    """Open notices of some kinds."""
    return list(
        Notice.objects.scoped(scope)
        .filter(kind__in=kinds, recovered_at__isnull=True)
        .order_by("id")
    )


def list_seen(scope: Scope, notices: Sequence[Notice]) -> dict[int, list[Seeing]]:
    """Who has seen which notice, by its id, in order."""
    rows = (
        Delivery.objects.scoped(scope)
        .filter(notice__in=notices, channel=Delivery.Channel.IN_APP, seen_at__isnull=False)
        .filter(transition=Delivery.Transition.OPENED)
        .order_by("seen_at", "id")
        .values_list("notice_id", "user__name", "user__email", "seen_at")
    )
    found: dict[int, list[Seeing]] = {}
    for notice_id, name, email, at in rows:
        if at is not None:
            found.setdefault(notice_id, []).append(Seeing(person=name or email, at=at))
    return found


def list_seen_by(scope: Scope, user_id: int, notices: Sequence[Notice]) -> set[int]:
    """Ids of those notices that this person has seen."""
    rows = Delivery.objects.scoped(scope).filter(
        notice__in=notices, user_id=user_id, channel=Delivery.Channel.IN_APP
    )
    return set(rows.filter(seen_at__isnull=False).values_list("notice_id", flat=True))


def count_mails(scope: Scope, notices: Sequence[Notice]) -> dict[int, MailCount]:
    """How the mails of some notices fared, by the notice's id; without any, it is left out."""
    rows = Delivery.objects.scoped(scope).filter(notice__in=notices, channel=Delivery.Channel.EMAIL)
    states: dict[int, list[str]] = {}
    for notice_id, state in rows.values_list("notice_id", "state"):
        states.setdefault(notice_id, []).append(state)
    return {
        notice_id: MailCount(
            sent=several.count(Delivery.State.SENT),
            waiting=sum(several.count(state) for state in _UNSENT),
            given_up=several.count(Delivery.State.GIVEN_UP),
        )
        for notice_id, several in states.items()
    }


def list_recipients(scope: Scope, notice: Notice) -> list[User]:
    """Whom a notice concerns now: people who may sign in and would see it on their page."""
    memberships = Membership.objects.scoped(scope).filter(user__is_active=True)
    admins = Q(role=Role.ADMIN.value)
    concerned = Q(all_stores=True) | Q(stores__in=notice.store_ids)
    if not notice.store_ids:
        concerned |= admins
    roles = admins if notice.role == Role.ADMIN.value else admins | Q(role=Role.MANAGER.value)
    chosen = memberships.filter(roles, concerned)
    return list(User.objects.filter(pk__in=chosen.values("user_id")).order_by("pk"))


def mail_to_send(now: dt.datetime) -> ScopedQuerySet[Delivery]:
    """Mail that is due and that no worker has claimed. Across retailers, like the worker.

    That a notice has recovered is not told before that it was opened.
    """
    deliveries = Delivery.objects.across_retailers(reason="the worker serves all retailers")
    announced_later = deliveries.filter(
        notice_id=OuterRef("notice_id"),
        user_id=OuterRef("user_id"),
        channel=Delivery.Channel.EMAIL,
        transition=Delivery.Transition.OPENED,
        state__in=_UNSENT,
    )
    due = deliveries.filter(
        channel=Delivery.Channel.EMAIL, state__in=_UNSENT, next_try_at__lte=now
    ).filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=now))
    return due.filter(Q(transition=Delivery.Transition.OPENED) | ~Exists(announced_later)).order_by(
        "next_try_at", "id"
    )


def count_claimed_mail(now: dt.datetime) -> int:
    """How many mails workers are sending at this moment. Across retailers, like the worker."""
    deliveries = Delivery.objects.across_retailers(reason="the worker serves all retailers")
    return deliveries.filter(
        channel=Delivery.Channel.EMAIL, state__in=_UNSENT, claimed_until__gt=now
    ).count()


def sends_mail() -> bool:
    """Whether this installation knows a mail server; without one notices are in-app only."""
    return settings.MAIL_SERVER is not None
