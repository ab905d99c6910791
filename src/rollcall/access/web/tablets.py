"""Shared tablets: setting one up, a PIN of one's own, and taking turns."""

from __future__ import annotations

from typing import Final

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext

from rollcall.access.models import SharedTablet
from rollcall.access.operations.pins import (
    NotPresentError,
    WrongPinError,
    come_back,
    remove_pin,
    set_pin,
)
from rollcall.access.operations.tablets import (
    LONGEST_NAME,
    TabletInvalidError,
    end_tablet,
    set_up_tablet,
)
from rollcall.access.queries.tablets import (
    Present,
    TabletNotFoundError,
    find_tablet,
    has_pin,
    list_present,
    list_tablets,
)
from rollcall.access.rules.pins import (
    DIGITS,
    PAUSES,
    TABLET_COOKIE,
    TABLET_KEY,
    PinRefusedError,
)
from rollcall.access.rules.single_sign_on import PROVEN_AT
from rollcall.access.web.sessions import end_here, person_of
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.stores.queries import list_stores
from rollcall.web.access import CHANGE, READ, RETAILER_KEY, with_scope

#: As long as browsers keep a cookie.
_COOKIE_AGE_S: Final = 400 * 24 * 3600
_LONGEST_TYPED: Final = 20
_LONGEST_ID: Final = 18


