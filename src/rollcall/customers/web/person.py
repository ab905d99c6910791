"""One person: the page, and the form that changes them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from rollcall.customers.panels import ChangeRefusedError, find_changer, list_panels
from rollcall.customers.presentation import EDITABLE, lay_out_form, present, read_changes
from rollcall.customers.queries.account_stores import list_store_names
from rollcall.customers.queries.profile import CustomerView, standing_state
from rollcall.customers.web.finding import (
    find_person,
    sort_problems,
    standing_values,
    the_changer,
    today,
    view,
)
from rollcall.customers.web.searching import kept_search
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FIELDS
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, READ, with_scope

#: What a person can be made at a POS.
STATUSES: Final = ("active", "inactive")


@with_scope(Role.STAFF)
def customer_page(request: HttpRequest, scope: Scope, public_id: uuid.UUID) -> HttpResponse:
    """One person; ids of people who were merged lead to who they are now."""
    profile = view(scope, public_id)
    if profile.public_id != public_id:
        return redirect("customers:customer", profile.public_id)
    person = find_person(scope, public_id)
    panels = [panel.render(request, scope, person) for panel in list_panels(scope.role)]
    context = {
        "customer": present(profile, list_store_names(scope)),
        "came_from_results": kept_search(request, scope) is not None,
        "panels": [panel for panel in panels if panel],
        "can_change": find_changer() is not None,
    }
    return render(request, "customers/customer.html", context)


@with_scope(Role.STAFF, methods=(*READ, *CHANGE))
def edit_page(request: HttpRequest, scope: Scope, public_id: uuid.UUID) -> HttpResponse:
    """All fields of a person in a form; only what somebody changed in it is written."""
    changer = the_changer()
    if request.method != "POST":
        return _form(request, scope, view(scope, public_id))
    person = find_person(scope, public_id)
    typed = {key: text for key, text in request.POST.items() if isinstance(text, str)}
    changes, errors = read_changes(EDITABLE, typed, today=today())
    whole: list[str] = []
    if changes and not errors:
        pinned = frozenset(changes) if typed.get("pin") == "yes" else frozenset[str]()
        try:
            changer(scope, person, changes, pinned=pinned, now=utc_now())
        except ChangeRefusedError as error:
            errors, whole = sort_problems(error.problems)
    if errors or whole:
        return _form(
            request, scope, view(scope, public_id), typed=typed, errors=errors, whole=whole
        )
    if changes:
        messages.success(request, gettext("Saved."))
    else:
        messages.info(request, gettext("Nothing was changed."))
    return redirect("customers:customer", person.public_id)


@with_scope(Role.MANAGER, methods=CHANGE)
def change_status(request: HttpRequest, scope: Scope, public_id: uuid.UUID) -> HttpResponse:
    """Deactivate a person at every POS that can say so, or activate them again."""
    changer = the_changer()
    person = find_person(scope, public_id)
    status = request.POST.get("status")
    if status not in STATUSES:
        return HttpResponseBadRequest(gettext("There is no such state."), content_type="text/plain")
    changed = changer(scope, person, {}, status=str(status), pinned=frozenset(), now=utc_now())
    if changed.entries:
        messages.success(request, gettext("On its way; what each POS made of it stands here."))
    else:
        messages.info(request, gettext("No POS that holds this person can do that."))
    return redirect("customers:customer", person.public_id)


def _form(
    request: HttpRequest,
    scope: Scope,
    profile: CustomerView,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    whole: Iterable[str] = (),
) -> HttpResponse:
    context = {
        "profile": profile,
        "groups": lay_out_form(standing_values(profile), typed=typed or {}, errors=errors or {}),
        "wrong": [(name, FIELDS[name].label, words) for name, words in (errors or {}).items()],
        "whole": list(whole),
        "is_pinned": (typed or {}).get("pin") == "yes",
        "state": standing_state(profile.records),
        "may_change_status": scope.role.includes(Role.MANAGER),
    }
    return render(request, "customers/edit.html", context)
