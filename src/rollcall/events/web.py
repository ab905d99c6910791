"""The pages of webhooks, for administrators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext, gettext_lazy, ngettext

from rollcall.events.models import Webhook, WebhookDelivery
from rollcall.events.operations import replaying, subscribing
from rollcall.events.operations.subscribing import (
    ShownSecret,
    TooManyWebhooksError,
    WebhookInvalidError,
)
from rollcall.events.presentation import words_of
from rollcall.events.queries.health import find_health
from rollcall.events.queries.sources import list_types
from rollcall.events.queries.webhooks import WebhookNotFoundError, get_webhook, list_deliveries
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, READ, with_scope
from rollcall.web.navigation import Entry, add_entry

app_name = "events"

_MOST_DELIVERIES: Final = 50


@with_scope(Role.ADMIN)
def webhooks_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """All webhooks, and how they do."""
    health = list(find_health(scope, now=utc_now()))
    return render(request, "events/webhooks.html", {"webhooks": health})


@with_scope(Role.ADMIN, methods=(*READ, *CHANGE))
def new_webhook(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The form of a new webhook; its secret is shown in the answer, this once."""
    if request.method != "POST":
        return _form(request)
    try:
        made = subscribing.create_webhook(
            scope,
            url=_text(request, "url"),
            name=_text(request, "name"),
            types=request.POST.getlist("types"),
            now=utc_now(),
        )
    except WebhookInvalidError as error:
        return _form(request, error=error)
    except TooManyWebhooksError:
        messages.warning(request, gettext("There are as many webhooks as there may be."))
        return redirect("events:webhooks")
    return _secret_page(request, made)


@with_scope(Role.ADMIN)
def webhook_page(request: HttpRequest, scope: Scope, webhook_id: int) -> HttpResponse:
    """One webhook with its newest deliveries."""
    webhook = _get(scope, webhook_id)
    health = next(one for one in find_health(scope, now=utc_now()) if one.webhook.pk == webhook.pk)
    state = request.GET.get("state", "")
    if state and state not in WebhookDelivery.State.values:
        raise BadRequest("no such state")
    context = {
        "health": health,
        "webhook": webhook,
        "last_words": words_of(webhook.last_code),
        "states": WebhookDelivery.State.choices,
        "state": state,
        "deliveries": [
            {"delivery": one, "words": words_of(one.code)}
            for one in list_deliveries(scope, webhook, state=state, limit=_MOST_DELIVERIES)
        ],
    }
    return render(request, "events/webhook.html", context)


@with_scope(Role.ADMIN, methods=(*READ, *CHANGE))
def edit_webhook(request: HttpRequest, scope: Scope, webhook_id: int) -> HttpResponse:
    """The form of a webhook that there is."""
    webhook = _get(scope, webhook_id)
    if request.method != "POST":
        return _form(request, webhook=webhook)
    try:
        subscribing.change_webhook(
            scope,
            webhook.pk,
            url=_text(request, "url"),
            name=_text(request, "name"),
            types=request.POST.getlist("types"),
        )
    except WebhookInvalidError as error:
        return _form(request, webhook=webhook, error=error)
    messages.success(request, gettext("Saved."))
    return redirect("events:webhook", webhook.pk)


@with_scope(Role.ADMIN, methods=CHANGE)
def rotate(request: HttpRequest, scope: Scope, webhook_id: int) -> HttpResponse:
    """Make a new secret and show it, this once: so there is no redirect."""
    webhook = _get(scope, webhook_id)
    return _secret_page(request, subscribing.rotate_secret(scope, webhook.pk, now=utc_now()))


@with_scope(Role.ADMIN, methods=CHANGE)
def act(request: HttpRequest, scope: Scope, webhook_id: int) -> HttpResponse:
    """Pause, resume, try or remove a webhook."""
    webhook = _get(scope, webhook_id)
    action = _ACTIONS.get(request.POST.get("do", ""))
    if action is None:
        raise BadRequest("nothing to do")
    messages.success(request, action(scope, webhook.pk))
    if request.POST["do"] == "remove":
        return redirect("events:webhooks")
    return redirect("events:webhook", webhook.pk)


