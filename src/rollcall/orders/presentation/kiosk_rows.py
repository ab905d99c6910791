"""Kiosk orders as the two APIs tell of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rollcall.customers.rules.masking import mask_name
from rollcall.kit.scope import Scope
from rollcall.orders.models import KioskOrder, StoreProduct
from rollcall.orders.queries.kiosk_orders import open_name
from rollcall.orders.rules.money import write_amount


def kiosk_row(scope: Scope, order: KioskOrder, *, is_whole: bool) -> dict[str, Any]:
    """An order in the original system's shape.

    :param is_whole: whether names are shown whole, or only their beginnings.
    """
    name = open_name(scope, order)
    return {
        "id": order.pk,
        "uuid": str(order.uuid),
        "client_id": order.retailer_id,
        "kiosks_id": _kiosks_id(order.kiosk.catalog_id),
        "first_name": name.first if is_whole else mask_name(name.first),
        "last_name": name.last if is_whole else mask_name(name.last),
        "amount": write_amount(order.amount),
        "date": moment(order.placed_at),
        "payed": order.paid_at is not None,
        "customer_id": str(order.holder.public_id) if order.holder else None,
        "products": [
            {
                "sku": line.sku,
                "name": line.name,
                "product_value_id": line.value_id,
                "value_name": line.value_name,
                "quantity": line.quantity,
                "price": write_amount(line.price),
            }
            for line in order.lines.all()
        ],
    }


def _kiosks_id(catalog_id: str) -> int | str:
    """The original's ids were numbers; ours may be any text."""
    is_number = catalog_id.isdecimal() and str(int(catalog_id)) == catalog_id
    return int(catalog_id) if is_number else catalog_id


def platform_row(scope: Scope, order: KioskOrder) -> dict[str, Any]:
    """An order as programs read it."""
    name = open_name(scope, order)
    return {
        "id": str(order.uuid),
        "code": order.code,
        "store": order.store.slug,
        "kiosk": order.kiosk.catalog_id,
        "first_name": name.first,
        "last_name": name.last,
        "amount": write_amount(order.amount),
        "placed_at": moment(order.placed_at),
        "paid_at": moment(order.paid_at),
        "customer_id": str(order.holder.public_id) if order.holder else None,
        "lines": [
            {
                "sku": line.sku,
                "name": line.name,
                "value_id": line.value_id,
                "value_name": line.value_name,
                "quantity": line.quantity,
                "price": write_amount(line.price),
            }
            for line in order.lines.all()
        ],
    }


def product_row(product: StoreProduct) -> dict[str, Any]:
    """A product with the prices that it has now."""
    return {
        "sku": product.sku,
        "name": product.name,
        "active": product.active,
        "values": [
            {"id": one.external_id, "name": one.name, "value": write_amount(one.value)}
            for one in product.values.all()
        ],
    }


def moment(at: dt.datetime | None) -> str | None:
    """An instant as answers have it: UTC with a Z."""
    return None if at is None else at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
