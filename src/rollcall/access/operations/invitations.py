"""Inviting people, withdrawing it, and coming in by an invitation."""

from __future__ import annotations

import datetime as dt
import hmac
import os
from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from rollcall.access.models import Invitation
from rollcall.access.queries.people import get_invitation, open_invitations
from rollcall.access.rules.giving import may_give
from rollcall.audit import operations as audit
from rollcall.jobs import wake
from rollcall.kit.scope import Actor, Role, Scope, require
from rollcall.stores.models import Membership, Retailer, Store, User
from rollcall.stores.operations import WeakPasswordError, save_person
from rollcall.stores.queries import (
    find_memberships,
    get_keys,
    get_system_scope,
    list_stores,
)

#: How long an invitation may be accepted.
VALID_FOR: Final = dt.timedelta(days=7)
_TOKEN_DIGITS: Final = 32
_LONGEST_NAME: Final = 200


class NotYoursToGiveError(PermissionError):
    """The role is above the giver's own, or the stores are not theirs."""


class AlreadyHereError(ValueError):
    """Whoever has this address works here already."""


class AddressInvalidError(ValueError):
    """This is no e-mail address."""


class InvitationOverError(LookupError):
    """Unknown, expired, withdrawn or used: nothing more is said about which."""


class SignInFirstError(PermissionError):
    """The address has an account: its owner must be signed in to accept."""


@transaction.atomic
def invite(
    scope: Scope,
    *,
    email: str,
    name: str,
    role: Role,
    store_ids: Collection[int] | None,
    now: dt.datetime,
) -> Invitation:
    """Ask somebody to work here; a mail follows. An open invitation of the address is replaced.

    :param store_ids: None means all stores.
    :raises NotYoursToGiveError: see there, as the others.
    :raises AlreadyHereError:
    :raises AddressInvalidError:
    """
    require(scope, Role.MANAGER)
    address = _clean_address(email)
    known = {store.pk for store in list_stores(scope)}
    if not may_give(scope, role, store_ids) or not set(store_ids or ()) <= known:
        raise NotYoursToGiveError
    # Two managers who invite the same person take turns.
    Retailer.objects.select_for_update().get(pk=scope.retailer_id)
    if Membership.objects.scoped(scope).filter(user__email__iexact=address).exists():
        raise AlreadyHereError
    open_invitations(scope).filter(email=address).update(withdrawn_at=now)
    invitation = Invitation.objects.scoped(scope).create(
        email=address,
        name=name.strip()[:_LONGEST_NAME],
        role=role.value,
        all_stores=store_ids is None,
        store_ids=sorted(store_ids or ()),
        nonce=os.urandom(16),
        invited_by_id=int(scope.actor.id) if scope.actor.kind == "user" else None,
        created_at=now,
        next_try_at=now,
        expires_at=now + VALID_FOR,
    )
    _record(scope, "invitation.created", invitation)
    wake("access.send_invitations")
    return invitation


@transaction.atomic
def withdraw(scope: Scope, invitation_id: int, *, now: dt.datetime) -> None:
    """Make an open invitation useless.

    :raises InvitationNotFoundError: there is none that the actor could have given.
    """
    invitation = get_invitation(scope, invitation_id)
    if open_invitations(scope).filter(pk=invitation.pk).update(withdrawn_at=now):
        _record(scope, "invitation.withdrawn", invitation)


def key_of(invitation: Invitation) -> str:
    """What stands in the mailed link. It is kept nowhere: only the retailer's keys give it."""
    scope = get_system_scope(invitation.retailer_id, actor=Actor(kind="system", id="invitations"))
    secret = get_keys(scope).content_hash(
        f"invitation {invitation.pk} ".encode() + bytes(invitation.nonce)
    )
    return invitation.public_id.hex + secret.hex()


