"""Sessions: they end when nothing is done, and after a working day; a person sees and ends them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext
from django_htmx.http import HttpResponseClientRedirect

from rollcall.access.models import SignIn
from rollcall.access.operations.sign_ins import (
    begin_sign_in,
    end_others,
    end_sign_in,
    note_seen,
)
from rollcall.access.operations.tablets import leave_all_tablets
from rollcall.access.queries.sign_ins import find_sign_in, get_limits, list_sign_ins
from rollcall.access.queries.tablets import stands
from rollcall.access.rules.pins import PAUSES, TABLET_KEY
from rollcall.access.rules.sessions import NOTED_EVERY
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import User
from rollcall.web.access import CHANGE, PROVED_KEY, READ, ask_to_sign_in, is_htmx, with_scope

#: Session key: id of the person's row in ``SignIn``.
SIGN_IN_KEY: Final = "sign_in"


def session_limits(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Sign people out whose session is over, was ended elsewhere, or lay idle."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # Without the cookie nobody is signed in, and no session needs to be read.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return get_response(request)
        user = request.user
        # Whoever is not signed in is no User here.
        if isinstance(user, User) and not _goes_on(request, user):
            return _sign_out(request)
        return get_response(request)

    return middleware


def _sign_out(request: HttpRequest) -> HttpResponse:
    is_shared = stands(request.session.get(TABLET_KEY))
    setattr(request, PAUSES, True)
    logout(request)
    if is_shared:
        # The next one there need not see where the last one was.
        if is_htmx(request):
            return HttpResponseClientRedirect(resolve_url("access:switch"))
        return redirect("access:switch")
    messages.info(request, gettext("You were signed out. Sign in to go on."))
    return ask_to_sign_in(request)


def _goes_on(request: HttpRequest, user: User) -> bool:
    now = utc_now()
    tablet = request.session.get(TABLET_KEY)
    if SIGN_IN_KEY not in request.session:
        agent = request.headers.get("User-Agent", "")
        # A PIN prolongs nothing: the day began with the proof in full.
        began_at = now if tablet is None else _proved_at(request, now)
        begun = begin_sign_in(user, user_agent=agent, began_at=began_at, now=now)
        request.session[SIGN_IN_KEY] = begun.pk
        return True
    row = find_sign_in(user, request.session[SIGN_IN_KEY])
    if row is None:
        return False
    limits = get_limits(on_tablet=tablet is not None)
    is_over = limits.are_over(began_at=row.began_at, seen_at=row.seen_at, now=now)
    if is_over or (tablet is not None and not stands(tablet)):
        end_sign_in(row, now=now)
        return False
    # What a page asks again and again by itself is not something that a person does.
    by_itself = is_htmx(request) and request.method in READ
    if now - row.seen_at >= NOTED_EVERY and not by_itself:
        note_seen(row, now=now)
    return True


@with_scope(Role.STAFF)
def sessions_page(request: HttpRequest, scope: Scope) -> HttpResponse:  # noqa: ARG001  # one's own
    """Where one is signed in."""
    context = {
        "sign_ins": list_sign_ins(person_of(request), now=utc_now()),
        "here": request.session.get(SIGN_IN_KEY),
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
        "hours": settings.SESSION_HOURS,
    }
    return render(request, "access/sessions.html", context)


@with_scope(Role.STAFF, methods=CHANGE)
def end_sessions(request: HttpRequest, scope: Scope) -> HttpResponse:  # noqa: ARG001  # one's own
    """Sign out in one other browser, or in all others."""
    person = person_of(request)
    here = request.session.get(SIGN_IN_KEY)
    wanted = request.POST.get("sign_in", "")
    if wanted == "others":
        end_others(person, kept=here, now=utc_now())
    else:
        end_sign_in(_find(person, wanted), now=utc_now())
        # If it was a shared tablet, their PIN must not open it again.
        leave_all_tablets(person)
    messages.success(request, gettext("Signed out there."))
    return redirect("access:sessions")


def end_here(request: HttpRequest) -> None:
    """Note that the sign-in of this browser is over. Idempotent."""
    here = find_sign_in(person_of(request), request.session.get(SIGN_IN_KEY))
    if here is not None:
        end_sign_in(here, now=utc_now())


def _proved_at(request: HttpRequest, now: dt.datetime) -> dt.datetime:
    proved = request.session.get(PROVED_KEY)
    return dt.datetime.fromtimestamp(proved, dt.UTC) if isinstance(proved, float) else now


def _find(person: User, wanted: str) -> SignIn:
    known = wanted.isascii() and wanted.isdigit() and len(wanted) <= 18
    row = find_sign_in(person, int(wanted)) if known else None
    if row is None:
        raise Http404
    return row


def person_of(request: HttpRequest) -> User:
    """Whoever is signed in; behind the door it is always somebody."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
