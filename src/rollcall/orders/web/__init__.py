"""Pages of orders."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy

from rollcall.customers.panels import Panel, add_panel
from rollcall.orders.web import customer_orders, kiosk_orders, person, products
from rollcall.web.navigation import Entry, add_entry

app_name = "orders"

urlpatterns = [
    *customer_orders.paths,
    path("orders/", kiosk_orders.list_page, name="list"),
    path("orders/find/", kiosk_orders.find_page, name="find"),
    path("orders/products/", products.products_page, name="products"),
    path("orders/<uuid:order_uuid>/", kiosk_orders.order_page, name="order"),
    path("orders/<uuid:order_uuid>/attach/", kiosk_orders.attach, name="attach"),
    path("orders/<uuid:order_uuid>/detach/", kiosk_orders.detach, name="detach"),
    path("orders/<uuid:order_uuid>/paid/", kiosk_orders.pay, name="paid"),
]

add_entry(
    Entry(
        label=gettext_lazy("Orders"),
        view_name="orders:list",
        below=("orders:find", "orders:order", "orders:products"),
        place=12,
    )
)
add_panel(Panel(name="kiosk_orders", render=person.render_panel, place=40))
add_panel(Panel(name="pos_orders", render=customer_orders.render_panel, place=45))
