"""Writes of people and their roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from rollcall.kit.scope import Role, Scope, require
from rollcall.stores.models import Membership, Store, User
from rollcall.stores.operations.saving import Action, Saved, existing, record_saved


class WeakPasswordError(ValueError):
    """The password is too short or too common."""


@transaction.atomic
def save_person(
    scope: Scope,
    *,
    email: str,
    role: Role,
    stores: Sequence[Store] | None,
    name: str | None = None,
    password: str | None = None,
    reset_password: bool = False,
) -> Saved[Membership]:
    """Give a person a role with the retailer, or bring it in line. Idempotent.

    A person without a password cannot sign in until one is set.

    :param stores: exactly the stores that they work in; None means all.
    :param name: None leaves it as it is.
    :param password: set if the person has none yet.
    :param reset_password: set it also in place of one that they chose themselves.
    :raises WeakPasswordError: the password does not meet the rules.
    """
    require(scope, Role.ADMIN)
    user = User.objects.select_for_update().filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, name=name or "")
    changed = _save_user(user, name=name, password=password, reset_password=reset_password)
    saved = _save_membership(scope, user, role=role, stores=stores, changed=changed)
    record_saved(scope, "membership", saved)
    return saved


def _save_user(
    user: User, *, name: str | None, password: str | None, reset_password: bool
) -> list[str]:
    changed = []
    if name is not None and user.name != name:
        user.name = name
        changed.append("name")
    if password is not None and _wants_password(user, password, reset=reset_password):
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise WeakPasswordError(" ".join(error.messages)) from error
        user.set_password(password)
        changed.append("password")
    if changed:
        user.save(update_fields=changed)
    return changed


def _wants_password(user: User, password: str, *, reset: bool) -> bool:
    if not user.has_usable_password():
        return True
    return reset and not user.check_password(password)


def _save_membership(
    scope: Scope,
    user: User,
    *,
    role: Role,
    stores: Sequence[Store] | None,
    changed: list[str],
) -> Saved[Membership]:
    memberships = Membership.objects.scoped(scope)
    membership = memberships.select_for_update().filter(user=user).first()
    if membership is None:
        membership = memberships.create(user=user, role=role.value, all_stores=stores is None)
        _set_stores(membership, stores or ())
        return Saved(row=membership, action=Action.CREATED)
    if membership.role != role.value:
        membership.role = role.value
        changed.append("role")
    all_stores_changed = membership.all_stores != (stores is None)
    membership.all_stores = stores is None
    if _set_stores(membership, stores or ()) or all_stores_changed:
        changed.append("stores")
    membership.save(update_fields=["role", "all_stores"])
    return existing(membership, changed)


def _set_stores(membership: Membership, stores: Iterable[Store]) -> bool:
    """Make these the person's stores; says whether that changed anything."""
    links = Membership.stores.through.objects.filter(membership_id=membership.pk)
    held = set(links.values_list("store_id", flat=True))
    wanted = {store.pk for store in stores}
    links.filter(store_id__in=held - wanted).delete()
    membership.stores.add(*(wanted - held))
    return held != wanted
