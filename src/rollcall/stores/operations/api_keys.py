"""Keys of kiosks: minted or brought along, two at a time for rotation, revoked for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.scope import Role, Scope, require
from rollcall.stores.models import Kiosk, KioskKey
from rollcall.stores.operations.saving import Action, Saved
from rollcall.stores.queries.kiosks import KeyNotFoundError, active_keys
from rollcall.stores.rules.api_keys import ApiKey, mint_api_key, parse_api_key
from rollcall.stores.rules.key_profiles import ProfileInvalidError, check_origins

#: One in use, and its successor while kiosks are being changed over.
MAX_ACTIVE_KEYS: Final = 2


class TooManyKeysError(RuntimeError):
    """The kiosk has two active keys already."""


class KioskKeyTakenError(ValueError):
    """The key was revoked, or is another kiosk's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MintedKey:
    """A new key; its text exists nowhere else and must be shown now or never."""

    row: KioskKey
    text: str = field(repr=False)


@transaction.atomic
def mint_key(
    scope: Scope,
    kiosk: Kiosk,
    *,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
    profile: KeyProfile = KeyProfile.STRICT,
    origins: Collection[str] = (),
) -> MintedKey:
    """Make a kiosk's key.

    :param profile: strict or attended; legacy is set with a reason and an end (``set_profile``).
    :param origins: of web pages that may use it; without any, an attended key may be used by all,
        a strict one by none.
    :raises TooManyKeysError: two are active; revoke one first.
    :raises ProfileInvalidError: an origin is none, or the key would be a legacy one.
    """
    require(scope, Role.ADMIN)
    if profile is KeyProfile.LEGACY:
        raise ProfileInvalidError("a key becomes a legacy one with a reason and an end")
    allowed = check_origins(origins)
    key = mint_api_key()
    row = _add(scope, kiosk, key, now=now, expires_at=expires_at)
    row.profile = profile
    row.origins = allowed if allowed or profile is KeyProfile.STRICT else None
    row.save(update_fields=["profile", "origins"])
    return MintedKey(row=row, text=key.text)


@transaction.atomic
def register_key(scope: Scope, kiosk: Kiosk, text: str, *, now: dt.datetime) -> Saved[KioskKey]:
    """Let in a kiosk that brings its own key, made with :func:`mint_api_key` elsewhere. Idempotent.

    :raises ApiKeyFormatError: not a key of ours.
    :raises KioskKeyTakenError: revoked or expired, or used by another kiosk.
    :raises TooManyKeysError: two others are active; revoke one first.
    """
    require(scope, Role.ADMIN)
    key = parse_api_key(text)
    everywhere = KioskKey.objects.across_retailers(reason="a key may open one kiosk only")
    row = everywhere.filter(public_part=key.public_part).first()
    if row is None:
        return Saved(row=_add(scope, kiosk, key, now=now), action=Action.CREATED)
    if row.kiosk_id != kiosk.pk or not key.matches(bytes(row.secret_hash)):
        raise KioskKeyTakenError("this key is another kiosk's; each kiosk needs its own")
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        raise KioskKeyTakenError("this key was revoked or has expired; make a new one")
    return Saved(row=row, action=Action.UNCHANGED)


@transaction.atomic
def rotate_key(scope: Scope, kiosk: Kiosk, *, now: dt.datetime, grace: dt.timedelta) -> MintedKey:
    """Mint a new key and let the one in use expire after ``grace``.

    The new one is trusted as far as the newest before it, and no longer.

    :raises TooManyKeysError: a rotation is under way: two are active; revoke one first.
    """
    held = [row.pk for row in active_keys(scope, kiosk, now=now).order_by("id")]
    minted = mint_key(scope, kiosk, now=now)
    if held:
        _inherit(minted.row, KioskKey.objects.scoped(scope).get(pk=held[-1]))
    for row in KioskKey.objects.scoped(scope).filter(pk__in=held):
        end = now + grace
        if row.expires_at is None or row.expires_at > end:
            row.expires_at = end
            row.save(update_fields=["expires_at"])
            _record(scope, "kiosk_key.expiring", row)
    return minted


@transaction.atomic
def revoke_key(scope: Scope, public_part: str, *, now: dt.datetime) -> KioskKey:
    """Close the door for a key at once and for good. Idempotent.

    :raises KeyNotFoundError: not a key of this retailer.
    """
    require(scope, Role.ADMIN)
    keys = KioskKey.objects.scoped(scope).select_for_update()
    row = keys.filter(public_part=public_part).first()
    if row is None:
        raise KeyNotFoundError(f"there is no key {public_part!r}")
    if row.revoked_at is None:
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        _record(scope, "kiosk_key.revoked", row)
    return row


_INHERITED: Final = (
    *("profile", "profile_until", "profile_reason", "profile_set_by", "profile_set_at"),
    "origins",
)


def _inherit(row: KioskKey, before: KioskKey) -> None:
    for name in _INHERITED:
        setattr(row, name, getattr(before, name))
    row.save(update_fields=_INHERITED)


def _add(
    scope: Scope,
    kiosk: Kiosk,
    key: ApiKey,
    *,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
) -> KioskKey:
    # Two people who mint at once must not end up with three keys.
    Kiosk.objects.scoped(scope).select_for_update().get(pk=kiosk.pk)
    active = active_keys(scope, kiosk, now=now).order_by("id")
    held = list(active.values_list("public_part", flat=True))
    if len(held) >= MAX_ACTIVE_KEYS:
        raise TooManyKeysError(
            f"the kiosk {kiosk.catalog_id!r} has two active keys ({', '.join(held)}); revoke one"
            " first: rollcall keys kiosk revoke KEY"
        )
    row = KioskKey.objects.scoped(scope).create(
        kiosk=kiosk,
        public_part=key.public_part,
        secret_hash=key.secret_hash,
        expires_at=expires_at,
        origins=[],
    )
    _record(scope, "kiosk_key.created", row)
    return row


def _record(scope: Scope, action: str, row: KioskKey) -> None:
    audit.record(
        scope,
        action,
        subject_kind="kiosk_key",
        subject_ids=[row.pk],
        context={"kiosk": row.kiosk_id},
    )
