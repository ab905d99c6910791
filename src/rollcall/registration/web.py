"""The page on which staff register somebody, with likely matches beside what they type."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from rollcall.api import idempotency
from rollcall.customers.models import PosRecord
from rollcall.customers.panels import Problem
from rollcall.customers.presentation.forms import lay_out_fields, read_changes
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import Fields
from rollcall.kit.scope import Role, Scope
from rollcall.registration.operations.finishing import KnownAtPosError, finish
from rollcall.registration.operations.likely import (
    Likely,
    find_likely,
    open_person,
    show_likely,
)
from rollcall.registration.operations.registering import (
    LikelyMatchError,
    Registration,
    SameDocumentError,
    WouldBeRefusedError,
    register_shopper,
)
from rollcall.registration.presentation import explain_likely, likely_words
from rollcall.registration.rules.bodies import KEYS, CustomerBody
from rollcall.stores.models import Store
from rollcall.stores.queries import list_stores
from rollcall.web.access import CHANGE, READ, with_scope
from rollcall.web.navigation import Entry, add_entry
from rollcall.web.showing import label_of

app_name = "registration"

#: What is asked of everybody; the rest lies folded away.
_FIRST: Final = ("given_name", "family_name", "born_on", "phone", "email")
_FIELDS: Final = tuple(KEYS.values())
_MORE: Final = tuple(name for name in _FIELDS if name not in _FIRST)
_MOST_SHOWN: Final = 20


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """What was typed so far.

    :param errors: field → what is wrong with it; ``whole`` is wrong with all of it.
    """

    typed: Mapping[str, str]
    values: Fields
    errors: dict[str, str]
    whole: list[str] = field(default_factory=list)


@sensitive_post_parameters()
@with_scope(Role.STAFF, methods=(*READ, *CHANGE))
def new_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A form for somebody new; whoever is likely known is shown before anybody is made."""
    stores = [one for one in list_stores(scope) if one.active]
    if request.method != "POST":
        return _form(request, stores, _Draft(typed={}, values={}, errors={}))
    draft = _read(request)
    store = next((one for one in stores if one.slug == request.POST.get("store")), None)
    if store is None:
        draft.whole.append(gettext("Choose the store."))
    if not draft.values and not draft.errors:
        draft.whole.append(gettext("Type at least a name or a phone number."))
    if store is None or draft.errors or draft.whole:
        return _form(request, stores, draft)
    return _register(request, scope, stores, store, draft)


@sensitive_post_parameters()
@with_scope(Role.STAFF, methods=CHANGE)
def likely_part(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Who is likely known, of what was typed so far; posted, so that it stands in no address."""
    draft = _read(request)
    likely = find_likely(scope, draft.values) if draft.values else []
    context = {**_shown(likely), "asked": bool(draft.values)}
    return render(request, "registration/likely.html", context)


def _register(
    request: HttpRequest, scope: Scope, stores: Sequence[Store], store: Store, draft: _Draft
) -> HttpResponse:
    now, is_lead = utc_now(), CustomerBody(fields=draft.values).is_lead
    try:
        registration = register_shopper(
            scope,
            store,
            draft.values,
            registration=_name(request, scope, now),
            is_lead=is_lead,
            apart_from=_shown_before(request) if request.POST.get("anyway") == "yes" else (),
            now=now,
        )
    except LikelyMatchError as error:
        return _form(request, stores, draft, show_likely(scope, error.candidates))
    except WouldBeRefusedError as error:
        _sort(draft, error.problems)
        return _form(request, stores, draft)
    except SameDocumentError as error:
        return _known(request, scope, error.record)
    return _finish(request, scope, registration, is_lead=is_lead)


def _finish(
    request: HttpRequest, scope: Scope, registration: Registration, *, is_lead: bool
) -> HttpResponse:
    try:
        finish(scope, registration, is_lead=is_lead, now=utc_now())
    except KnownAtPosError as error:
        return _known(request, scope, error.record or registration.record)
    messages.success(request, gettext("Registered. How far each POS is stands below."))
    person = open_person(scope, registration.record)
    return redirect("customers:customer", person.public_id)


def _known(request: HttpRequest, scope: Scope, record: PosRecord) -> HttpResponse:
    words = gettext("Nobody was made: this person is known already, by a document or at the POS.")
    messages.warning(request, words)
    return redirect("customers:customer", open_person(scope, record).public_id)


def _read(request: HttpRequest) -> _Draft:
    typed = {
        name: text
        for name, text in request.POST.items()
        if name in _FIELDS and isinstance(text, str)
    }
    values, errors = read_changes(_FIELDS, typed, today=timezone.localtime(utc_now()).date())
    return _Draft(typed=typed, values=values, errors=errors)


def _name(request: HttpRequest, scope: Scope, now: dt.datetime) -> uuid.UUID:
    """Pressing the button twice makes nobody twice."""
    try:
        form = str(uuid.UUID(request.POST.get("form", "")))
    except ValueError:
        form = ""
    return idempotency.name_of(str(scope.actor), form, b"", now=now)


def _shown_before(request: HttpRequest) -> list[uuid.UUID]:
    found = []
    for text in request.POST.getlist("shown")[:_MOST_SHOWN]:
        try:
            found.append(uuid.UUID(str(text)))
        except ValueError:
            continue
    return found


def _sort(draft: _Draft, problems: Sequence[Problem]) -> None:
    for one in problems:
        if one.field in _FIELDS:
            draft.errors.setdefault(one.field, one.message)
        else:
            label = label_of(one.field) if one.field else ""
            draft.whole.append(f"{label} {one.message}".strip())


def _form(
    request: HttpRequest, stores: Sequence[Store], draft: _Draft, likely: Sequence[Likely] = ()
) -> HttpResponse:
    typed, errors = draft.typed, draft.errors
    context = {
        "stores": stores,
        "store": request.POST.get("store", ""),
        "first": lay_out_fields(_FIRST, {}, typed=typed, errors=errors),
        "more": lay_out_fields(_MORE, {}, typed=typed, errors=errors),
        "more_open": any(typed.get(name) or name in errors for name in _MORE),
        "wrong": [(name, label_of(name), words) for name, words in errors.items()],
        "whole": draft.whole,
        "form": _form_id(request),
        "asked": bool(likely),
        **_shown(likely),
    }
    return render(request, "registration/new.html", context)


def _form_id(request: HttpRequest) -> str:
    return str(request.POST.get("form") or uuid.uuid4())


def _shown(likely: Sequence[Likely]) -> dict[str, Any]:
    rows = [
        {
            "profile": one.profile,
            "is_sure": one.candidate.is_sure,
            "why": explain_likely(one),
            "fields": [
                (name, text)
                for name in ("born_on", "phone", "email", "city")
                if (text := one.profile.text(name))
            ],
        }
        for one in likely
    ]
    return {"likely": rows, "likely_words": likely_words(likely)}


urlpatterns = [
    path("people/new/", new_page, name="new"),
    path("people/new/likely/", likely_part, name="likely"),
]

add_entry(Entry(label=gettext_lazy("New customer"), view_name="registration:new", place=12))
