"""Pages of the keys of kiosks: how far each is trusted, and saying so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext

from rollcall.kit.clock import utc_now
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.kit.scope import Role, Scope
from rollcall.stores.operations.key_profiles import set_profile
from rollcall.stores.queries.key_profiles import KeyView, list_key_views
from rollcall.stores.rules.key_profiles import (
    LONGEST_LEGACY,
    LONGEST_REASON,
    ProfileInvalidError,
    check_origins,
    check_reason,
)
from rollcall.web.access import CHANGE, READ, with_scope

app_name = "stores"

_LONGEST_ORIGINS: Final = 6_000
_USUAL_DAYS: Final = 90
_ANY: Final = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Form:
    """What was typed, or what is held."""

    profile: str
    reason: str = ""
    days: str = str(_USUAL_DAYS)
    origins: str = ""
    is_understood: bool = False
    errors: dict[str, str] = field(default_factory=dict)


@with_scope(Role.ADMIN)
def keys_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """All keys that open something, legacy ones first."""
    views = list_key_views(scope, now=utc_now())
    return render(request, "stores/kiosk_keys.html", {"keys": views})


@with_scope(Role.ADMIN, methods=(*READ, *CHANGE))
def key_page(request: HttpRequest, scope: Scope, public_part: str) -> HttpResponse:
    """How far one key is trusted, and the form that changes it."""
    view = _get(scope, public_part)
    if request.method != "POST":
        return _show(request, view, _held(view))
    form = _typed(request)
    errors = _mistakes(form)
    if errors:
        return _show(request, view, _with_errors(form, errors))
    set_profile(
        scope,
        public_part,
        profile=KeyProfile(form.profile),
        reason=form.reason,
        days=int(form.days) if form.profile == KeyProfile.LEGACY else None,
        origins=_origins(form),
        now=utc_now(),
    )
    messages.success(request, gettext("Saved. It counts from the next request on."))
    return redirect("stores:keys")


def _get(scope: Scope, public_part: str) -> KeyView:
    views = list_key_views(scope, now=utc_now())
    found = next((one for one in views if one.public_part == public_part), None)
    if found is None:
        raise Http404
    return found


def _held(view: KeyView) -> _Form:
    origins = _ANY if view.origins is None else "\n".join(view.origins)
    return _Form(profile=view.profile.value, origins=origins)


def _typed(request: HttpRequest) -> _Form:
    sent = request.POST
    return _Form(
        profile=sent.get("profile", ""),
        reason=sent.get("reason", "")[: LONGEST_REASON + 1],
        days=sent.get("days", "").strip()[:10],
        origins=sent.get("origins", "")[:_LONGEST_ORIGINS],
        is_understood=sent.get("understood", "") == "yes",
    )


def _origins(form: _Form) -> list[str] | None:
    words = form.origins.split()
    # Kiosks of the system before are web pages, and nobody knew their origins.
    is_any = words == [_ANY] or (not words and form.profile == KeyProfile.LEGACY)
    return None if is_any else words


def _mistakes(form: _Form) -> dict[str, str]:
    errors: dict[str, str] = {}
    if form.profile not in list(KeyProfile):
        errors["profile"] = gettext("Choose one.")
    try:
        check_reason(form.reason)
    except ProfileInvalidError:
        errors["reason"] = gettext("Say why, in at most 500 characters.")
    try:
        check_origins(_origins(form) or ())
    except ProfileInvalidError:
        errors["origins"] = gettext("An origin looks like https://kiosk.example.com, one a line.")
    if form.profile == KeyProfile.LEGACY:
        errors |= _legacy_mistakes(form)
    return errors


def _legacy_mistakes(form: _Form) -> dict[str, str]:
    errors: dict[str, str] = {}
    days = int(form.days) if form.days.isascii() and form.days.isdigit() else 0
    if not 1 <= days <= LONGEST_LEGACY.days:
        errors["days"] = gettext("A legacy key lasts 1 to 180 days.")
    if not form.is_understood:
        errors["understood"] = gettext("Read the warning, and say that you have.")
    return errors


def _with_errors(form: _Form, errors: dict[str, str]) -> _Form:
    return _Form(
        profile=form.profile,
        reason=form.reason,
        days=form.days,
        origins=form.origins,
        is_understood=form.is_understood,
        errors=errors,
    )


def _show(request: HttpRequest, view: KeyView, form: _Form) -> HttpResponse:
    context = {
        "key": view,
        "form": form,
        "profiles": (
            (KeyProfile.STRICT, gettext("strict: nobody watches the device; values are masked")),
            (KeyProfile.ATTENDED, gettext("attended: staff hold the device; whole rows")),
            (KeyProfile.LEGACY, gettext("legacy: the kiosk cannot be changed yet")),
        ),
    }
    return render(request, "stores/kiosk_key.html", context)


urlpatterns = [
    path("kiosk-keys/", keys_page, name="keys"),
    path("kiosk-keys/<slug:public_part>/", key_page, name="key"),
]
