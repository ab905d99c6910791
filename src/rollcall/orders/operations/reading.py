"""Reads of orders that leave a trace, because names are opened."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from rollcall.audit import operations as audit
from rollcall.kit.scope import Role, Scope, require
from rollcall.orders.models import KioskOrder
from rollcall.orders.queries import kiosk_orders as queries
from rollcall.orders.queries.kiosk_orders import Filter
from rollcall.orders.rules.kiosk_lists import Wanted


def view_order(scope: Scope, order_uuid: uuid.UUID) -> KioskOrder:
    """Show one order; the audit says who saw it.

    :raises KioskOrderNotFoundError: none that may be seen.
    """
    require(scope, Role.STAFF)
    order = queries.get_order(scope, order_uuid)
    audit.record(
        scope,
        "kiosk_order.viewed",
        subject_kind="kiosk_order",
        subject_ids=[order.pk],
        fields=["name"],
    )
    return order


def view_orders(scope: Scope, wanted: Filter, *, limit: int) -> list[KioskOrder]:
    """Show a list of orders; the audit says which."""
    require(scope, Role.STAFF)
    found = queries.list_orders(scope, wanted, limit=limit)
    _tell_listed(scope, found)
    return found


def view_for_kiosk(scope: Scope, store_id: int, wanted: Wanted) -> tuple[list[KioskOrder], int]:
    """Show a page of a store's orders to one of its kiosks, and how many there are."""
    require(scope, Role.KIOSK)
    found, total = queries.list_for_kiosk(scope, store_id, wanted)
    _tell_listed(scope, found)
    return found, total


def _tell_listed(scope: Scope, found: Sequence[KioskOrder]) -> None:
    audit.record(
        scope,
        "kiosk_order.listed",
        subject_kind="kiosk_order",
        subject_ids=[one.pk for one in found],
        context={"found": len(found)},
    )