@with_scope(Role.MANAGER, methods=(*READ, *CHANGE), fresh=True)
def tablets_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The shared tablets of one's stores; a form makes this browser another."""
    if request.method in READ:
        return _show_tablets(request, scope)
    typed = {"name": request.POST.get("name", ""), "store": request.POST.get("store", "")}
    store = typed["store"]
    is_number = store.isascii() and store.isdigit() and len(store) <= _LONGEST_ID
    try:
        _, cookie = set_up_tablet(
            scope,
            name=typed["name"],
            store_id=int(store) if is_number else 0,
            user=person_of(request),
            now=utc_now(),
        )
    except TabletInvalidError as error:
        return _show_tablets(request, scope, typed=typed, wrong=error.field)
    messages.success(
        request,
        gettext("This browser is a shared tablet now. Everybody signs in once a day, then by PIN."),
    )
    # Whoever set it up signs in anew like everybody else.
    end_here(request)
    logout(request)
    answer = redirect("access:switch")
    answer.set_cookie(
        TABLET_COOKIE,
        cookie,
        max_age=_COOKIE_AGE_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


@with_scope(Role.MANAGER, methods=CHANGE, fresh=True)
def end(request: HttpRequest, scope: Scope, tablet_id: int) -> HttpResponse:
    """Make a shared tablet an ordinary browser again."""
    try:
        end_tablet(scope, _possible(tablet_id), now=utc_now())
    except TabletNotFoundError as error:
        raise Http404 from error
    messages.success(request, gettext("It is no shared tablet any more."))
    return redirect("access:tablets")


@with_scope(Role.STAFF, methods=(*READ, *CHANGE), fresh=True)
def pin_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """One's own PIN at this retailer: set, changed, taken away."""
    person = person_of(request)
    if scope.actor.kind != "user":  # broken glass gives no PIN
        raise Http404
    trouble = ""
    if request.method not in READ:
        if request.POST.get("do") == "remove":
            remove_pin(scope, person)
            messages.success(request, gettext("Your PIN is gone."))
            return redirect("mfa_index")
        pin, again = request.POST.get("pin", ""), request.POST.get("again", "")
        try:
            if pin != again:
                trouble = gettext("The two are not the same.")
            else:
                set_pin(scope, person, pin, now=utc_now())
                messages.success(request, gettext("Saved. Use it at shared tablets."))
                return redirect("mfa_index")
        except PinRefusedError:
            trouble = gettext("Six digits, and not ones that are easy to guess.")
    context = {"has_pin": has_pin(scope, person), "trouble": trouble, "digits": DIGITS}
    return render(request, "access/pin.html", context, status=422 if trouble else 200)


def switch_page(request: HttpRequest) -> HttpResponse:
    """Who may come back at this tablet; for nobody else is it there."""
    if request.method not in READ:
        return HttpResponseNotAllowed(READ)
    tablet = _tablet(request)
    if tablet is None:
        return redirect(settings.LOGIN_URL)
    if request.user.is_authenticated:
        return redirect("start")
    people = list_present(tablet, now=utc_now())
    return render(request, "access/switch.html", {"tablet": tablet, "people": people})


def switch_to(request: HttpRequest, person_id: int) -> HttpResponse:
    """Somebody's PIN."""
    if request.method not in (*READ, *CHANGE):
        return HttpResponseNotAllowed(sorted((*READ, *CHANGE)))
    tablet = _tablet(request)
    if tablet is None:
        return redirect(settings.LOGIN_URL)
    people = list_present(tablet, now=utc_now())
    person = next((one for one in people if one.id == _possible(person_id)), None)
    if person is None:
        messages.info(request, gettext("Sign in with your password once more."))
        return redirect("access:switch")
    if request.method in READ:
        return _ask_for_pin(request, tablet, person)
    pin = request.POST.get("pin", "")[:_LONGEST_TYPED]
    try:
        found = come_back(tablet, person.id, pin, now=utc_now())
    except NotPresentError:
        messages.info(request, gettext("Sign in with your password once more."))
        return redirect("access:switch")
    except WrongPinError as error:
        if not error.left:
            messages.info(request, gettext("Too many wrong PINs. Sign in with your password."))
            return redirect("access:switch")
        trouble = ngettext(
            "That is not it. One try is left.",
            "That is not it. %(left)s tries are left.",
            error.left,
        ) % {"left": error.left}
        return _ask_for_pin(request, tablet, person, trouble=trouble)
    _sign_in(request, tablet, found)
    return redirect("start")


@with_scope(Role.STAFF, methods=CHANGE)
def lock(request: HttpRequest, scope: Scope) -> HttpResponse:  # noqa: ARG001  # one's own session
    """Leave the tablet to the next; one's PIN brings one back."""
    if TABLET_KEY not in request.session:
        raise Http404
    setattr(request, PAUSES, True)
    end_here(request)
    logout(request)
    return redirect("access:switch")


def _sign_in(request: HttpRequest, tablet: SharedTablet, person: Present) -> None:
    """A session of its own, whose proof is as old as the one in full."""
    if request.user.is_authenticated:
        setattr(request, PAUSES, True)
        end_here(request)
        logout(request)
    setattr(request, PROVEN_AT, person.proven_at)
    get_adapter().login(request, person.user)
    request.session[RETAILER_KEY] = tablet.retailer.slug


def _tablet(request: HttpRequest) -> SharedTablet | None:
    return find_tablet(request.COOKIES.get(TABLET_COOKIE, ""))


def _show_tablets(
    request: HttpRequest, scope: Scope, *, typed: dict[str, str] | None = None, wrong: str = ""
) -> HttpResponse:
    here = _tablet(request)
    stores = list_stores(scope)
    context = {
        "tablets": list_tablets(scope),
        "here": None if here is None else here.pk,
        "stores": [one for one in stores if scope.store_ids is None or one.pk in scope.store_ids],
        "typed": typed or {},
        "wrong": wrong,
        "longest": LONGEST_NAME,
        "idle_minutes": settings.TABLET_IDLE_MINUTES,
        "hours": settings.SESSION_HOURS,
    }
    return render(request, "access/tablets.html", context, status=422 if wrong else 200)


def _ask_for_pin(
    request: HttpRequest, tablet: SharedTablet, person: Present, *, trouble: str = ""
) -> HttpResponse:
    context = {"tablet": tablet, "person": person, "trouble": trouble, "digits": DIGITS}
    return render(request, "access/switch_pin.html", context)


def _possible(number: int) -> int:
    return number if len(str(number)) <= _LONGEST_ID else 0
