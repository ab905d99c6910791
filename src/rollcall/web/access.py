"""The one door to pages: signed in, with a retailer's Scope, in a sufficient role.

The UI kit lies below the capabilities and knows no table of people; the composition root hands it a
:class:`Directory` (``use_directory``).
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Concatenate, Final, ParamSpec, Protocol
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext
from django_htmx.http import HttpResponseClientRedirect

from rollcall.kit.scope import ForbiddenError, Role, Scope

P = ParamSpec("P")
ScopedView = Callable[Concatenate[HttpRequest, Scope, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

READ: Final = ("GET", "HEAD")
CHANGE: Final = ("POST",)

#: Session key: slug of the retailer that the person works for at the moment.
RETAILER_KEY: Final = "retailer"
#: Session key: when (Unix seconds) the person last proved who they are.
PROVED_KEY: Final = "proved_at"
#: For so long they may do what is dangerous; then they are asked once more.
FRESH_FOR: Final = dt.timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class RetailerChoice:
    """A retailer that a person may work for."""

    slug: str
    name: str


class Directory(Protocol):
    """What pages need to know of people and retailers."""

    def list_retailers(self, user: AbstractBaseUser) -> Sequence[RetailerChoice]:
        """The retailers that the person works for, by name."""

    def find_scope(self, user: AbstractBaseUser, *, retailer_slug: str) -> Scope | None:
        """What the person may see at one of them; None if nothing."""

    def get_time_zone(self, scope: Scope) -> dt.tzinfo:
        """The zone in which to show instants."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """A signed-in person at one retailer.

    :param retailers: all that the person works for; more than one makes a switcher appear.
    """

    scope: Scope
    retailer: RetailerChoice
    retailers: Sequence[RetailerChoice]


#: Says why a person may do nothing yet: an answer that leads them there; None lets them in.
Gate = Callable[[HttpRequest, "Visit"], HttpResponse | None]

_directory: list[Directory] = []
_gates: list[Gate] = []


def use_directory(directory: Directory) -> None:
    """Say who knows people and retailers; the last one said counts."""
    _directory[:] = [directory]


def add_gate(gate: Gate) -> None:
    """Ask this before anybody gets a page; adding the same one again changes nothing."""
    if gate not in _gates:
        _gates.append(gate)


def find_hold(request: HttpRequest, visit: Visit) -> HttpResponse | None:
    """What the person is led to instead of any page; asked once per request."""
    kept: list[HttpResponse | None] = request.__dict__.setdefault("_rollcall_hold", [])
    if not kept:
        kept.append(next((hold for gate in _gates if (hold := gate(request, visit))), None))
    return kept[0]


def _get_directory() -> Directory:
    if not _directory:
        raise RuntimeError("no directory was set: rollcall.web.access.use_directory")
    return _directory[0]


def find_visit(request: HttpRequest) -> Visit | None:
    """The signed-in person's retailer and Scope, read once per request; None if they have none."""
    kept: list[Visit | None] = request.__dict__.setdefault("_rollcall_visit", [])
    if not kept:
        kept.append(_read_visit(request))
    return kept[0]


