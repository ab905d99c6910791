"""Pages of people: search for them, look at one."""

from __future__ import annotations

import base64
import binascii
import uuid
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from rollcall.customers.operations.reading import search_customers, view_customer
from rollcall.customers.presentation import present, present_hits
from rollcall.customers.queries.account_stores import list_store_names
from rollcall.customers.queries.profile import AmbiguousIdError, CustomerNotFoundError
from rollcall.customers.queries.sealed import unseal
from rollcall.kit.clock import utc_now
from rollcall.kit.crypto import UnsealError
from rollcall.kit.normalise.search_text import SearchTextError
from rollcall.kit.scope import Role, Scope
from rollcall.stores.queries import get_keys
from rollcall.web.access import CHANGE, READ, is_htmx, with_scope
from rollcall.web.navigation import Entry, add_entry

app_name = "customers"

#: People on one page; whoever sees more narrows the search down.
_MOST_HITS: Final = 8
#: While somebody types, a single letter is no question yet.
_SHORTEST_TYPED: Final = 2
#: Longer texts are refused anyway, and a cookie has little room.
_MOST_KEPT: Final = 201
#: Holds the last search, sealed, for the way back from a person to the results.
_COOKIE: Final = "rollcall_search"


@with_scope(Role.STAFF, methods=(*READ, *CHANGE))
def search_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The search box; what is searched for is posted, so that it stands in no URL and no log."""
    if request.method != "POST":
        return render(request, "customers/search.html")
    text = request.POST.get("text", "")
    if not is_htmx(request):
        return _keep(render(request, "customers/search.html", _search(scope, text)), scope, text)
    if len(text.strip()) < _SHORTEST_TYPED:
        return render(request, "customers/hits.html")
    return _keep(render(request, "customers/hits.html", _search(scope, text)), scope, text)


@with_scope(Role.STAFF)
def results_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The last search once more."""
    text = _kept(request, scope)
    if text is None:
        return redirect("customers:search")
    return render(request, "customers/search.html", _search(scope, text))


def _search(scope: Scope, text: str) -> dict[str, Any]:
    try:
        today = timezone.localtime(utc_now()).date()
        result = search_customers(scope, text, today=today, limit=_MOST_HITS)
    except SearchTextError as error:
        return {"text": text, "problem": str(error)}
    return {"text": text, "result": result, "hits": present_hits(result.hits)}


def _keep(response: HttpResponse, scope: Scope, text: str) -> HttpResponse:
    plain = text[:_MOST_KEPT].encode(errors="surrogatepass")
    sealed = get_keys(scope).seal(plain, context=_context(scope))
    response.set_cookie(
        _COOKIE,
        base64.urlsafe_b64encode(sealed).decode(),
        path=reverse("customers:search"),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _kept(request: HttpRequest, scope: Scope) -> str | None:
    try:
        sealed = base64.urlsafe_b64decode(request.COOKIES.get(_COOKIE, ""))
        plain = unseal(scope, sealed, context=_context(scope))
    except (UnsealError, binascii.Error, ValueError):
        return None
    return plain.decode(errors="surrogatepass")


def _context(scope: Scope) -> bytes:
    # Whoever signs in next in this browser, or works for another retailer, cannot open it.
    return f"last search {scope.retailer_id} {scope.actor}".encode()


@with_scope(Role.STAFF)
def customer_page(request: HttpRequest, scope: Scope, public_id: uuid.UUID) -> HttpResponse:
    """One person; ids of people who were merged lead to who they are now."""
    try:
        profile = view_customer(scope, str(public_id))
    except (CustomerNotFoundError, AmbiguousIdError) as error:
        raise Http404 from error
    if profile.public_id != public_id:
        return redirect("customers:customer", profile.public_id)
    customer = present(profile, list_store_names(scope))
    came_from_results = _kept(request, scope) is not None
    return render(
        request,
        "customers/customer.html",
        {"customer": customer, "came_from_results": came_from_results},
    )


urlpatterns = [
    path("customers/", search_page, name="search"),
    path("customers/results/", results_page, name="results"),
    path("customers/<uuid:public_id>/", customer_page, name="customer"),
]

add_entry(
    Entry(
        label=gettext_lazy("Customers"),
        view_name="customers:search",
        below=("customers:customer", "customers:results"),
        place=10,
    )
)
