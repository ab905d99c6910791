"""Searching for people, and the way back to what was found."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from rollcall.customers import asking
from rollcall.customers.operations.reading import search_customers
from rollcall.customers.presentation import present_hits
from rollcall.customers.queries.sealed import unseal
from rollcall.customers.web.finding import today
from rollcall.kit.crypto import UnsealError
from rollcall.kit.normalise.search_text import SearchTextError, parse_search_text
from rollcall.kit.scope import Role, Scope
from rollcall.stores.queries import get_keys
from rollcall.web.access import CHANGE, READ, is_htmx, with_scope

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


@with_scope(Role.STAFF, methods=CHANGE)
def ask_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Ask the POS systems for whom nobody here fits, then search once more."""
    text = request.POST.get("text", "")
    wanted = _wanted(text)
    if wanted is not None:
        asking.ask_pos(scope, scope.store_ids, wanted)
    found = {**_search(scope, text), "asked": True}
    page = "customers/hits.html" if is_htmx(request) else "customers/search.html"
    return _keep(render(request, page, found), scope, text)


def _wanted(text: str) -> asking.Wanted | None:
    try:
        return asking.wanted_of(parse_search_text(text, today=today()))
    except SearchTextError:
        return None


@with_scope(Role.STAFF)
def results_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The last search once more."""
    text = kept_search(request, scope)
    if text is None:
        return redirect("customers:search")
    return render(request, "customers/search.html", _search(scope, text))


def _search(scope: Scope, text: str) -> dict[str, Any]:
    try:
        result = search_customers(scope, text, today=today(), limit=_MOST_HITS)
    except SearchTextError as error:
        return {"text": text, "problem": str(error)}
    nobody = not result.hits or result.partial
    return {
        "text": text,
        "result": result,
        "hits": present_hits(result.hits),
        "may_ask": nobody and asking.can_ask() and _wanted(text) is not None,
    }


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


def kept_search(request: HttpRequest, scope: Scope) -> str | None:
    """The last search of this browser; None if there is none, or it is somebody else's."""
    try:
        sealed = base64.urlsafe_b64decode(request.COOKIES.get(_COOKIE, ""))
        plain = unseal(scope, sealed, context=_context(scope))
    except (UnsealError, binascii.Error, ValueError):
        return None
    return plain.decode(errors="surrogatepass")


def _context(scope: Scope) -> bytes:
    # Whoever signs in next in this browser, or works for another retailer, cannot open it.
    return f"last search {scope.retailer_id} {scope.actor}".encode()
