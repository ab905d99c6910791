"""What of a retailer's stores and kiosks a scope sees, for lists that are read page by page."""

from __future__ import annotations

from rollcall.kit.scope import Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.stores.models import Kiosk, Store


def visible_stores(scope: Scope) -> ScopedQuerySet[Store]:
    """Return the stores that the scope sees."""
    stores = Store.objects.scoped(scope)
    return stores if scope.store_ids is None else stores.filter(pk__in=scope.store_ids)


def visible_kiosks(scope: Scope) -> ScopedQuerySet[Kiosk]:
    """Return the kiosks of the stores that the scope sees."""
    kiosks = Kiosk.objects.scoped(scope).select_related("store")
    return kiosks if scope.store_ids is None else kiosks.filter(store__in=scope.store_ids)
