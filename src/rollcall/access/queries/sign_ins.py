"""Where a person is signed in."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.conf import settings

from rollcall.access.models import SignIn
from rollcall.access.rules.sessions import Limits
from rollcall.stores.models import User

_MOST: Final = 50


def get_limits(*, on_tablet: bool = False) -> Limits:
    """How long people stay signed in here; at a shared tablet the next one soon stands there."""
    idle = settings.SESSION_IDLE_MINUTES
    if on_tablet:
        idle = min(idle, settings.TABLET_IDLE_MINUTES)
    return Limits(
        idle=dt.timedelta(minutes=idle),
        longest=dt.timedelta(hours=settings.SESSION_HOURS),
    )


def find_sign_in(user: User, sign_in_id: object) -> SignIn | None:
    """A person's sign-in that nobody ended; None for any other."""
    if not isinstance(sign_in_id, int):
        return None
    return SignIn.objects.filter(pk=sign_in_id, user=user, ended_at__isnull=True).first()


def list_sign_ins(user: User, *, now: dt.datetime) -> list[SignIn]:
    """Where a person is signed in, the last used first; only their own, so without a Scope."""
    limits = get_limits()
    rows = SignIn.objects.filter(
        user=user, ended_at__isnull=True, seen_at__gt=now - limits.idle
    ).filter(began_at__gt=now - limits.longest)
    return list(rows.order_by("-seen_at", "-id")[:_MOST])
