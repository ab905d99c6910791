"""The page of notices and the number at its link."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from rollcall.jobs.workers import count_live_workers
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor, Role, Scope
from rollcall.notifications import queries
from rollcall.notifications.models import Notice
from rollcall.notifications.operations import load_conditions, watch_retailer
from rollcall.notifications.operations.seeing import (
    NoticeNotFoundError,
    mark_all_seen,
    mark_seen,
)
from rollcall.notifications.presentation import NoticeCard, lay_out
from rollcall.notifications.rules.kinds import Look
from rollcall.stores.queries import get_system_scope, list_stores
from rollcall.web.access import CHANGE, with_scope

app_name = "notifications"

_ACTOR = Actor(kind="system", id="watch")
_LONGEST_ID = 18


@with_scope(Role.MANAGER)
def notices_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What is wrong, then what was, as far as the person's role and stores go."""
    _watch_instead_of_worker(scope)
    load_conditions()
    open_ones = _cards(request, scope, queries.list_open(scope))
    context = {
        "open": open_ones,
        "unseen": sum(not card.seen for card in open_ones),
        "recovered": _cards(request, scope, queries.list_recovered(scope)),
        "sends_mail": queries.sends_mail(),
    }
    return render(request, "notifications/notices.html", context)


def _cards(request: HttpRequest, scope: Scope, notices: list[Notice]) -> list[NoticeCard]:
    return lay_out(
        notices,
        stores={store.pk: store.name for store in list_stores(scope)},
        seen=queries.list_seen_by(scope, _user_id(request), notices),
        seen_by=queries.list_seen(scope, notices),
        mails=queries.count_mails(scope, notices),
    )


@with_scope(Role.MANAGER, methods=CHANGE)
def see_notice(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Mark one notice, or all open ones, as seen by this person."""
    wanted = request.POST.get("notice", "")
    if wanted == "all":
        mark_all_seen(scope, user_id=_user_id(request), now=utc_now())
        return redirect("notifications:notices")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= _LONGEST_ID):
        raise BadRequest("no such notice")
    try:
        mark_seen(scope, int(wanted), user_id=_user_id(request), now=utc_now())
    except NoticeNotFoundError as error:
        raise Http404 from error
    return redirect("notifications:notices")


@with_scope(Role.STAFF)
def bell(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The number of open notices; every page asks for it again once a minute."""
    if scope.role.includes(Role.MANAGER):
        _watch_instead_of_worker(scope)
    return render(request, "notifications/count.html", {"count": queries.count_open(scope)})


def _watch_instead_of_worker(scope: Scope) -> None:
    """Without a worker nobody watches; that there is none must be seen nevertheless."""
    if count_live_workers() == 0:
        load_conditions()
        system = get_system_scope(scope.retailer_id, actor=_ACTOR)
        watch_retailer(system, now=utc_now(), look=Look.WORKER_OR_PAGE)


def _user_id(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


urlpatterns = [
    path("notices/", notices_page, name="notices"),
    path("notices/seen/", see_notice, name="see"),
    path("notices/count/", bell, name="count"),
]
