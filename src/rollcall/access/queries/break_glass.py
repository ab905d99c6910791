"""Access of the installation's administrators to a retailer, for a while."""

from __future__ import annotations

import datetime as dt
from typing import Final

from rollcall.access.models import BreakGlass
from rollcall.kit.scope import Actor, Role, Scope, require
from rollcall.stores.models import User

#: For so long the retailer sees that it was.
_SHOWN_FOR: Final = dt.timedelta(days=90)


def find_open(user: User, *, now: dt.datetime) -> list[BreakGlass]:
    """What a person may see for a while, by name of the retailer."""
    everybody = BreakGlass.objects.across_retailers(reason="it is looked for by the person")
    rows = everybody.filter(user=user, ended_at__isnull=True, ends_at__gt=now)
    return list(rows.select_related("retailer").order_by("retailer__name", "id"))


def scope_of(glass: BreakGlass) -> Scope:
    """What it lets the person see. The actor says everywhere that it was this way."""
    return Scope(
        retailer_id=glass.retailer_id,
        actor=Actor(kind="break_glass", id=str(glass.pk)),
        role=Role.ADMIN,
    )


def list_open_at(scope: Scope, *, now: dt.datetime) -> list[BreakGlass]:
    """Those that are open at the scope's retailer, the newest first."""
    rows = BreakGlass.objects.scoped(scope).filter(ended_at__isnull=True, ends_at__gt=now)
    return list(rows.select_related("user").order_by("-began_at", "-id"))


def list_recent(scope: Scope, *, now: dt.datetime) -> list[BreakGlass]:
    """Open and past ones, the newest first, for managers to see."""
    require(scope, Role.MANAGER)
    rows = BreakGlass.objects.scoped(scope).filter(began_at__gt=now - _SHOWN_FOR)
    return list(rows.select_related("user").order_by("-began_at", "-id")[:50])
