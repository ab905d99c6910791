"""Reads of how far the keys of kiosks are trusted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.scope import Role, Scope, require
from rollcall.stores.models import KioskKey
from rollcall.stores.rules.key_profiles import LEGACY_ENDS_SOON, profile_at


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyView:
    """A key that opens something now.

    :param profile: what it comes to now; a legacy key whose time is over is a strict one.
    :param until: of a legacy key, also of one whose time is over.
    """

    public_part: str
    key_id: int
    catalog_id: str
    kiosk: str
    store: str
    store_id: int
    profile: KeyProfile
    until: dt.datetime | None
    reason: str
    set_by: str
    set_at: dt.datetime | None
    origins: tuple[str, ...] | None
    expires_at: dt.datetime | None
    ends_soon: bool
    is_over: bool


def list_key_views(scope: Scope, *, now: dt.datetime) -> list[KeyView]:
    """All keys that open something, those of legacy kiosks first, then by kiosk.

    :raises ForbiddenError: below administrators.
    """
    require(scope, Role.ADMIN)
    keys = KioskKey.objects.scoped(scope).filter(revoked_at__isnull=True)
    keys = keys.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
    if scope.store_ids is not None:
        keys = keys.filter(kiosk__store_id__in=scope.store_ids)
    rows = keys.select_related("kiosk__store").order_by("kiosk__catalog_id", "id")
    views = [_view(row, now=now) for row in rows]
    return sorted(views, key=lambda one: one.until is None)


def _view(row: KioskKey, *, now: dt.datetime) -> KeyView:
    profile = profile_at(row.profile, row.profile_until, now=now)
    until = row.profile_until
    return KeyView(
        public_part=row.public_part,
        key_id=row.pk,
        catalog_id=row.kiosk.catalog_id,
        kiosk=row.kiosk.name,
        store=row.kiosk.store.name,
        store_id=row.kiosk.store_id,
        profile=profile,
        until=until,
        reason=row.profile_reason,
        set_by=row.profile_set_by,
        set_at=row.profile_set_at,
        origins=None if row.origins is None else tuple(row.origins),
        expires_at=row.expires_at,
        ends_soon=until is not None and now < until <= now + LEGACY_ENDS_SOON,
        is_over=until is not None and until <= now,
    )
