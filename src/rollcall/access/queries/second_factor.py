"""Whether a person has a second step at sign-in, and whether they must have one."""

from __future__ import annotations

from typing import Final

from allauth.mfa.models import Authenticator
from django.conf import settings

from rollcall.kit.scope import Role
from rollcall.stores.models import User
from rollcall.stores.queries import find_memberships

#: Nobody real has an address there (RFC 2606, section 3), so an exemption cannot reach anybody.
_INVENTED: Final = ("@example.com", "@example.org")
_FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    """Whether an authenticator app or a passkey is set up; recovery codes alone are none."""
    return count_factors(user) > 0


def must_have_second_factor(user: User, role: Role) -> bool:
    """Managers and admins must, but for the log-ins of a demo."""
    if settings.DEMO_LOG_INS and user.email.endswith(_INVENTED):
        return False
    return role.includes(Role.MANAGER)


def lacks_second_factor(user: User, role: Role) -> bool:
    """Whether a person in this role may do nothing before a second step is set up."""
    return must_have_second_factor(user, role) and not has_second_factor(user)


def must_keep_second_factor(user: User) -> bool:
    """Whether any of a person's roles needs one."""
    return any(must_have_second_factor(user, Role(one.role)) for one in find_memberships(user))


def count_factors(user: User) -> int:
    """How many authenticator apps and passkeys a person has."""
    return int(Authenticator.objects.filter(user_id=user.pk, type__in=_FACTORS).count())
