"""Which columns of orders are sealed, for the rotation of data keys."""

from __future__ import annotations

from rollcall.kit.resealing import SealedTable, register
from rollcall.orders.rules import contexts, customer_orders

register(
    SealedTable(
        table="orders_kioskorder",
        columns={
            "sealed_name": contexts.kiosk_order_name,
            "sealed_contact": contexts.kiosk_order_contact,
        },
        bound_to=("uuid",),
    )
)
register(
    SealedTable(
        table="orders_customerorder",
        columns={"sealed_payload": customer_orders.order_payload},
        bound_to=("account_id", "external_id"),
    )
)
register(
    SealedTable(
        table="orders_unreadableorder",
        columns={"sealed_raw": customer_orders.unreadable_raw},
        bound_to=("account_id", "name"),
    )
)
register(
    SealedTable(
        table="orders_orderwrite",
        columns={"sealed_body": contexts.order_write_body},
        bound_to=("uuid",),
    )
)
register(
    SealedTable(
        table="orders_ordermail",
        columns={"sealed_letter": contexts.order_mail_letter},
        bound_to=("message_id",),
    )
)
