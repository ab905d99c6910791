"""The page of what POS systems called with, and of the addresses that they call."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext, gettext_lazy, ngettext

from rollcall.inbox import queries
from rollcall.inbox.models import InboxEvent
from rollcall.inbox.operations.addresses import NoWebhooksError, make_address
from rollcall.inbox.operations.replaying import replay_events
from rollcall.inbox.presentation import outcome_words, refusal_words
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.sync.models import PosConnection
from rollcall.sync.queries import ConnectionNotFoundError, get_connection
from rollcall.web.access import CHANGE, with_scope
from rollcall.web.navigation import Entry, add_entry

app_name = "inbox"

_MOST_EVENTS: Final = 100


@with_scope(Role.ADMIN)
def events_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Addresses, refused calls and the newest events."""
    state = request.GET.get("state", "")
    if state and state not in InboxEvent.State.values:
        raise BadRequest("no such state")
    context = {
        "inboxes": [_present(one) for one in queries.list_inboxes(scope)],
        "events": [
            {"event": one, "words": outcome_words(one.outcome)}
            for one in queries.list_events(scope, state=state, limit=_MOST_EVENTS)
        ],
        "states": InboxEvent.State.choices,
        "state": state,
    }
    return render(request, "inbox/events.html", context)


def _present(one: queries.InboxView) -> dict[str, Any]:
    refused = [(refusal_words(reason), figure) for reason, figure in one.refused.items()]
    return {
        "view": one,
        "refused": refused,
        "address": next((a for a in one.addresses if a.expires_at is None), None),
        "earlier": [a for a in one.addresses if a.expires_at is not None],
    }


@with_scope(Role.ADMIN, methods=CHANGE)
def replay(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Have one event processed again."""
    text = request.POST.get("event", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest("no such event")
    count = replay_events(scope, [int(text)], now=utc_now())
    if not count:
        raise Http404
    message = ngettext("%(count)d event waits again.", "%(count)d events wait again.", count)
    messages.success(request, message % {"count": count})
    return redirect("inbox:events")


@with_scope(Role.ADMIN, methods=CHANGE)
def new_address(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Make an address and show it, this once: it is kept nowhere, so there is no redirect."""
    connection = _get_connection(scope, request.POST.get("connection", ""))
    try:
        made = make_address(scope, connection, now=utc_now())
    except NoWebhooksError:
        messages.warning(request, gettext("The POS of this connection does not call anybody."))
        return redirect("inbox:events")
    origin = settings.ORIGIN or request.build_absolute_uri("/").rstrip("/")
    context = {
        "connection": connection,
        "made": made,
        "addresses": [origin + one for one in made.paths],
    }
    return render(request, "inbox/address.html", context)


def _get_connection(scope: Scope, slug: str) -> PosConnection:
    try:
        return get_connection(scope, slug.replace("\0", ""))
    except ConnectionNotFoundError as error:
        raise Http404 from error


urlpatterns = [
    path("inbox/", events_page, name="events"),
    path("inbox/replay/", replay, name="replay"),
    path("inbox/address/", new_address, name="address"),
]

add_entry(
    Entry(
        label=gettext_lazy("Inbox"),
        view_name="inbox:events",
        below=("inbox:address",),
        role=Role.ADMIN,
        place=40,
    )
)
