"""Changing what people may do here, and ending it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from allauth.mfa.models import Authenticator
from django.db import transaction

from rollcall.access.operations.sign_ins import end_others
from rollcall.access.queries.people import Colleague, get_person
from rollcall.access.rules.giving import may_give
from rollcall.audit import operations as audit
from rollcall.kit.scope import Role, Scope, require
from rollcall.stores.models import Membership, Retailer, User
from rollcall.stores.operations import save_person
from rollcall.stores.queries import find_memberships, get_system_scope, list_stores


class NotYoursToChangeError(PermissionError):
    """Oneself, somebody of a higher role, or somebody of stores that are not one's own."""


class WorksElsewhereError(PermissionError):
    """The person works for another retailer, too, whose security this would weaken."""


@transaction.atomic
def change_person(
    scope: Scope, membership_id: int, *, role: Role, store_ids: Collection[int] | None
) -> None:
    """Give somebody another role or other stores; it holds from their next request on.

    :param store_ids: None means all stores.
    :raises PersonNotFoundError: see there, as the other.
    :raises NotYoursToChangeError:
    """
    person = _get_changeable(scope, membership_id)
    stores = list_stores(scope)
    known = {store.pk for store in stores}
    if not may_give(scope, role, store_ids) or not set(store_ids or ()) <= known:
        raise NotYoursToChangeError
    # Saving a person asks for an administrator; what a manager may give was looked at above.
    acting = get_system_scope(scope.retailer_id, actor=scope.actor)
    chosen = None if store_ids is None else [one for one in stores if one.pk in set(store_ids)]
    save_person(acting, email=person.user.email, role=role, stores=chosen)


@transaction.atomic
def end_access(scope: Scope, membership_id: int, *, now: dt.datetime) -> None:
    """Let somebody work here no longer, from this moment on; their account stays.

    Whoever works nowhere else is signed out everywhere.

    :raises PersonNotFoundError: see there, as the other.
    :raises NotYoursToChangeError:
    """
    person = _get_changeable(scope, membership_id)
    Membership.objects.scoped(scope).filter(pk=person.membership.pk).delete()
    audit.record(
        scope,
        "membership.ended",
        subject_kind="user",
        subject_ids=[person.user.pk],
        context={"role": person.role.value},
    )
    if not find_memberships(person.user):
        end_others(person.user, kept=None, now=now)


@transaction.atomic
def forget_second_factors(scope: Scope, membership_id: int, *, now: dt.datetime) -> int:
    """Have somebody who lost their phone set a second step up anew; returns how many were held.

    Their next sign-in asks for the password alone, and then, in a role that demands it, for a new
    second step before anything else.

    :raises PersonNotFoundError: see there, as the others.
    :raises NotYoursToChangeError:
    :raises WorksElsewhereError:
    """
    require(scope, Role.ADMIN)
    person = _get_changeable(scope, membership_id)
    if any(one.retailer_id != scope.retailer_id for one in find_memberships(person.user)):
        raise WorksElsewhereError
    held = Authenticator.objects.filter(user_id=person.user.pk)
    count = held.exclude(type=Authenticator.Type.RECOVERY_CODES).count()
    held.delete()
    end_others(person.user, kept=None, now=now)
    audit.record(
        scope, "second_factor.forgotten", subject_kind="user", subject_ids=[person.user.pk]
    )
    return int(count)


def _get_changeable(scope: Scope, membership_id: int) -> Colleague:
    require(scope, Role.MANAGER)
    # Two who change the same people take turns, so that nobody acts on a role that is gone.
    Retailer.objects.select_for_update().get(pk=scope.retailer_id)
    person = get_person(scope, membership_id)
    User.objects.select_for_update().get(pk=person.user.pk)
    if not person.may_change:
        raise NotYoursToChangeError
    return person
