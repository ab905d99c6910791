"""Which columns of the inbox are sealed, for the rotation of data keys."""

from __future__ import annotations

from rollcall.inbox.rules import contexts
from rollcall.kit.resealing import SealedTable, register

register(
    SealedTable(
        table="inbox_inboxevent",
        columns={"sealed_body": contexts.event_body},
        bound_to=("connection_id", "external_id"),
    )
)
