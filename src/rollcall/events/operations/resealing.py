"""Which columns of webhooks are sealed, for the rotation of data keys."""

from __future__ import annotations

from rollcall.events.rules import contexts
from rollcall.kit.resealing import SealedTable, register

register(
    SealedTable(
        table="events_webhooksecret",
        columns={"sealed_secret": contexts.webhook_secret},
        bound_to=("webhook_id", "name"),
    )
)
