"""Pages that belong to no capability."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, RETAILER_KEY, find_visit, with_scope


@with_scope(Role.STAFF)
def start_page(_request: HttpRequest, _scope: Scope) -> HttpResponse:
    """Where people land: the search."""
    return redirect("customers:search")


@with_scope(Role.STAFF, methods=CHANGE)
def switch_retailer(request: HttpRequest, _scope: Scope) -> HttpResponse:
    """Work for another of one's retailers from now on, in this session."""
    visit = find_visit(request)
    wanted = request.POST.get("retailer", "")
    chosen = next((one for one in visit.retailers if one.slug == wanted), None) if visit else None
    if chosen is None:
        raise Http404
    request.session[RETAILER_KEY] = chosen.slug
    messages.success(request, gettext("You now work for %(retailer)s.") % {"retailer": chosen.name})
    return redirect("customers:search")
