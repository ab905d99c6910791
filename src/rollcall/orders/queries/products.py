"""What stores sell."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Prefetch

from rollcall.kit.scope import Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.orders.models import ProductValue, StoreProduct
from rollcall.stores.models import Store
from rollcall.stores.queries import list_stores


def find_store(scope: Scope, slug: str) -> Store | None:
    """Return the store of this name that the scope sees."""
    return next((one for one in list_stores(scope) if one.slug == slug), None)


def list_products(
    scope: Scope, store: Store, *, after: int | None = None, limit: int
) -> list[StoreProduct]:
    """Return products in the order in which they were made, with their prices.

    :param after: id behind which the page begins.
    """
    products = _with_values(scope).filter(store=store)
    if scope.store_ids is not None:
        products = products.filter(store__in=scope.store_ids)
    if after is not None:
        products = products.filter(pk__gt=after)
    return list(products.order_by("pk")[:limit])


def find_sold(scope: Scope, store_id: int, skus: Collection[str]) -> dict[str, StoreProduct]:
    """Return what of this a store sells now, by sku, with its prices."""
    products = _with_values(scope).filter(store=store_id, sku__in=skus, active=True)
    return {one.sku: one for one in products}


def sells_anything(scope: Scope, store_id: int) -> bool:
    """Whether it is known here what a store sells."""
    return StoreProduct.objects.scoped(scope).filter(store=store_id, active=True).exists()


def _with_values(scope: Scope) -> ScopedQuerySet[StoreProduct]:
    values = ProductValue.objects.scoped(scope).filter(active=True).order_by("place", "pk")
    return StoreProduct.objects.scoped(scope).prefetch_related(Prefetch("values", queryset=values))
