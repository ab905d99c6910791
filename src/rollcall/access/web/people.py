"""The pages about people who work here: inviting, changing, ending."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from rollcall.access.operations.break_glass import BreakGlassNotFoundError, end_break_glass
from rollcall.access.operations.invitations import (
    VALID_FOR,
    AddressInvalidError,
    AlreadyHereError,
    NotYoursToGiveError,
    invite,
    withdraw,
)
from rollcall.access.operations.people import (
    NotYoursToChangeError,
    WorksElsewhereError,
    change_person,
    end_access,
    forget_second_factors,
)
from rollcall.access.operations.sending import link_of
from rollcall.access.presentation import STORES, as_rows, name_role, name_stores
from rollcall.access.queries.break_glass import list_recent
from rollcall.access.queries.people import (
    Colleague,
    InvitationNotFoundError,
    PersonNotFoundError,
    get_invitation,
    get_person,
    list_invitations,
    list_people,
)
from rollcall.access.rules.giving import list_roles_to_give
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.notifications.queries import sends_mail
from rollcall.stores.queries import list_stores
from rollcall.web.access import CHANGE, READ, with_scope

_LONGEST_ID: Final = 18
_NO_STORE: Final = 0


@with_scope(Role.MANAGER)
def people_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Who works here, and who is invited."""
    stores = {store.pk: store.name for store in list_stores(scope)}
    invitations = list_invitations(scope)
    context = {
        "people": as_rows(list_people(scope), stores),
        "invitations": [
            {
                "row": one,
                "role": name_role(Role(one.role)),
                "stores": name_stores(None if one.all_stores else one.store_ids, stores),
                "is_over": one.expires_at <= utc_now(),
            }
            for one in invitations
        ],
        "sends_mail": sends_mail(),
        "glasses": [
            {"row": one, "is_open": one.ended_at is None and one.ends_at > utc_now()}
            for one in list_recent(scope, now=utc_now())
        ],
        "may_end": scope.role.includes(Role.ADMIN),
    }
    return render(request, "access/people.html", context)


@with_scope(Role.ADMIN, methods=CHANGE)
def end_glass(request: HttpRequest, scope: Scope, glass_id: int) -> HttpResponse:
    """End the access of an administrator of the installation at once."""
    try:
        end_break_glass(scope, _possible(glass_id), now=utc_now())
    except BreakGlassNotFoundError as error:
        raise Http404 from error
    messages.success(request, gettext("They have no access any more."))
    return redirect("access:people")


@with_scope(Role.MANAGER, methods=(*READ, *CHANGE), fresh=True)
def invite_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Ask somebody to work here."""
    if request.method in READ:
        return render(request, "access/invite.html", _form(scope))
    try:
        invitation = invite(
            scope,
            email=request.POST.get("email", ""),
            name=request.POST.get("name", ""),
            role=_role(request),
            store_ids=_store_ids(request),
            now=utc_now(),
        )
    except (AddressInvalidError, AlreadyHereError, NotYoursToGiveError) as error:
        context = _form(scope) | {"trouble": _in_words(error), "typed": request.POST}
        return render(request, "access/invite.html", context, status=422)
    if sends_mail():
        messages.success(request, gettext("The invitation is on its way."))
        return redirect("access:people")
    return render(
        request,
        "access/invited.html",
        {"link": link_of(invitation), "days": VALID_FOR.days},
    )


@with_scope(Role.MANAGER, methods=CHANGE)
def withdraw_invitation(request: HttpRequest, scope: Scope, invitation_id: int) -> HttpResponse:
    """Make an invitation useless."""
    try:
        get_invitation(scope, _possible(invitation_id))
        withdraw(scope, invitation_id, now=utc_now())
    except InvitationNotFoundError as error:
        raise Http404 from error
    messages.success(request, gettext("The invitation is withdrawn."))
    return redirect("access:people")


@with_scope(Role.MANAGER, methods=(*READ, *CHANGE), fresh=True)
def person_page(request: HttpRequest, scope: Scope, membership_id: int) -> HttpResponse:
    """Somebody's role and stores."""
    person = _get_person(scope, membership_id)
    context = _form(scope) | _of_person(scope, person)
    if request.method in READ:
        return render(request, "access/person.html", context)
    try:
        change_person(scope, membership_id, role=_role(request), store_ids=_store_ids(request))
    except (NotYoursToGiveError, NotYoursToChangeError) as error:
        context["trouble"] = _in_words(error)
        return render(request, "access/person.html", context, status=422)
    messages.success(request, gettext("Saved. It holds from now on."))
    return redirect("access:people")


