"""Which columns of people's tables are sealed, for the rotation of data keys."""

from __future__ import annotations

from rollcall.customers.rules import contexts
from rollcall.kit.resealing import SealedTable, register

register(
    SealedTable(
        table="customers_posrecord",
        columns={"sealed_fields": contexts.record_fields, "sealed_raw": contexts.record_raw},
        bound_to=("account_id", "external_id"),
    )
)
register(
    SealedTable(
        table="customers_recordversion",
        columns={"sealed_values": contexts.version_values},
        bound_to=("record_id",),
    )
)
register(
    SealedTable(
        table="customers_fieldedit",
        columns={"sealed_value": contexts.edit_value},
        bound_to=("customer_id", "field"),
    )
)
