"""Orders for kiosks (``/api/v1``) and for programs of the retailer's (``/api/v2``)."""

from rollcall.orders.api import (
    claims,
    customer_orders,
    kiosk,
    kiosk_orders,
    pos_orders,
    products,
)

kiosk_routers = (kiosk.router, claims.kiosk_router, pos_orders.router)
#: Claims first: their address would else be an order's.
platform_routers = (
    products.router,
    claims.router,
    kiosk_orders.router,
    customer_orders.router,
)

__all__ = ["kiosk_routers", "platform_routers"]
