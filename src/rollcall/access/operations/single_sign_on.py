"""Whose account a person of the company's provider is: bound by an address that it vouches for."""

from __future__ import annotations

import datetime as dt

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from rollcall.access.operations.invitations import InvitationOverError, accept, get_invited
from rollcall.access.operations.recording import record_for_person
from rollcall.stores.models import User


class NobodyInvitedError(LookupError):
    """The provider vouches for an address that nobody here has, or for none."""


@transaction.atomic
def bind(
    *, provider: str, subject: str, addresses: list[str], invitation: str, now: dt.datetime
) -> SocialAccount:
    """Return the row that ties a subject of the provider to somebody's account, made if need be.

    From then on the subject counts, whatever becomes of the address. Idempotent, also at once.

    :param addresses: e-mail addresses that the provider says it has verified.
    :param invitation: key of an invitation whose link was followed in this browser, or "".
    :raises NobodyInvitedError: neither an account nor that invitation has one of the addresses.
    """
    user = _find_user(addresses) or _take_invitation(addresses, invitation, now=now)
    if user is None:
        raise NobodyInvitedError
    account, is_new = SocialAccount.objects.get_or_create(
        provider=provider, uid=subject, defaults={"user": user}
    )
    if is_new:
        record_for_person(user, "single_sign_on.bound")
    return account


def _find_user(addresses: list[str]) -> User | None:
    for address in addresses:
        user = User.objects.filter(email__iexact=address).first()
        if user is not None:
            return user
    return None


def _take_invitation(addresses: list[str], key: str, *, now: dt.datetime) -> User | None:
    """Come in as who was invited, without a password: the provider says whose address it is."""
    try:
        invited = get_invited(key, now=now)
    except InvitationOverError:
        return None
    if invited.email.lower() not in {address.lower() for address in addresses}:
        return None
    return accept(key, name="", password=None, signed_in=None, is_proven=True, now=now)
