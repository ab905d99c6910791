"""The panel on a person's page with their log-ins of web shops, and taking one off."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path
from django.utils.translation import gettext

from rollcall.customers.models import Customer
from rollcall.customers.panels import Panel, add_panel
from rollcall.customers.presentation import name_actors
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.proofs.models import WebIdentity
from rollcall.proofs.operations.web_identities import unbind
from rollcall.proofs.queries.web_identities import WebIdentityNotFoundError, list_of_person
from rollcall.web.access import CHANGE, with_scope

app_name = "proofs"


@dataclass(frozen=True, kw_only=True, slots=True)
class LoginRow:
    """A log-in as it stands on a person's page."""

    identity: WebIdentity
    bound_by: str


def render_panel(request: HttpRequest, scope: Scope, customer: Customer) -> str:
    """The log-ins of a person; "" where there are none."""
    found = list_of_person(scope, customer.pk)
    if not found:
        return ""
    actors = name_actors(scope, [one.bound_by for one in found])
    rows = [LoginRow(identity=one, bound_by=actors[one.bound_by]) for one in found]
    return render_to_string("proofs/logins.html", {"rows": rows}, request)


@with_scope(Role.STAFF, methods=CHANGE)
def unbind_page(request: HttpRequest, scope: Scope, web_identity_id: uuid.UUID) -> HttpResponse:
    """Take a log-in off whoever has it."""
    try:
        identity = unbind(scope, web_identity_id, now=utc_now())
    except WebIdentityNotFoundError as error:
        raise Http404 from error
    messages.success(request, gettext("Taken off. It can be bound again by a code."))
    return redirect("customers:customer", identity.holder.public_id)


urlpatterns = [
    path("log-ins/<uuid:web_identity_id>/unbind/", unbind_page, name="unbind"),
]
add_panel(Panel(name="web_identities", render=render_panel, place=50))
