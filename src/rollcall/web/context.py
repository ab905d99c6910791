"""What the base template needs on every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from rollcall.kit.scope import Role
from rollcall.web.access import Visit, find_hold, find_visit
from rollcall.web.navigation import Entry, list_entries


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The visit and the links of the main navigation; read only if a template asks for them."""
    return {
        "visit": SimpleLazyObject(lambda: find_visit(request)),
        "nav_links": SimpleLazyObject(lambda: _links(request, find_visit(request))),
        "menu_links": SimpleLazyObject(lambda: _links(request, find_visit(request), in_menu=True)),
        "is_manager": SimpleLazyObject(lambda: _includes(request, Role.MANAGER)),
        "is_admin": SimpleLazyObject(lambda: _includes(request, Role.ADMIN)),
    }


def _includes(request: HttpRequest, role: Role) -> bool:
    visit = find_visit(request)
    return visit is not None and visit.scope.role.includes(role)


def _links(
    request: HttpRequest, visit: Visit | None, *, in_menu: bool = False
) -> list[dict[str, Any]]:
    if visit is None or find_hold(request, visit) is not None:
        return []
    return [
        {
            "label": entry.label,
            "view_name": entry.view_name,
            "current": _current(entry, request),
        }
        for entry in list_entries(visit.scope.role, in_menu=in_menu)
    ]


def _current(entry: Entry, request: HttpRequest) -> str:
    here = request.resolver_match.view_name if request.resolver_match else ""
    if here == entry.view_name:
        return "page"
    return "true" if here in entry.below else ""
