"""Reads of the keys of integrations."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from rollcall.kit.scope import Actor, Grant, Role, Scope
from rollcall.stores.models import IntegrationKey, Store
from rollcall.stores.queries.kiosks import KeyNotFoundError
from rollcall.stores.rules.api_keys import INTEGRATION_PREFIX, ApiKeyFormatError, parse_api_key

#: Uses are noted no more often than this.
_NOTED_EVERY: Final = dt.timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class IntegrationIdentity:
    """Which program asks, proven by a key."""

    key_id: int
    scope: Scope
    grants: frozenset[Grant]


def get_integration_key(public_part: str) -> IntegrationKey:
    """One key of this installation, by its public part.

    :raises KeyNotFoundError: nobody has it.
    """
    keys = IntegrationKey.objects.across_retailers(reason="the key itself says whose it is")
    key = keys.filter(public_part=public_part).first()
    if key is None:
        raise KeyNotFoundError(f"there is no key {public_part!r}")
    return key


def list_integration_keys(scope: Scope) -> list[IntegrationKey]:
    """All keys that programs of the retailer ever had, oldest first."""
    return list(IntegrationKey.objects.scoped(scope).order_by("id"))


def name_stores(scope: Scope, key: IntegrationKey) -> list[str]:
    """Slugs of the stores that a key is limited to; none if it is not."""
    stores = Store.objects.scoped(scope).filter(pk__in=_store_ids(key))
    return list(stores.order_by("slug").values_list("slug", flat=True))


def find_integration_by_key(text: str, *, now: dt.datetime) -> IntegrationIdentity | None:
    """Whose key this is; None if it opens nothing now. Its use is noted, to about a minute.

    Unknown, mistyped, revoked and expired are one answer, and so is a kiosk's key.
    """
    try:
        given = parse_api_key(text, INTEGRATION_PREFIX)
    except ApiKeyFormatError:
        return None
    keys = IntegrationKey.objects.across_retailers(reason="the key itself says whose it is")
    key = keys.filter(public_part=given.public_part).first()
    if key is None or not given.matches(bytes(key.secret_hash)):
        return None
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        return None
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - _NOTED_EVERY)
    keys.filter(stale, pk=key.pk).update(last_used_at=now)
    return _identity(key)


def _identity(key: IntegrationKey) -> IntegrationIdentity:
    scope = Scope(
        retailer_id=key.retailer_id,
        actor=Actor(kind="integration", id=str(key.pk)),
        role=Role(key.role),
        store_ids=None if key.all_stores else frozenset(_store_ids(key)),
    )
    known = {grant.value for grant in Grant}
    grants = frozenset(Grant(one) for one in key.grants if one in known)
    return IntegrationIdentity(key_id=key.pk, scope=scope, grants=grants)


def _store_ids(key: IntegrationKey) -> list[int]:
    chosen = IntegrationKey.stores.through.objects.filter(integrationkey_id=key.pk)
    return list(chosen.values_list("store_id", flat=True))
