"""Reads of kiosks and their keys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.scope import Actor, Role, Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.stores.models import Kiosk, KioskKey
from rollcall.stores.rules.api_keys import ApiKeyFormatError, parse_api_key
from rollcall.stores.rules.key_profiles import profile_at


class KioskNotFoundError(LookupError):
    """No kiosk has this catalog id."""


class KeyNotFoundError(LookupError):
    """Nobody has such a key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KioskIdentity:
    """Who asks, proven by a key.

    :param scope: the kiosk's: role ``kiosk``, its own store only.
    :param origins: of web pages that may use the key; None: any.
    """

    kiosk: Kiosk
    key_id: int
    scope: Scope
    profile: KeyProfile
    origins: frozenset[str] | None


def get_kiosk(catalog_id: str) -> Kiosk:
    """One kiosk of this installation, by the id that stands in its addresses.

    :raises KioskNotFoundError: nobody chose this id.
    """
    kiosks = Kiosk.objects.across_retailers(reason="a catalog id names one kiosk of all retailers")
    kiosk = kiosks.select_related("store", "retailer").filter(catalog_id=catalog_id).first()
    if kiosk is None:
        raise KioskNotFoundError(f"there is no kiosk {catalog_id!r}")
    return kiosk


def get_key(public_part: str) -> KioskKey:
    """One key of this installation, by its public part.

    :raises KeyNotFoundError: nobody has it.
    """
    keys = KioskKey.objects.across_retailers(reason="the key itself says whose it is")
    key = keys.filter(public_part=public_part).first()
    if key is None:
        raise KeyNotFoundError(f"there is no key {public_part!r}")
    return key


def list_keys(scope: Scope, kiosk: Kiosk) -> list[KioskKey]:
    """All keys that a kiosk ever had, oldest first."""
    return list(KioskKey.objects.scoped(scope).filter(kiosk=kiosk).order_by("id"))


def active_keys(scope: Scope, kiosk: Kiosk, *, now: dt.datetime) -> ScopedQuerySet[KioskKey]:
    """The keys that open the kiosk's door at ``now``."""
    keys = KioskKey.objects.scoped(scope).filter(kiosk=kiosk, revoked_at__isnull=True)
    return keys.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))


def find_kiosk_by_key(text: str, *, now: dt.datetime) -> KioskIdentity | None:
    """Whose key this is; None if it opens nothing now.

    Unknown, mistyped, revoked, expired, and of a switched-off kiosk or store are one answer.
    """
    try:
        given = parse_api_key(text)
    except ApiKeyFormatError:
        return None
    keys = KioskKey.objects.across_retailers(reason="the key itself says whose it is")
    key = keys.select_related("kiosk__store").filter(public_part=given.public_part).first()
    if key is None or not given.matches(bytes(key.secret_hash)):
        return None
    return _identity(key, now=now) if _opens(key, now=now) else None


def find_kiosk_of_store(scope: Scope, store_id: int, catalog_id: str) -> Kiosk | None:
    """A kiosk that works in a store, by the id that stands in its addresses."""
    # PostgreSQL refuses NUL, and no kiosk has such an id.
    if not catalog_id.isprintable():
        return None
    kiosks = Kiosk.objects.scoped(scope).filter(store_id=store_id, active=True)
    return kiosks.filter(catalog_id=catalog_id).first()


def _opens(key: KioskKey, *, now: dt.datetime) -> bool:
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        return False
    return key.kiosk.active and key.kiosk.store.active


def _identity(key: KioskKey, *, now: dt.datetime) -> KioskIdentity:
    scope = Scope(
        retailer_id=key.retailer_id,
        actor=Actor(kind="kiosk", id=str(key.kiosk_id)),
        role=Role.KIOSK,
        store_ids=frozenset({key.kiosk.store_id}),
    )
    return KioskIdentity(
        kiosk=key.kiosk,
        key_id=key.pk,
        scope=scope,
        profile=profile_at(key.profile, key.profile_until, now=now),
        origins=None if key.origins is None else frozenset(key.origins),
    )
