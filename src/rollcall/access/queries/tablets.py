"""Shared tablets: which browser is one, who may use it, and who is there today."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest

from rollcall.access.models import Pin, SharedTablet, TabletPerson
from rollcall.access.queries.second_factor import lacks_second_factor
from rollcall.access.queries.sign_ins import get_limits
from rollcall.access.rules.pins import MOST_WRONG
from rollcall.kit.scope import Role, Scope, require
from rollcall.stores.models import User
from rollcall.stores.queries import find_scope_of_user

_WHY = "nobody is signed in yet: the browser's secret names the tablet"


class TabletNotFoundError(LookupError):
    """There is no such tablet, or not in a store of the asking person's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Present:
    """Somebody whom a PIN brings back at a tablet."""

    id: int
    user: User
    proven_at: dt.datetime
    digest: str

    @property
    def name(self) -> str:
        """What stands on their button."""
        return self.user.name or self.user.email


def hash_secret(secret: str) -> bytes:
    """What is kept of a tablet's secret."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def find_tablet(cookie: str) -> SharedTablet | None:
    """The tablet that a browser says to be; None unless its secret is right and nobody ended it."""
    number, _, secret = cookie.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    tablets = SharedTablet.objects.across_retailers(reason=_WHY).select_related("retailer", "store")
    found = tablets.filter(pk=int(number), ended_at__isnull=True).first()
    if found is None or not compare_digest(bytes(found.secret_hash), hash_secret(secret)):
        return None
    return found


def stands(tablet_id: object) -> bool:
    """Whether a session's tablet is one still."""
    if not isinstance(tablet_id, int):
        return False
    tablets = SharedTablet.objects.across_retailers(reason="the session says which one it is")
    return tablets.filter(pk=tablet_id, ended_at__isnull=True).exists()


def scope_at(tablet: SharedTablet, user: User) -> Scope | None:
    """What a person may see at the tablet's retailer; None if they do not work in its store."""
    if not user.is_active:
        return None
    scope = find_scope_of_user(user, retailer_slug=tablet.retailer.slug)
    if scope is None or (scope.store_ids is not None and tablet.store_id not in scope.store_ids):
        return None
    return scope


def list_present(tablet: SharedTablet, *, now: dt.datetime) -> list[Present]:
    """Who proved today who they are, has a PIN, and still works in the tablet's store; by name.

    Whoever tried too many wrong PINs, changed the password or owes a second step is left out.
    """
    of_retailer = TabletPerson.objects.across_retailers(reason=_WHY).filter(
        retailer_id=tablet.retailer_id
    )
    rows = of_retailer.filter(
        tablet=tablet, wrong__lt=MOST_WRONG, proven_at__gt=now - get_limits().longest
    ).select_related("user")
    pins = Pin.objects.across_retailers(reason=_WHY).filter(retailer_id=tablet.retailer_id)
    digests = dict(pins.values_list("user_id", "digest"))
    found = [
        Present(id=row.pk, user=row.user, proven_at=row.proven_at, digest=digests[row.user_id])
        for row in rows
        if row.user_id in digests
        and compare_digest(row.proven_with, row.user.get_session_auth_hash())
        and _may_come_back(tablet, row.user)
    ]
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def _may_come_back(tablet: SharedTablet, user: User) -> bool:
    scope = scope_at(tablet, user)
    return scope is not None and not lacks_second_factor(user, scope.role)


def list_tablets(scope: Scope) -> Sequence[SharedTablet]:
    """Tablets of the stores that the asking person sees, the newest first."""
    require(scope, Role.MANAGER)
    rows = SharedTablet.objects.scoped(scope).filter(ended_at__isnull=True)
    if scope.store_ids is not None:
        rows = rows.filter(store_id__in=scope.store_ids)
    return list(rows.select_related("store", "set_up_by").order_by("-set_up_at", "-id"))


def get_tablet(scope: Scope, tablet_id: int) -> SharedTablet:
    """One of :func:`list_tablets`.

    :raises TabletNotFoundError: see there.
    """
    for one in list_tablets(scope):
        if one.pk == tablet_id:
            return one
    raise TabletNotFoundError


def has_pin(scope: Scope, user: User) -> bool:
    """Whether a person has a PIN at this retailer."""
    return Pin.objects.scoped(scope).filter(user=user).exists()
