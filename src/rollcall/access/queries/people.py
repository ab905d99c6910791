"""Who works here, and who is invited, as far as the asking person may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from allauth.mfa.models import Authenticator

from rollcall.access.models import Invitation
from rollcall.access.rules.giving import is_here_for_a_while
from rollcall.kit.scope import Role, Scope, require
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.stores.models import Membership, User


class PersonNotFoundError(LookupError):
    """Nobody of that id works here, or not where the asking person sees it."""


class InvitationNotFoundError(LookupError):
    """There is no such open invitation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Colleague:
    """Somebody who works here.

    :param store_ids: None means all stores.
    :param may_change: whether the asking person may change or end it.
    """

    membership: Membership
    role: Role
    store_ids: frozenset[int] | None
    has_second_factor: bool
    may_change: bool

    @property
    def user(self) -> User:
        """The person."""
        return self.membership.user


def list_people(scope: Scope) -> list[Colleague]:
    """Who works here, by name; whoever works in some stores sees who works there."""
    require(scope, Role.MANAGER)
    rows = list(
        Membership.objects.scoped(scope)
        .select_related("user")
        .order_by("user__name", "user__email")
    )
    stores = _stores_of(rows)
    factors = set(
        Authenticator.objects.filter(user_id__in=[row.user_id for row in rows])
        .exclude(type=Authenticator.Type.RECOVERY_CODES)
        .values_list("user_id", flat=True)
    )
    people = [_colleague(scope, row, stores, factors) for row in rows]
    return [one for one in people if _is_seen(scope, one.store_ids)]


def get_person(scope: Scope, membership_id: int) -> Colleague:
    """One of :func:`list_people`.

    :raises PersonNotFoundError: see there.
    """
    for one in list_people(scope):
        if one.membership.pk == membership_id:
            return one
    raise PersonNotFoundError


def _colleague(
    scope: Scope, row: Membership, stores: dict[int, frozenset[int]], factors: set[int]
) -> Colleague:
    role = Role(row.role)
    store_ids = None if row.all_stores else stores.get(row.pk, frozenset())
    return Colleague(
        membership=row,
        role=role,
        store_ids=store_ids,
        has_second_factor=row.user_id in factors,
        may_change=str(scope.actor) != f"user:{row.user_id}"
        and not is_here_for_a_while(scope)
        and scope.role.includes(role)
        and _is_within(scope, store_ids),
    )


def _is_seen(scope: Scope, store_ids: frozenset[int] | None) -> bool:
    return scope.store_ids is None or store_ids is None or bool(store_ids & scope.store_ids)


def _is_within(scope: Scope, store_ids: frozenset[int] | None) -> bool:
    if scope.store_ids is None:
        return True
    return store_ids is not None and store_ids <= scope.store_ids


def _stores_of(rows: Sequence[Membership]) -> dict[int, frozenset[int]]:
    links = Membership.stores.through.objects.filter(membership_id__in=[row.pk for row in rows])
    found: dict[int, set[int]] = {}
    for membership_id, store_id in links.values_list("membership_id", "store_id"):
        found.setdefault(membership_id, set()).add(store_id)
    return {membership_id: frozenset(ids) for membership_id, ids in found.items()}


def open_invitations(scope: Scope) -> ScopedQuerySet[Invitation]:
    """Neither accepted nor withdrawn; they may have expired."""
    return Invitation.objects.scoped(scope).filter(
        accepted_at__isnull=True, withdrawn_at__isnull=True
    )


def list_invitations(scope: Scope) -> list[Invitation]:
    """Open invitations, the newest first, as far as the asking person could have given them."""
    require(scope, Role.MANAGER)
    return [
        one
        for one in open_invitations(scope).order_by("-created_at", "-id")
        if scope.role.includes(Role(one.role))
        and _is_within(scope, None if one.all_stores else frozenset(one.store_ids))
    ]


def get_invitation(scope: Scope, invitation_id: int) -> Invitation:
    """One of :func:`list_invitations`.

    :raises InvitationNotFoundError: see there.
    """
    for one in list_invitations(scope):
        if one.pk == invitation_id:
            return one
    raise InvitationNotFoundError


def mail_to_send(now: dt.datetime) -> ScopedQuerySet[Invitation]:
    """Invitations of all retailers whose mail is due, the oldest first."""
    everybody = Invitation.objects.across_retailers(reason="one worker sends everybody's mail")
    return (
        everybody.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, sent_at__isnull=True)
        .filter(next_try_at__lte=now, expires_at__gt=now)
        .exclude(claimed_until__gt=now)
        .order_by("next_try_at", "id")
    )
