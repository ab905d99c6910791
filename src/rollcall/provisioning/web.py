"""Connecting a store by hand: choose a POS, fill in its settings, try them, save them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django_htmx.http import HttpResponseClientRedirect

from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.pos.registry import kinds
from rollcall.provisioning.operations.connecting import (
    ConnectionExistsError,
    StoreUnknownError,
    connect,
    reconnect,
)
from rollcall.provisioning.operations.trying import Trial, look_up_names, try_settings
from rollcall.provisioning.presentation.form_page import Form, open_form
from rollcall.provisioning.presentation.forms import list_cards
from rollcall.provisioning.presentation.words import TrialView, put_into_words
from rollcall.provisioning.queries.connected import is_syncing, list_readers
from rollcall.provisioning.rules.setting_values import without_secrets
from rollcall.provisioning.rules.trouble import Trouble
from rollcall.stores.operations.saving import Action
from rollcall.sync import queries
from rollcall.sync.operations.connections import AccountChangeError, ConnectionSlugTakenError
from rollcall.web.access import CHANGE, READ, is_htmx, with_scope

app_name = "provisioning"


@with_scope(Role.ADMIN)
def choose_page(request: HttpRequest, scope: Scope) -> HttpResponse:  # noqa: ARG001  # the same for all
    """Every POS that can be connected."""
    return render(request, "provisioning/choose.html", {"cards": list_cards()})


@sensitive_post_parameters()
@with_scope(Role.ADMIN, methods=(*READ, *CHANGE))
def new_page(request: HttpRequest, scope: Scope, kind: str) -> HttpResponse:
    """A new connection: its form, a trial of it, and saving it."""
    return _form_page(request, scope, open_form(scope, kind=kind))


@sensitive_post_parameters()
@with_scope(Role.ADMIN, methods=(*READ, *CHANGE))
def settings_page(request: HttpRequest, scope: Scope, slug: str) -> HttpResponse:
    """The settings of a connection: shown without secrets, tried, changed."""
    try:
        connection = queries.get_connection(scope, slug)
    except queries.ConnectionNotFoundError as error:
        raise Http404 from error
    return _form_page(request, scope, open_form(scope, kind=connection.kind, held_by=connection))


def _form_page(request: HttpRequest, scope: Scope, form: Form) -> HttpResponse:
    if request.method != "POST":
        return _show(request, form)
    form.fill(request.POST)
    if not form.is_right:
        return _show(request, form)
    if request.POST.get("do") == "try":
        return _show(request, form, trial=_try(scope, form))
    trouble = look_up_names(form.settings, trusted=form.trusted)
    if trouble in (Trouble.INSIDE, Trouble.BUSY):
        return _show(request, form, trial=put_into_words(Trial(trouble=trouble)))
    return _save(request, scope, form)


def _try(scope: Scope, form: Form) -> TrialView:
    trial = try_settings(
        scope, form.kind, form.settings, time_zone=form.zone_in_force, trusted=form.trusted
    )
    readers, is_another, label = [], False, ""
    if trial.info is not None:
        key, label = trial.info.account_key, trial.info.label or trial.info.account_key
        readers = list_readers(scope, kind=form.kind, account_key=key, besides=form.connection)
        account = form.connection.account if form.connection else None
        is_another = account is not None and account.account_key != key
    return put_into_words(
        trial,
        label=without_secrets(label, form.settings),
        readers=readers,
        is_another_list=is_another,
    )


def _save(request: HttpRequest, scope: Scope, form: Form) -> HttpResponse:
    try:
        if form.connection is None:
            connect(scope, form.part, form.settings, now=utc_now())
            messages.success(
                request,
                gettext(
                    "Connected. The first sync reads everybody as soon as a worker is free. The"
                    " connection only reads: nothing is written to the POS until somebody switches"
                    " writing on."
                ),
            )
        else:
            saved = reconnect(scope, form.part, form.settings, now=utc_now())
            messages.success(request, _of_change(saved.action))
    except (ConnectionExistsError, ConnectionSlugTakenError):
        form.add_problem("slug", gettext("is taken; choose another"))
    except StoreUnknownError:
        form.add_problem("stores", gettext("have changed meanwhile; load the page again"))
    except AccountChangeError:
        _ask_about_list(scope, form)
    else:
        return _leave(request, form.part.slug)
    return _show(request, form)


def _of_change(action: Action) -> str:
    if action is Action.UNCHANGED:
        return gettext("Nothing has changed.")
    return gettext("Saved. A sync with the new settings was asked for.")


def _ask_about_list(scope: Scope, form: Form) -> None:
    connection = form.connection
    if connection is not None and is_syncing(scope, connection):
        words = gettext(
            "These settings lead to another customer list while a sync of the present one is in"
            " progress. Try again when it has ended."
        )
    else:
        form.asks_about_list = True
        words = gettext(
            "These settings lead to another customer list than the one whose customers are here."
            " Usually a second connection is right. If this one shall really leave its list, say"
            " so below: its customers stay, but nobody reads that list any more."
        )
    form.add_problem("", words)


def _leave(request: HttpRequest, slug: str) -> HttpResponse:
    if is_htmx(request):
        return HttpResponseClientRedirect(resolve_url("sync:connection", slug))
    return redirect("sync:connection", slug)


def _show(request: HttpRequest, form: Form, *, trial: TrialView | None = None) -> HttpResponse:
    context: Mapping[str, Any] = {"form": form.view(), "trial": trial}
    if is_htmx(request):
        # What was typed stays in the browser; only what Rollcall says of it is replaced.
        return render(request, "provisioning/answer.html", context)
    status = 422 if form.problems else 200
    return render(request, "provisioning/settings.html", context, status=status)


urlpatterns = [
    path("connections/new/", choose_page, name="choose"),
    *(
        path(f"connections/new/{kind}/", new_page, {"kind": kind}, f"new_{kind}")
        for kind in kinds()
    ),
    path("connections/<slug:slug>/settings/", settings_page, name="settings"),
]