def get_invited(key: str, *, now: dt.datetime) -> Invitation:
    """The open invitation whose link was followed.

    :raises InvitationOverError: see there.
    """
    public_id, token = key[:_TOKEN_DIGITS], key[_TOKEN_DIGITS:]
    if len(key) != 2 * _TOKEN_DIGITS or not (key.isascii() and key.isalnum()):
        raise InvitationOverError
    try:
        wanted = UUID(public_id)
    except ValueError as error:
        raise InvitationOverError from error
    everybody = Invitation.objects.across_retailers(reason="a link names no retailer")
    found = everybody.filter(
        public_id=wanted, accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now
    ).first()
    if found is None or not hmac.compare_digest(key_of(found)[_TOKEN_DIGITS:], token.lower()):
        raise InvitationOverError
    return found


def find_account(invitation: Invitation) -> User | None:
    """The account of the invited address, if it is in use.

    Its owner must be signed in: the link alone, which a manager may have been shown, opens nothing
    that somebody has elsewhere.
    """
    user = User.objects.filter(email__iexact=invitation.email).first()
    if user is None or not (user.has_usable_password() or find_memberships(user)):
        return None
    return user


@transaction.atomic
def accept(
    key: str,
    *,
    name: str,
    password: str | None,
    signed_in: User | None,
    now: dt.datetime,
    is_proven: bool = False,
) -> User:
    """Come in. The invitation is used up.

    :param password: for people without an account; others are ``signed_in``.
    :param is_proven: somebody whom we trust says that the address is theirs; no password then.
    :raises InvitationOverError: see there, as the others.
    :raises SignInFirstError:
    :raises WeakPasswordError:
    """
    invitation = get_invited(key, now=now)
    scope = get_system_scope(invitation.retailer_id, actor=Actor(kind="system", id="invitations"))
    # Of two who follow the same link at once the second finds it used up.
    locked = open_invitations(scope).filter(pk=invitation.pk).select_for_update().first()
    if locked is None:
        raise InvitationOverError
    if is_proven:
        user = _account_without_password(locked)
    else:
        user = _account_for(locked, name=name, password=password, signed_in=signed_in)
    acting = get_system_scope(invitation.retailer_id, actor=Actor(kind="user", id=str(user.pk)))
    if not Membership.objects.scoped(scope).filter(user=user).exists():
        save_person(acting, email=user.email, role=Role(locked.role), stores=_stores(scope, locked))
    locked.accepted_at = now
    locked.save(update_fields=["accepted_at"])
    _record(acting, "invitation.accepted", locked)
    return user


def _account_for(
    invitation: Invitation, *, name: str, password: str | None, signed_in: User | None
) -> User:
    existing = find_account(invitation)
    if existing is not None:
        if signed_in is None or signed_in.pk != existing.pk:
            raise SignInFirstError
        return existing
    try:
        validate_password(password or "")
    except ValidationError as error:
        raise WeakPasswordError(" ".join(error.messages)) from error
    user = User.objects.filter(email__iexact=invitation.email).first()
    if user is None:
        user = User.objects.create_user(invitation.email)
    user.name = name.strip()[:_LONGEST_NAME] or user.name
    user.set_password(password)
    user.save()
    return user


def _account_without_password(invitation: Invitation) -> User:
    user = User.objects.filter(email__iexact=invitation.email).first()
    return user or User.objects.create_user(invitation.email)


def _stores(scope: Scope, invitation: Invitation) -> list[Store] | None:
    if invitation.all_stores:
        return None
    return [store for store in list_stores(scope) if store.pk in invitation.store_ids]


def _clean_address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise AddressInvalidError from error
    return address


def _record(scope: Scope, action: str, invitation: Invitation) -> None:
    audit.record(
        scope,
        action,
        subject_kind="invitation",
        subject_ids=[invitation.pk],
        context={
            "role": invitation.role,
            "all_stores": invitation.all_stores,
            "stores": list(invitation.store_ids),
        },
    )
