"""Orders of POS systems: the panel on a person's page, all of theirs, and one of them."""

from __future__ import annotations

import uuid
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path

from rollcall.customers.models import Customer
from rollcall.customers.queries.profile import find_by_public_id, get_profile
from rollcall.kit.scope import Role, Scope
from rollcall.orders.operations.order_viewing import view_order, view_orders
from rollcall.orders.presentation.customer_orders import (
    lay_out,
    lay_out_history,
    lay_out_lines,
    lay_out_one,
)
from rollcall.orders.queries.customer_orders import OrderNotFoundError, list_of_person
from rollcall.web.access import with_scope

_IN_PANEL: Final = 6
_MOST: Final = 200


def render_panel(request: HttpRequest, scope: Scope, customer: Customer) -> str:
    """The newest orders; "" for somebody of whom no POS tells any."""
    found = list_of_person(scope, customer, limit=_IN_PANEL + 1)
    if not found:
        return ""
    context = {
        "customer": customer,
        "rows": lay_out(found[:_IN_PANEL]),
        "more": len(found) > _IN_PANEL,
    }
    return render_to_string("orders/pos_panel.html", context, request)


@with_scope(Role.STAFF)
def orders_page(request: HttpRequest, scope: Scope, public_id: uuid.UUID) -> HttpResponse:
    """All orders of a person, over all stores, newest first."""
    customer = find_by_public_id(scope, public_id)
    if customer is None:
        raise Http404
    found = view_orders(scope, customer, limit=_MOST + 1)
    context = {
        "customer": get_profile(scope, customer),
        "rows": lay_out(found[:_MOST]),
        "most": _MOST if len(found) > _MOST else 0,
    }
    return render(request, "orders/pos_orders.html", context)


@with_scope(Role.STAFF)
def order_page(request: HttpRequest, scope: Scope, pos_order_id: uuid.UUID) -> HttpResponse:
    """One order with its lines, and what became of it."""
    try:
        view = view_order(scope, pos_order_id)
    except OrderNotFoundError as error:
        raise Http404 from error
    person = None if view.customer is None else get_profile(scope, view.customer)
    context = {
        "row": lay_out_one(view.order),
        "lines": lay_out_lines(view),
        "tells_lines": view.lines is not None,
        "steps": lay_out_history(view),
        "customer": person,
    }
    return render(request, "orders/pos_order.html", context)


paths = [
    path("customers/<uuid:public_id>/orders/", orders_page, name="of_person"),
    path("pos-orders/<uuid:pos_order_id>/", order_page, name="pos_order"),
]
