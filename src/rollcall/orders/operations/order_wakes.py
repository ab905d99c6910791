"""Waking senders of orders that waited for their customers."""

from __future__ import annotations

from rollcall.jobs import wake
from rollcall.kit.scope import Scope
from rollcall.orders.models import OrderWrite
from rollcall.sync.models import PosConnection


def wake_for_created(scope: Scope, connection: PosConnection) -> None:
    """Somebody was created at a POS: an order may have waited for that."""
    waiting = OrderWrite.objects.scoped(scope).filter(
        connection=connection, state=OrderWrite.State.QUEUED, customer_external_id=""
    )
    if waiting.exists():
        wake("orders.send", connection_id=connection.pk)
