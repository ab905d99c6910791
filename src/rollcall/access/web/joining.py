"""Coming in by an invitation. The key leaves the address at once, so that nothing else sees it."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse

from rollcall.access.models import Invitation
from rollcall.access.operations.invitations import (
    InvitationOverError,
    SignInFirstError,
    accept,
    find_account,
    get_invited,
)
from rollcall.access.rules.sessions import INVITATION_KEY
from rollcall.kit.clock import utc_now
from rollcall.stores.models import User
from rollcall.stores.operations import WeakPasswordError
from rollcall.web.access import CHANGE, READ


def join(request: HttpRequest) -> HttpResponse:
    """Show whose invitation it is, and take it."""
    if request.method not in (*READ, *CHANGE):
        return HttpResponseNotAllowed(sorted((*READ, *CHANGE)))
    if "key" in request.GET:
        request.session[INVITATION_KEY] = request.GET["key"][:100]
        return redirect("access:join")
    try:
        invitation = get_invited(request.session.get(INVITATION_KEY, ""), now=utc_now())
        if request.method in READ:
            return _show(request, invitation)
        return _take(request, invitation)
    except InvitationOverError:
        return render(request, "access/join_over.html", status=404)


def _take(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    signed_in = request.user if isinstance(request.user, User) else None
    try:
        user = accept(
            request.session[INVITATION_KEY],
            name=request.POST.get("name", ""),
            password=request.POST.get("password", ""),
            signed_in=signed_in,
            now=utc_now(),
        )
    except WeakPasswordError as error:
        return _show(request, invitation, trouble=str(error), status=422)
    except SignInFirstError:
        return redirect(f"{reverse('account_login')}?next={reverse('access:join')}")
    del request.session[INVITATION_KEY]
    if signed_in is None or signed_in.pk != user.pk:
        get_adapter().login(request, user)
    return redirect("start")


def _show(
    request: HttpRequest, invitation: Invitation, *, trouble: str = "", status: int = 200
) -> HttpResponse:
    account = find_account(invitation)
    context = {
        "invitation": invitation,
        "retailer": invitation.retailer.name,
        "has_account": account is not None,
        "is_theirs": account is not None and request.user.pk == account.pk,
        "trouble": trouble,
    }
    return render(request, "access/join.html", context, status=status)
