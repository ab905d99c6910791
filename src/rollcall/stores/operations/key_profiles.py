"""Saying how far a kiosk's key is trusted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.scope import Role, Scope, require
from rollcall.stores.models import KioskKey
from rollcall.stores.queries.kiosks import KeyNotFoundError
from rollcall.stores.rules.key_profiles import check_origins, check_reason, legacy_end


@transaction.atomic
def set_profile(
    scope: Scope,
    public_part: str,
    *,
    profile: KeyProfile,
    reason: str,
    now: dt.datetime,
    days: int | None = None,
    origins: Collection[str] | None = None,
) -> KioskKey:
    """Give a key a profile; it counts from the next request on. Saying legacy again prolongs it.

    :param reason: kept beside the key, shown to administrators; not in the audit.
    :param days: how long a legacy key lasts; of no meaning for the others.
    :param origins: of web pages that may use it; None: any.
    :raises KeyNotFoundError: not a key of this retailer, or it was revoked.
    :raises ProfileInvalidError: no reason, no end, or no origins.
    """
    require(scope, Role.ADMIN)
    words = check_reason(reason)
    until = legacy_end(days, now=now) if profile is KeyProfile.LEGACY else None
    allowed = None if origins is None else check_origins(origins)
    keys = KioskKey.objects.scoped(scope).select_for_update()
    row = keys.filter(public_part=public_part, revoked_at__isnull=True).first()
    if row is None:
        raise KeyNotFoundError(f"there is no key {public_part!r}")
    row.profile = profile
    row.profile_until = until
    row.profile_reason = words
    row.profile_set_by = str(scope.actor)
    row.profile_set_at = now
    row.origins = allowed
    row.save()
    audit.record(
        scope,
        "kiosk_key.profile_set",
        subject_kind="kiosk_key",
        subject_ids=[row.pk],
        fields=["profile", "origins"],
        context={
            "kiosk": row.kiosk_id,
            "profile": profile.value,
            "until": None if until is None else until.isoformat(),
            "origins": -1 if allowed is None else len(allowed),
        },
    )
    return row
