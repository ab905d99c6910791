"""The panel on a person's page: what they ordered at kiosks."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.template.loader import render_to_string

from rollcall.customers.models import Customer
from rollcall.kit.scope import Scope
from rollcall.orders.presentation.pages import lay_out_orders
from rollcall.orders.queries.kiosk_orders import list_of_person

_MOST: Final = 5


def render_panel(request: HttpRequest, scope: Scope, customer: Customer) -> str:
    """The panel; "" for somebody who has ordered nothing in the scope's stores."""
    found = list_of_person(scope, customer, limit=_MOST + 1)
    if not found:
        return ""
    context = {"rows": lay_out_orders(scope, found[:_MOST]), "more": len(found) > _MOST}
    return render_to_string("orders/person.html", context, request)
