"""Who reads a connection's orders: a claim that runs out, and a fence in every transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connection

from rollcall.kit.processes import is_gone, process_name
from rollcall.kit.scope import Scope
from rollcall.orders.models import OrderReading
from rollcall.sync.models import PosConnection

#: Longer than a request with all its tries usually takes; it is renewed with every batch.
_LEASES: Final = 3


class OrdersHeldError(RuntimeError):
    """Another process reads these orders at the moment."""


class OrderClaimLostError(RuntimeError):
    """Another process has taken over; nothing was written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderClaim:
    """The right to move a connection's position."""

    retailer_id: int
    connection_id: int
    epoch: int


def claim(scope: Scope, pos_connection: PosConnection) -> OrderClaim:
    """Take the reading over, unless somebody else lives who has it. Outside of any transaction.

    :raises OrdersHeldError: somebody does.
    """
    OrderReading.objects.scoped(scope).bulk_create(
        [OrderReading(retailer_id=scope.retailer_id, connection=pos_connection)],
        ignore_conflicts=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "select claimed_by, claim_epoch, coalesce(claimed_until > now(), false)"
            " from orders_orderreading where connection_id = %s and retailer_id = %s",
            [pos_connection.pk, scope.retailer_id],
        )
        owner, epoch, is_held = cursor.fetchone()
        if is_held and not is_gone(owner):
            raise OrdersHeldError("another process reads these orders")
        cursor.execute(
            "update orders_orderreading set claimed_by = %s, claim_epoch = claim_epoch + 1,"
            " claimed_until = now() + %s * interval '1 second'"
            " where connection_id = %s and retailer_id = %s and claim_epoch = %s",
            [process_name(), _seconds(), pos_connection.pk, scope.retailer_id, epoch],
        )
        if cursor.rowcount == 0:
            raise OrdersHeldError("another process was quicker")
    return OrderClaim(
        retailer_id=scope.retailer_id, connection_id=pos_connection.pk, epoch=epoch + 1
    )


def fence(held: OrderClaim) -> None:
    """Lock the row within the current transaction, and renew the claim.

    :raises OrderClaimLostError: it is no longer ours.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "update orders_orderreading set claimed_until = now() + %s * interval '1 second'"
            " where connection_id = %s and retailer_id = %s and claim_epoch = %s",
            [_seconds(), held.connection_id, held.retailer_id, held.epoch],
        )
        if cursor.rowcount == 0:
            raise OrderClaimLostError("another process reads these orders now")


def give_back(held: OrderClaim) -> None:
    """Let others read at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update orders_orderreading set claimed_until = null, claimed_by = ''"
            " where connection_id = %s and retailer_id = %s and claim_epoch = %s",
            [held.connection_id, held.retailer_id, held.epoch],
        )


def _seconds() -> float:
    return float(_LEASES * settings.LEASE_SECONDS)
