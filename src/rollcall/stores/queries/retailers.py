"""Reads of retailers and their stores."""

from __future__ import annotations

from rollcall.kit.scope import Actor, Role, Scope
from rollcall.stores.models import Retailer, Store


class RetailerNotFoundError(LookupError):
    """No retailer has this slug."""


def get_system_scope(retailer_id: int, *, actor: Actor) -> Scope:
    """The scope of a background job or a command on the machine itself."""
    return Scope(retailer_id=retailer_id, actor=actor, role=Role.SYSTEM)


def get_retailer(slug: str) -> Retailer:
    """One retailer.

    :raises RetailerNotFoundError: no such slug.
    """
    retailer = Retailer.objects.filter(slug=slug).first()
    if retailer is None:
        raise RetailerNotFoundError(f"there is no retailer {slug!r}")
    return retailer


def list_retailers() -> list[Retailer]:
    """All retailers of this installation, by slug."""
    return list(Retailer.objects.order_by("slug"))


def list_stores(scope: Scope) -> list[Store]:
    """The stores that the scope sees, by name."""
    stores = Store.objects.scoped(scope)
    if scope.store_ids is not None:
        stores = stores.filter(pk__in=scope.store_ids)
    return list(stores.order_by("name"))


def get_store(scope: Scope, store_id: int) -> Store:
    """One of the stores that the scope sees.

    :raises Store.DoesNotExist: it sees none of this id.
    """
    stores = Store.objects.scoped(scope)
    if scope.store_ids is not None:
        stores = stores.filter(pk__in=scope.store_ids)
    return stores.get(pk=store_id)