def _read_visit(request: HttpRequest) -> Visit | None:
    user: AbstractBaseUser | AnonymousUser | None = getattr(request, "user", None)
    if user is None or isinstance(user, AnonymousUser) or not user.is_authenticated:
        return None
    retailers = _get_directory().list_retailers(user)
    if not retailers:
        return None
    wanted = request.session.get(RETAILER_KEY)
    retailer = next((one for one in retailers if one.slug == wanted), retailers[0])
    scope = _get_directory().find_scope(user, retailer_slug=retailer.slug)
    return Visit(scope=scope, retailer=retailer, retailers=retailers) if scope else None


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks, and a fragment is wanted instead of a page."""
    return request.headers.get("HX-Request") == "true"


def note_proof(request: HttpRequest, *, now: dt.datetime) -> None:
    """Remember in the session that the person has just proved who they are."""
    request.session[PROVED_KEY] = now.timestamp()


def is_fresh(request: HttpRequest, *, now: dt.datetime) -> bool:
    """Whether the person proved who they are within :data:`FRESH_FOR`."""
    proofs = [request.session.get(PROVED_KEY)]
    # allauth's own record, which it writes when it asked once more.
    records = request.session.get("account_authentication_methods") or []
    proofs += [one.get("at") for one in records if one.get("reauthenticated")]
    newest = max((one for one in proofs if isinstance(one, float | int)), default=0.0)
    return now.timestamp() - newest < FRESH_FOR.total_seconds()


def with_scope(
    role: Role, *, methods: Collection[str] = READ, fresh: bool | tuple[str, ...] = False
) -> Callable[[ScopedView[P]], View[P]]:
    """Let a view be called by signed-in people of at least ``role``, with their Scope.

    Others are sent to sign in, get a page that says they have no retailer, or a 403; a method that
    is not listed gets a 405. Instants are shown in the retailer's time zone.

    :param fresh: for what is dangerous: a change asks once more who they are, if they did not
        prove it within :data:`FRESH_FOR`. Reading does not. Words: only changes whose field
        ``do`` says one of them, so that an emergency stop asks nobody.
    """

    def decorate(view: ScopedView[P]) -> View[P]:
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method not in methods:
                return HttpResponseNotAllowed(sorted(methods))
            visit = _let_in(request, role, fresh=fresh)
            if isinstance(visit, HttpResponse):
                return visit
            try:
                with timezone.override(_get_directory().get_time_zone(visit.scope)):
                    return view(request, visit.scope, *args, **kwargs)
            except ForbiddenError as error:
                raise PermissionDenied from error

        functools.update_wrapper(guarded, view)
        # The table of who may do what is made from these, and a test walks all routes for them.
        guarded.required_role = role  # type: ignore[attr-defined]
        guarded.allowed_methods = tuple(methods)  # type: ignore[attr-defined]
        guarded.asks_again = fresh  # type: ignore[attr-defined]
        return guarded

    return decorate


def _let_in(
    request: HttpRequest, role: Role, *, fresh: bool | tuple[str, ...]
) -> Visit | HttpResponse:
    if not request.user.is_authenticated:
        return ask_to_sign_in(request)
    visit = find_visit(request)
    if visit is None:
        return render(request, "web/no_retailer.html", status=403)
    if not visit.scope.role.includes(role):
        raise PermissionDenied
    dangerous = fresh if isinstance(fresh, bool) else request.POST.get("do") in fresh
    return find_hold(request, visit) or (ask_again(request) if dangerous else None) or visit


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a person to the sign-in page, and back afterwards if that makes sense.

    What was posted is not repeated, and htmx must leave the page rather than put the form into it.
    """
    login_url = resolve_url(settings.LOGIN_URL)
    if is_htmx(request):
        return HttpResponseClientRedirect(login_url)
    if request.method not in READ:
        return redirect_to_login(resolve_url(settings.LOGIN_REDIRECT_URL), login_url)
    return redirect_to_login(request.get_full_path(), login_url)


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """Have a person prove once more who they are before a dangerous change; None if they did.

    They come back to the page that they acted on: what was posted is not kept, because it may hold
    personal values.
    """
    if request.method in READ or is_fresh(request, now=timezone.now()):
        return None
    messages.info(request, gettext("Confirm that it is you; then do it once more."))
    url = f"{resolve_url('account_reauthenticate')}?{urlencode({'next': _came_from(request)})}"
    return HttpResponseClientRedirect(url) if is_htmx(request) else redirect(url)


def _came_from(request: HttpRequest) -> str:
    """The path of ours that the person was on, as far as the browser says."""
    said = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    try:
        parts = urlsplit(said)
    except ValueError:  # no address at all
        return "/"
    return parts.path if parts.netloc == request.get_host() and parts.path else "/"
