"""What stores sell, as orders know it: to look at; it is changed by file, table or program."""

from __future__ import annotations

import re
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rollcall.kit.scope import Role, Scope
from rollcall.orders.presentation.pages import lay_out_products
from rollcall.orders.queries.products import list_products
from rollcall.stores.queries import list_stores
from rollcall.web.access import with_scope

#: Products on one page.
_MOST: Final = 100
_NUMBER: Final = re.compile(r"[0-9]{1,18}")


@with_scope(Role.STAFF)
def products_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What one store sells, and what it sells no more."""
    stores = list_stores(scope)
    wanted = request.GET.get("store", "")
    store = next((one for one in stores if one.slug == wanted), stores[0] if stores else None)
    text = request.GET.get("after", "")
    after = int(text) if _NUMBER.fullmatch(text) else None
    found = [] if store is None else list_products(scope, store, after=after, limit=_MOST + 1)
    context = {
        "stores": stores,
        "store": store,
        "rows": lay_out_products(found[:_MOST]),
        "more": found[_MOST - 1].pk if len(found) > _MOST else None,
    }
    return render(request, "orders/products.html", context)
