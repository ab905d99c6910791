"""Tables of orders and of what stores sell."""

from rollcall.orders.models.customer_orders import (
    CustomerOrder,
    OrderReading,
    OrderStatusChange,
    UnreadableOrder,
)
from rollcall.orders.models.kiosk_orders import KioskOrder, KioskOrderLine, KioskOrderTie, PayingKey
from rollcall.orders.models.products import ProductValue, StoreProduct

__all__ = [
    "CustomerOrder",
    "KioskOrder",
    "KioskOrderLine",
    "KioskOrderTie",
    "OrderReading",
    "OrderStatusChange",
    "PayingKey",
    "ProductValue",
    "StoreProduct",
    "UnreadableOrder",
]
