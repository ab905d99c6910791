"""Writes of kiosks."""

from __future__ import annotations

from django.db import transaction

from rollcall.kit.scope import Role, Scope, require
from rollcall.stores.models import Kiosk, Store
from rollcall.stores.operations.saving import Saved, record_saved, save_row


class CatalogIdTakenError(ValueError):
    """Another retailer's kiosk has this catalog id."""


@transaction.atomic
def save_kiosk(
    scope: Scope, *, catalog_id: str, name: str, store: Store, active: bool | None = None
) -> Saved[Kiosk]:
    """Make a kiosk, or bring it in line (also into another store). Idempotent.

    :param catalog_id: unique in the whole installation, as it stands alone in addresses.
    :raises CatalogIdTakenError: another retailer has it.
    """
    require(scope, Role.ADMIN)
    everywhere = Kiosk.objects.across_retailers(reason="catalog ids are unique in the installation")
    if everywhere.filter(catalog_id=catalog_id).exclude(retailer_id=scope.retailer_id).exists():
        raise CatalogIdTakenError(
            f"the catalog id {catalog_id!r} belongs to another retailer; choose another one"
        )
    saved = save_row(
        Kiosk.objects.scoped(scope),
        {"catalog_id": catalog_id},
        {"name": name, "store_id": store.pk, "active": active},
    )
    record_saved(scope, "kiosk", saved)
    return saved
