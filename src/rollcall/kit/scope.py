"""Who asks, and what they may see: a value that every read and write of customer data demands."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Role(enum.StrEnum):
    """What a caller may do; ordered from least to most."""

    KIOSK = "kiosk"
    STAFF = "staff"
    MANAGER = "manager"
    ADMIN = "admin"
    SYSTEM = "system"

    def includes(self, other: Role) -> bool:
        """Whether this role may do all that the other may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class Grant(enum.StrEnum):
    """What an integration's key may be used for; a role alone opens nothing to a machine."""

    READ_CUSTOMERS = "customers:read"
    WRITE_CUSTOMERS = "customers:write"
    READ_IDENTITY = "identity:read"
    WRITE_IDENTITY = "identity:write"
    READ_EVENTS = "events:read"
    WRITE_WEBHOOKS = "webhooks:write"
    READ_CONSENTS = "consents:read"
    WRITE_CONSENTS = "consents:write"
    READ_ORDERS = "orders:read"
    WRITE_ORDERS = "orders:write"
    READ_STORES = "stores:read"
    READ_SYNC = "sync:read"
    WRITE_SYNC = "sync:write"
    READ_OUTBOX = "outbox:read"
    WRITE_OUTBOX = "outbox:write"
    READ_AUDIT = "audit:read"

    @property
    def is_for_writing(self) -> bool:
        """Whether it opens what changes something."""
        return self.value.endswith(":write")


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who acts, for the audit: a kind and an id, never a name.

    :param kind: ``user``, ``kiosk``, ``integration``, ``cli`` or ``system``.
    """

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """One retailer, as seen by one actor.

    Only ``rollcall.stores`` builds it from a signed-in person, a key or a background job.

    :param store_ids: the stores that the actor works in; None means all stores of the retailer.
    """

    retailer_id: int
    actor: Actor
    role: Role
    store_ids: frozenset[int] | None = None


class ScopeMissingError(RuntimeError):
    """Customer data was about to be touched without saying for whom: a bug, never a guess."""


class ForbiddenError(PermissionError):
    """The actor's role does not allow this."""


def require(scope: Scope, role: Role) -> None:
    """Refuse actors below ``role``.

    :raises ForbiddenError: the role is too low.
    """
    if not scope.role.includes(role):
        raise ForbiddenError(f"this needs the role {role.value}")
