"""Tables of orders and of what stores sell."""

from rollcall.orders.models.customer_orders import (
    CustomerOrder,
    OrderReading,
    OrderStatusChange,
    UnreadableOrder,
)
from rollcall.orders.models.kiosk_orders import KioskOrder, KioskOrderLine, KioskOrderTie, PayingKey
from rollcall.orders.models.order_writes import OrderMail, OrderPrint, OrderRules, OrderWrite
from rollcall.orders.models.products import ProductValue, StoreProduct

__all__ = [
    "CustomerOrder",
    "KioskOrder",
    "KioskOrderLine",
    "KioskOrderTie",
    "OrderMail",
    "OrderPrint",
    "OrderReading",
    "OrderRules",
    "OrderStatusChange",
    "OrderWrite",
    "PayingKey",
    "ProductValue",
    "StoreProduct",
    "UnreadableOrder",
]
