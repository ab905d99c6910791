"""Which columns of the sync engine's tables are sealed, for the rotation of data keys."""

from __future__ import annotations

from rollcall.kit.resealing import SealedTable, register
from rollcall.sync.rules import contexts

register(
    SealedTable(
        table="sync_posconnection",
        columns={"sealed_settings": contexts.connection_settings},
        bound_to=("id",),
    )
)
register(
    SealedTable(
        table="sync_quarantinedrow",
        columns={"sealed_raw": contexts.quarantine_raw},
        bound_to=("account_id", "external_id"),
    )
)
