"""Whose order it is: tying an order to a person, to another one, or to nobody.

Every tie stays as history, so that whoever was wrong can go back.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer
from rollcall.customers.operations.settling import lock_person
from rollcall.kit.scope import Role, Scope, ScopeMissingError, require
from rollcall.orders.models import KioskOrder, KioskOrderTie
from rollcall.orders.queries.kiosk_orders import KioskOrderNotFoundError, visible_orders


@transaction.atomic
def tie_order(
    scope: Scope, order_uuid: uuid.UUID, customer: Customer | None, *, now: dt.datetime
) -> bool:
    """Let an order be a person's, or nobody's; False: it was so already. Idempotent.

    People are locked before orders, as everywhere.

    :param customer: one whom the scope may see; None takes the order from whoever has it.
    :raises KioskOrderNotFoundError: no such order that may be seen.
    :raises ScopeMissingError: the person belongs to another retailer.
    """
    require(scope, Role.STAFF)
    if customer is not None and customer.retailer_id != scope.retailer_id:
        raise ScopeMissingError("a person of another retailer was about to get an order")
    holder_id = None if customer is None else lock_person(scope, customer.pk)
    order = lock_order(scope, order_uuid)
    if order.holder_id == holder_id:
        return False
    note_tie(scope, order, None if customer is None else customer.pk, holder_id, now=now)
    return True


def lock_order(scope: Scope, order_uuid: uuid.UUID) -> KioskOrder:
    """Return an order that nobody else writes to until we commit.

    :raises KioskOrderNotFoundError: none that may be seen.
    """
    orders = visible_orders(scope).filter(uuid=order_uuid)
    order = orders.select_for_update(of=("self",)).first()
    if order is None:
        raise KioskOrderNotFoundError
    return order


def note_tie(
    scope: Scope,
    order: KioskOrder,
    customer_id: int | None,
    holder_id: int | None,
    *,
    channel: str = "",
    now: dt.datetime,
) -> None:
    """Write down whose an order is from now on; the person and the order are locked.

    :param holder_id: who stands for the person now.
    :param channel: by which they proved it, "" if somebody said so.
    """
    before = order.holder_id
    order.customer_id, order.holder_id = customer_id, holder_id
    order.save(update_fields=["customer", "holder"])
    KioskOrderTie.objects.scoped(scope).create(
        order=order, customer_id=customer_id, actor=str(scope.actor), at=now
    )
    audit.record(
        scope,
        "kiosk_order.attached" if customer_id is not None else "kiosk_order.detached",
        subject_kind="customer",
        subject_ids=[one for one in (customer_id, before) if one is not None],
        fields=["customer"],
        context={"order": order.pk, **({"proven_by": channel} if channel else {})},
    )
