"""Which columns of the outbox are sealed, for the rotation of data keys."""

from __future__ import annotations

from rollcall.kit.resealing import SealedTable, register
from rollcall.outbox.rules import contexts

register(
    SealedTable(
        table="outbox_outboxentry",
        columns={"sealed_wish": contexts.entry_wish, "sealed_sent": contexts.entry_sent},
        bound_to=("customer_id", "connection_id"),
    )
)
