"""Who somebody is, on their page: the household, and ways to explanations and plans."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer
from rollcall.customers.queries.profile import (
    AmbiguousIdError,
    CustomerNotFoundError,
    find_by_public_id,
    resolve,
)
from rollcall.identity.operations.deciding import (
    AlreadyWithdrawnError,
    DecisionNotFoundError,
    withdraw,
)
from rollcall.identity.operations.households import (
    AlreadyLinkedError,
    link_household,
)
from rollcall.identity.operations.merging import AlreadyOneError
from rollcall.identity.queries.households import list_household
from rollcall.identity.queries.pos_plans import list_doubles, list_plans
from rollcall.identity.queries.sharing import MOST_NAMED, find_sharing
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, with_scope


def render_panel(request: HttpRequest, scope: Scope, customer: Customer) -> str:
    """The household of a person, who may belong to it, and links to what explains the person."""
    members = list_household(scope, customer)
    known = {one.person.customer_id for one in members}
    near = {
        person.customer_id: person
        for shared in find_sharing(scope, customer)
        if shared.count <= MOST_NAMED
        for person in shared.people
        if person.customer_id not in known
    }
    if known or near:
        audit.record(
            scope,
            "customer.household_viewed",
            subject_kind="customer",
            subject_ids=sorted({customer.pk, *known, *near}),
        )
    context = {
        "person": customer,
        "members": members,
        "near": list(near.values()),
        "has_plans": bool(list_doubles(scope, customer) or list_plans(scope, customer=customer)),
    }
    return render_to_string("identity/who.html", context, request)


@with_scope(Role.MANAGER, methods=CHANGE)
def link(request: HttpRequest, scope: Scope, public_id: uuid.UUID) -> HttpResponse:
    """Say that two people are of one household; nobody is merged."""
    person = find_by_public_id(scope, public_id)
    if person is None:
        raise Http404
    try:
        other = resolve(scope, request.POST.get("other", ""))
        link_household(scope, person, other, now=utc_now())
    except CustomerNotFoundError:
        messages.error(request, gettext("Nobody whom you may see has this id."))
    except AmbiguousIdError:
        messages.error(request, gettext("Several people have this id: write treez:1234."))
    except AlreadyOneError:
        messages.error(request, gettext("This is the same person."))
    except AlreadyLinkedError:
        messages.info(request, gettext("They are of one household already."))
    else:
        messages.success(request, gettext("One household. They stay two people."))
    return redirect("customers:customer", person.public_id)


@with_scope(Role.MANAGER, methods=CHANGE)
def unlink(request: HttpRequest, scope: Scope, decision_id: int) -> HttpResponse:
    """Take back that two people are of one household."""
    if decision_id.bit_length() > 63:  # what the database can hold
        raise Http404
    try:
        withdraw(scope, decision_id, now=utc_now())
    except DecisionNotFoundError as error:
        raise Http404 from error
    except AlreadyWithdrawnError:
        messages.info(request, gettext("It was taken back before."))
    else:
        messages.success(request, gettext("Taken back."))
    back = find_by_public_id(scope, _read_uuid(request.POST.get("back", "")))
    if back is None:
        return redirect("identity:review")
    return redirect("customers:customer", back.public_id)


def _read_uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
