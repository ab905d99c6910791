"""Pages of people: search for them, look at one."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy

from rollcall.customers.operations.reading import search_customers, view_customer
from rollcall.customers.presentation import present
from rollcall.customers.queries.profile import AmbiguousIdError, CustomerNotFoundError
from rollcall.kit.clock import utc_now
from rollcall.kit.normalise.search_text import SearchTextError
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, READ, is_htmx, with_scope
from rollcall.web.navigation import Entry, add_entry

app_name = "customers"

#: People on one page; whoever sees more narrows the search down.
_MOST_HITS = 20


@with_scope(Role.STAFF, methods=(*READ, *CHANGE))
def search_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The search box; what is searched for is posted, so that it stands in no URL and no log."""
    if request.method != "POST":
        return render(request, "customers/search.html")
    context = _search(scope, request.POST.get("text", ""))
    fragment = is_htmx(request)
    return render(request, "customers/hits.html" if fragment else "customers/search.html", context)


def _search(scope: Scope, text: str) -> dict[str, Any]:
    try:
        today = timezone.localtime(utc_now()).date()
        result = search_customers(scope, text, today=today, limit=_MOST_HITS)
    except SearchTextError as error:
        return {"text": text, "problem": str(error)}
    return {"text": text, "result": result}


@with_scope(Role.STAFF)
def customer_page(request: HttpRequest, scope: Scope, public_id: uuid.UUID) -> HttpResponse:
    """One person; ids of people who were merged lead to who they are now."""
    try:
        profile = view_customer(scope, str(public_id))
    except (CustomerNotFoundError, AmbiguousIdError) as error:
        raise Http404 from error
    if profile.public_id != public_id:
        return redirect("customers:customer", profile.public_id)
    return render(request, "customers/customer.html", {"customer": present(profile)})


urlpatterns = [
    path("customers/", search_page, name="search"),
    path("customers/<uuid:public_id>/", customer_page, name="customer"),
]

add_entry(
    Entry(
        label=gettext_lazy("Customers"),
        view_name="customers:search",
        below=("customers:customer",),
        place=10,
    )
)
