"""Whether an order is paid, and which kiosks' keys may say so."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.kit.scope import ForbiddenError, Role, Scope, require
from rollcall.orders.models import KioskOrder, PayingKey
from rollcall.orders.operations.tying import lock_order
from rollcall.orders.queries.kiosk_orders import may_take_payment
from rollcall.stores.models import KioskKey


@transaction.atomic
def set_paid(
    scope: Scope, order_uuid: uuid.UUID, *, paid: bool, now: dt.datetime, key_id: int | None = None
) -> KioskOrder:
    """Say that an order is paid, or that it is not. Idempotent: the first moment stays.

    :param key_id: of the kiosk that asks; its key needs the right.
    :raises ForbiddenError: below staff, and no kiosk's key with the right.
    :raises KioskOrderNotFoundError: no such order that may be seen.
    """
    if key_id is None or not may_take_payment(scope, key_id):
        require_payer(scope)
    order = lock_order(scope, order_uuid)
    if (order.paid_at is not None) is paid:
        return order
    order.paid_at = now if paid else None
    order.save(update_fields=["paid_at"])
    audit.record(
        scope,
        "kiosk_order.paid" if paid else "kiosk_order.unpaid",
        subject_kind="kiosk_order",
        subject_ids=[order.pk],
        fields=["paid"],
    )
    return order


def require_payer(scope: Scope) -> None:
    """Refuse kiosks.

    :raises ForbiddenError: below staff.
    """
    if not scope.role.includes(Role.STAFF):
        raise ForbiddenError("this key may not say whether orders are paid")


@transaction.atomic
def allow_payment(scope: Scope, key: KioskKey, *, now: dt.datetime) -> bool:
    """Let a kiosk's key say whether orders are paid, and read the names on them; by an admin.

    :return: False if it could already.
    """
    require(scope, Role.ADMIN)
    _, is_new = PayingKey.objects.scoped(scope).get_or_create(
        key=key,
        defaults={
            "retailer_id": scope.retailer_id,
            "granted_at": now,
            "granted_by": str(scope.actor),
        },
    )
    if is_new:
        _tell(scope, key, "kiosk_key.payment_allowed")
    return is_new


@transaction.atomic
def forbid_payment(scope: Scope, key: KioskKey) -> bool:
    """Take the right back; False if there was none."""
    require(scope, Role.ADMIN)
    count, _ = PayingKey.objects.scoped(scope).filter(key=key).delete()
    if count:
        _tell(scope, key, "kiosk_key.payment_forbidden")
    return bool(count)


def _tell(scope: Scope, key: KioskKey, action: str) -> None:
    audit.record(
        scope,
        action,
        subject_kind="kiosk_key",
        subject_ids=[key.pk],
        context={"kiosk": key.kiosk_id},
    )
