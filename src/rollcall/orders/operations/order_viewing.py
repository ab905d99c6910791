"""Reads of POS orders that leave a trace: who looked at whose."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer
from rollcall.kit.scope import Role, Scope, require
from rollcall.orders.models import CustomerOrder, OrderWrite
from rollcall.orders.queries.customer_orders import OrderView, Place, get_order, list_of_person
from rollcall.orders.queries.order_writes import get_asked_order


def view_orders(
    scope: Scope, customer: Customer, *, limit: int, after: Place | None = None
) -> Sequence[CustomerOrder]:
    """A person's orders, newest first."""
    require(scope, Role.STAFF)
    found = list_of_person(scope, customer, limit=limit, after=after)
    audit.record(
        scope,
        "customer.orders_viewed",
        subject_kind="customer",
        subject_ids=[customer.pk],
        context={"orders": len(found)},
    )
    return found


def view_order(scope: Scope, public_id: uuid.UUID) -> OrderView:
    """One order with its lines.

    :raises OrderNotFoundError: none that the scope may see.
    """
    require(scope, Role.STAFF)
    found = get_order(scope, public_id)
    audit.record(scope, "order.viewed", subject_kind="customer_order", subject_ids=[found.order.pk])
    return found


def view_asked_order(scope: Scope, store_id: int, any_id: str) -> OrderWrite:
    """An order that a store's kiosks asked for, shown to one of them.

    :raises OrderWriteNotFoundError: none of this store.
    """
    require(scope, Role.KIOSK)
    found = get_asked_order(scope, store_id, any_id)
    audit.record(
        scope,
        "order_write.viewed",
        subject_kind="customer",
        subject_ids=[] if found.customer_id is None else [found.customer_id],
        context={"write": found.pk, "order": found.order_id},
    )
    return found