@with_scope(Role.ADMIN, methods=CHANGE)
def replay(request: HttpRequest, scope: Scope, webhook_id: int) -> HttpResponse:
    """Have one delivery made again, or those of some days."""
    webhook = _get(scope, webhook_id)
    wanted = request.POST.get("delivery", "")
    if wanted:
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
            raise BadRequest("no such delivery")
        count = replaying.replay_deliveries(scope, webhook.pk, [int(wanted)], now=utc_now())
        if not count:
            raise Http404
    else:
        since = _midnight(request, "since")
        until = _midnight(request, "until") + dt.timedelta(days=1)
        count = replaying.replay_range(
            scope,
            webhook.pk,
            since=since,
            until=until,
            only_dead=request.POST.get("which") == "dead",
            now=utc_now(),
        )
    words = ngettext("%(count)d event waits again.", "%(count)d events wait again.", count)
    messages.success(request, words % {"count": count})
    return redirect("events:webhook", webhook.pk)


def _pause(scope: Scope, webhook_id: int) -> str:
    subscribing.pause_webhook(scope, webhook_id)
    return gettext("Paused. What happens meanwhile is kept.")


def _resume(scope: Scope, webhook_id: int) -> str:
    subscribing.resume_webhook(scope, webhook_id)
    return gettext("It goes on where it stopped.")


def _test(scope: Scope, webhook_id: int) -> str:
    replaying.send_test(scope, webhook_id, now=utc_now())
    return gettext("A test event is on its way. Look again in a moment.")


def _remove(scope: Scope, webhook_id: int) -> str:
    subscribing.remove_webhook(scope, webhook_id)
    return gettext("Removed. It is not called any more.")


_ACTIONS: Final[dict[str, Callable[[Scope, int], str]]] = {
    "pause": _pause,
    "resume": _resume,
    "test": _test,
    "remove": _remove,
}


def _form(
    request: HttpRequest,
    *,
    webhook: Webhook | None = None,
    error: WebhookInvalidError | None = None,
) -> HttpResponse:
    """The form as it was sent, or as the webhook is."""
    is_sent = error is not None
    chosen = request.POST.getlist("types") if is_sent else list(webhook.types if webhook else ())
    context = {
        "webhook": webhook,
        "url": _text(request, "url") if is_sent else (webhook.url if webhook else ""),
        "name": _text(request, "name") if is_sent else (webhook.name if webhook else ""),
        "types": [
            {"type": name, "about": about, "chosen": name in chosen}
            for name, about in list_types().items()
        ],
        "member": error.member if error else "",
        "words": words_of(error.code) if error else "",
    }
    return render(request, "events/form.html", context, status=422 if is_sent else 200)


def _secret_page(request: HttpRequest, shown: ShownSecret) -> HttpResponse:
    return render(request, "events/secret.html", {"webhook": shown.webhook, "secret": shown.text})


def _get(scope: Scope, webhook_id: int) -> Webhook:
    try:
        return get_webhook(scope, webhook_id)
    except WebhookNotFoundError as error:
        raise Http404 from error


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "")


def _midnight(request: HttpRequest, name: str) -> dt.datetime:
    """The beginning of a day in the retailer's zone."""
    try:
        day = parse_date(request.POST.get(name, ""))
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2999:
        raise BadRequest("no such day")
    return dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_current_timezone())


urlpatterns = [
    path("webhooks/", webhooks_page, name="webhooks"),
    path("webhooks/new/", new_webhook, name="new"),
    path("webhooks/<int:webhook_id>/", webhook_page, name="webhook"),
    path("webhooks/<int:webhook_id>/edit/", edit_webhook, name="edit"),
    path("webhooks/<int:webhook_id>/secret/", rotate, name="rotate"),
    path("webhooks/<int:webhook_id>/act/", act, name="act"),
    path("webhooks/<int:webhook_id>/replay/", replay, name="replay"),
]

add_entry(
    Entry(
        label=gettext_lazy("Webhooks"),
        view_name="events:webhooks",
        below=("events:new", "events:webhook", "events:edit", "events:rotate"),
        role=Role.ADMIN,
        place=45,
        in_menu=True,
    )
)
