"""Noting that a kiosk printed an order's receipt."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.kit.scope import Role, Scope, require
from rollcall.orders.models import CustomerOrder, OrderPrint
from rollcall.orders.rules.order_bodies import PrintAsked


@transaction.atomic
def note_print(
    scope: Scope, order: CustomerOrder, kiosk_id: int, asked: PrintAsked, *, now: dt.datetime
) -> OrderPrint:
    """Note when and as what an order was printed; what is not said stays. Idempotent."""
    require(scope, Role.KIOSK)
    said = {"printed_id": asked.printed_id, "printed_date": asked.printed_date}
    told = {name: value for name, value in said.items() if value is not None}
    prints = OrderPrint.objects.scoped(scope)
    held = prints.filter(order=order, kiosk_id=kiosk_id, **told).first()
    if held is not None:
        return held
    row, _ = prints.update_or_create(
        order=order, defaults={**told, "kiosk_id": kiosk_id, "at": now}
    )
    audit.record(
        scope,
        "order.printed",
        subject_kind="customer_order",
        subject_ids=[order.pk],
        fields=sorted(told),
    )
    return row
