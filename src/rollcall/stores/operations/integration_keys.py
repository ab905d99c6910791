"""Keys of integrations: programs of the retailer's that speak to Rollcall."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.kit.scope import Grant, Role, Scope, require
from rollcall.stores.models import IntegrationKey, Store
from rollcall.stores.queries.kiosks import KeyNotFoundError
from rollcall.stores.rules.api_keys import INTEGRATION_PREFIX, mint_api_key

#: Whom an integration can be.
ROLES: Final = (Role.STAFF, Role.MANAGER, Role.ADMIN)
_LONGEST_NAME: Final = 100


class IntegrationInvalidError(ValueError):
    """There can be no such key; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MintedIntegrationKey:
    """A new key; its text exists nowhere else and must be shown now or never."""

    row: IntegrationKey
    text: str = field(repr=False)


@transaction.atomic
def mint_integration_key(
    scope: Scope,
    *,
    name: str,
    role: Role,
    grants: Collection[Grant],
    stores: Collection[Store] | None = None,
    expires_at: dt.datetime | None = None,
) -> MintedIntegrationKey:
    """Make a key for a program.

    :param stores: the only ones whose people it may see; None: all of the retailer's.
    :raises IntegrationInvalidError: it would open nothing, or has no usable name.
    """
    require(scope, Role.ADMIN)
    title = " ".join(name.split())
    if not title or len(title) > _LONGEST_NAME or not title.isprintable():
        raise IntegrationInvalidError(f"a name has 1 to {_LONGEST_NAME} characters")
    if role not in ROLES:
        raise IntegrationInvalidError("an integration is staff, manager or admin")
    if not grants or (stores is not None and not stores):
        raise IntegrationInvalidError("a key without a scope, or without a store, opens nothing")
    key = mint_api_key(INTEGRATION_PREFIX)
    row = IntegrationKey.objects.scoped(scope).create(
        name=title,
        role=role.value,
        grants=sorted({one.value for one in grants}),
        all_stores=stores is None,
        public_part=key.public_part,
        secret_hash=key.secret_hash,
        expires_at=expires_at,
    )
    row.stores.add(*(stores or ()))
    _record(scope, "integration_key.created", row)
    return MintedIntegrationKey(row=row, text=key.text)


@transaction.atomic
def revoke_integration_key(scope: Scope, public_part: str, *, now: dt.datetime) -> IntegrationKey:
    """Close the door for a key at once and for good. Idempotent.

    :raises KeyNotFoundError: not a key of this retailer.
    """
    require(scope, Role.ADMIN)
    keys = IntegrationKey.objects.scoped(scope).select_for_update()
    row = keys.filter(public_part=public_part).first()
    if row is None:
        raise KeyNotFoundError(f"there is no key {public_part!r}")
    if row.revoked_at is None:
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        _record(scope, "integration_key.revoked", row)
    return row


def _record(scope: Scope, action: str, row: IntegrationKey) -> None:
    audit.record(
        scope,
        action,
        subject_kind="integration_key",
        subject_ids=[row.pk],
        context={"role": row.role, "grants": list(row.grants)},
    )