@with_scope(Role.MANAGER, methods=CHANGE, fresh=True)
def end_person(request: HttpRequest, scope: Scope, membership_id: int) -> HttpResponse:
    """Let somebody work here no longer."""
    return _act(
        request, scope, membership_id, end_access, said=gettext("They have no access any more.")
    )


@with_scope(Role.ADMIN, methods=CHANGE, fresh=True)
def forget_factors(request: HttpRequest, scope: Scope, membership_id: int) -> HttpResponse:
    """Have somebody set their second step up anew."""
    said = gettext("They set a second step up at their next sign-in.")
    return _act(request, scope, membership_id, forget_second_factors, said=said)


def _act(
    request: HttpRequest,
    scope: Scope,
    membership_id: int,
    action: Callable[..., object],
    *,
    said: str,
) -> HttpResponse:
    _get_person(scope, membership_id)
    try:
        action(scope, membership_id, now=utc_now())
    except (NotYoursToChangeError, WorksElsewhereError) as error:
        messages.error(request, _in_words(error))
    else:
        messages.success(request, said)
    return redirect("access:people")


def _get_person(scope: Scope, membership_id: int) -> Colleague:
    try:
        return get_person(scope, _possible(membership_id))
    except PersonNotFoundError as error:
        raise Http404 from error


def _possible(number: int) -> int:
    return number if len(str(number)) <= _LONGEST_ID else 0


def _form(scope: Scope) -> dict[str, Any]:
    return {
        "roles": [(role.value, name_role(role)) for role in list_roles_to_give(scope.role)],
        "stores": [
            store
            for store in list_stores(scope)
            if scope.store_ids is None or store.pk in scope.store_ids
        ],
        "may_give_all": scope.store_ids is None,
        "typed": {},
        "chosen": frozenset(),
    }


def _of_person(scope: Scope, person: Colleague) -> dict[str, Any]:
    return {
        "person": person,
        "chosen": person.store_ids or frozenset(),
        "everywhere": person.store_ids is None,
        "role": person.role.value,
        "may_forget": scope.role.includes(Role.ADMIN) and person.has_second_factor,
    }


def _role(request: HttpRequest) -> Role:
    try:
        return Role(request.POST.get("role", ""))
    except ValueError:
        return Role.SYSTEM  # which nobody may give


def _store_ids(request: HttpRequest) -> list[int] | None:
    given = request.POST.getlist(STORES)
    if request.POST.get("where") == "all":
        # All, and some of them: nobody should get more than was meant.
        return [_NO_STORE] if given else None
    return [
        int(one) for one in given if one.isascii() and one.isdigit() and len(one) <= _LONGEST_ID
    ]


def _in_words(error: Exception) -> str:
    match error:
        case AddressInvalidError():
            return gettext("This is no e-mail address.")
        case AlreadyHereError():
            return gettext("Whoever has this address works here already.")
        case WorksElsewhereError():
            return gettext("They work for another company, too; the installation's owner can help.")
        case NotYoursToGiveError():
            return gettext("Choose a role up to your own, and all stores or some of yours.")
        case _:
            return gettext("You cannot change this person: it is yourself, or above your role.")
