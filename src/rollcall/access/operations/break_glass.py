"""Letting an administrator of the installation see a retailer for a while, and ending it."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction

from rollcall.access.models import BreakGlass
from rollcall.access.queries.second_factor import lacks_second_factor
from rollcall.audit import operations as audit
from rollcall.kit.scope import Role, Scope, require
from rollcall.stores.models import User

LONGEST: Final = dt.timedelta(hours=8)
_SHORTEST_REASON: Final = 10
_LONGEST_REASON: Final = 500


class BreakGlassInvalidError(ValueError):
    """It cannot be opened so; the message says why."""


class BreakGlassNotFoundError(LookupError):
    """None of that id is open at this retailer."""


@transaction.atomic
def open_break_glass(
    scope: Scope, user: User, *, reason: str, lasts: dt.timedelta, now: dt.datetime
) -> BreakGlass:
    """Let somebody see the scope's retailer as an administrator until it ends by itself.

    Only whoever runs the installation may (a system scope). The retailer's people see it, and its
    administrators are told.

    :raises BreakGlassInvalidError: no reason, too long, or the person cannot sign in well enough.
    """
    require(scope, Role.SYSTEM)
    why = " ".join(reason.split())
    if not _SHORTEST_REASON <= len(why) <= _LONGEST_REASON:
        raise BreakGlassInvalidError("say the reason, in 10 to 500 characters")
    if not dt.timedelta(0) < lasts <= LONGEST:
        raise BreakGlassInvalidError("it lasts eight hours at the longest")
    if not user.is_active or lacks_second_factor(user, Role.ADMIN):
        raise BreakGlassInvalidError("the person must have an account with a second step")
    glass = BreakGlass.objects.scoped(scope).create(
        user=user, reason=why, opened_by=str(scope.actor), began_at=now, ends_at=now + lasts
    )
    _record(scope, "break_glass.opened", glass, minutes=int(lasts.total_seconds() // 60))
    return glass


@transaction.atomic
def end_break_glass(scope: Scope, glass_id: int, *, now: dt.datetime) -> None:
    """End it at once; the retailer's own administrators may.

    :raises BreakGlassNotFoundError: none of that id is open here.
    """
    require(scope, Role.ADMIN)
    rows = BreakGlass.objects.scoped(scope).filter(
        pk=glass_id, ended_at__isnull=True, ends_at__gt=now
    )
    glass = rows.select_for_update().first()
    if glass is None:
        raise BreakGlassNotFoundError
    glass.ended_at = now
    glass.save(update_fields=["ended_at"])
    _record(scope, "break_glass.ended", glass)


def _record(scope: Scope, action: str, glass: BreakGlass, **context: int) -> None:
    audit.record(
        scope,
        action,
        subject_kind="break_glass",
        subject_ids=[glass.pk],
        context={"user_id": glass.user_id, **context},
    )
