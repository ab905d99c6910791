"""Which connections may write: readiness, switches, kill switches, and what writing would do."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext

from rollcall.customers.presentation import name_actors
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.outbox import queries
from rollcall.outbox.operations.readiness import check_readiness
from rollcall.outbox.operations.switches import (
    NotReadyError,
    disable_writing,
    enable_writing,
    release_all,
    set_stopped,
    stop_all,
)
from rollcall.outbox.presentation import lay_out_writer
from rollcall.outbox.web.laying_out import rows_of
from rollcall.sync.models import PosConnection
from rollcall.sync.queries import ConnectionNotFoundError, get_connection, list_connections
from rollcall.web.access import CHANGE, with_scope
from rollcall.web.showing import label_of, number_text

_HIGHEST_CAP: Final = 100_000


@with_scope(Role.MANAGER)
def writers_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """All connections with their switches, and the kill switch of all."""
    writers = queries.view_writers(scope, list_connections(scope), now=utc_now())
    stop = queries.find_stop(scope)
    stopped_by = "" if stop is None else name_actors(scope, [stop.stopped_by])[stop.stopped_by]
    context = {
        "writers": [lay_out_writer(writer) for writer in writers],
        "stop": stop,
        "stopped_by": stopped_by,
    }
    return render(request, "outbox/writers.html", context)


@with_scope(Role.ADMIN, methods=CHANGE, fresh=("release",))
def stop_everything(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Pull, or release, the kill switch of all connections."""
    match request.POST.get("do", ""):
        case "stop":
            stop_all(scope, now=utc_now())
            messages.success(request, gettext("All writing is stopped. What is typed waits."))
        case "release":
            release_all(scope, now=utc_now())
            messages.success(request, gettext("Writing goes on."))
        case _:
            raise BadRequest("neither stop nor release")
    return redirect("outbox:writers")


@with_scope(Role.MANAGER)
def writing_page(request: HttpRequest, scope: Scope, slug: str) -> HttpResponse:
    """Whether a connection may write, what that takes, and what it would write."""
    return _page(request, scope, _get(scope, slug))


def _get(scope: Scope, slug: str) -> PosConnection:
    try:
        return get_connection(scope, slug)
    except ConnectionNotFoundError as error:
        raise Http404 from error


def _page(
    request: HttpRequest,
    scope: Scope,
    connection: PosConnection,
    *,
    cap: str | None = None,
    cap_error: str = "",
) -> HttpResponse:
    now = utc_now()
    writer = queries.view_writers(scope, [connection], now=now)[0]
    checks = check_readiness(scope, connection, now=now)
    report = queries.get_held_report(scope, connection)
    switch = writer.switch
    by = [] if switch is None else [switch.enabled_by, switch.stopped_by]
    actors = name_actors(scope, [one for one in by if one])
    held_cap = None if switch is None else switch.hourly_cap
    context = {
        "connection": connection,
        "writer": lay_out_writer(writer),
        "enabled_by": "" if switch is None else actors.get(switch.enabled_by, ""),
        "stopped_by": "" if switch is None else actors.get(switch.stopped_by, ""),
        "checks": checks,
        "is_ready": all(check.passed for check in checks),
        "cap": cap if cap is not None else str(held_cap or ""),
        "cap_error": cap_error,
        "highest_cap": _HIGHEST_CAP,
        "report": report,
        "by_field": [(label_of(name), count) for name, count in report.by_field],
        "rows": rows_of(scope, report.entries, now=now),
        "most": queries.MOST,
    }
    return render(request, "outbox/writing.html", context)


@with_scope(Role.ADMIN, methods=CHANGE, fresh=("on",))
def switch_writing(request: HttpRequest, scope: Scope, slug: str) -> HttpResponse:
    """Switch writing on, with a cap if one was typed, or off."""
    connection = _get(scope, slug)
    match request.POST.get("do", ""):
        case "on":
            return _switch_on(request, scope, connection)
        case "off":
            disable_writing(scope, connection, now=utc_now())
            messages.success(request, gettext("Writing is off. What is typed is held."))
            return redirect("outbox:writing", connection.slug)
        case _:
            raise BadRequest("neither on nor off")


def _switch_on(request: HttpRequest, scope: Scope, connection: PosConnection) -> HttpResponse:
    typed = request.POST.get("cap", "").strip()
    try:
        cap = _read_cap(typed)
    except ValueError:
        words = gettext("must be a whole number from 1 to %(highest)s, or empty")
        words %= {"highest": number_text(_HIGHEST_CAP)}
        return _page(request, scope, connection, cap=typed[:20], cap_error=words)
    try:
        released = enable_writing(scope, connection, hourly_cap=cap, now=utc_now())
    except NotReadyError as error:
        messages.error(request, gettext("Not yet: %(why)s") % {"why": str(error)})
    else:
        words = ngettext(
            "Writing is on; %(count)d held entry goes out.",
            "Writing is on; %(count)d held entries go out.",
            released,
        )
        messages.success(request, words % {"count": released})
    return redirect("outbox:writing", connection.slug)


def _read_cap(typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit()) or not 1 <= int(typed[:9]) <= _HIGHEST_CAP:
        raise ValueError("no cap")
    return int(typed)


@with_scope(Role.MANAGER, methods=CHANGE, fresh=("release",))
def stop_writing(request: HttpRequest, scope: Scope, slug: str) -> HttpResponse:
    """Pull a connection's kill switch; only administrators release it."""
    connection = _get(scope, slug)
    wanted = request.POST.get("do", "")
    if wanted not in ("stop", "release"):
        raise BadRequest("neither stop nor release")
    set_stopped(scope, connection, stopped=wanted == "stop", now=utc_now())
    stopped = gettext("Stopped: nothing is sent until an administrator lets it go on.")
    messages.success(request, stopped if wanted == "stop" else gettext("Writing goes on."))
    return redirect("outbox:writing", connection.slug)
