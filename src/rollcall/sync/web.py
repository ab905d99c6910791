"""Pages of connections, runs and quarantine."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext, gettext_lazy

from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.sync import queries
from rollcall.sync.models import PosConnection, Task
from rollcall.sync.operations.drift import acknowledge_drift
from rollcall.sync.operations.requests import (
    NoBrakeError,
    release_brake,
    request_sync,
    request_task,
)
from rollcall.sync.operations.schedules import ScheduleError, change_schedule, ensure_schedule
from rollcall.sync.operations.steering import RewindError, backfill, rewind, set_paused
from rollcall.sync.presentation import (
    group_quarantine,
    present_run,
    present_schedule,
    read_schedule_form,
)
from rollcall.sync.rules.schedule_words import ScheduleWordError
from rollcall.web.access import CHANGE, READ, with_scope
from rollcall.web.navigation import Entry, add_entry

app_name = "sync"

#: Ids that a page lists of those that do not agree; the rest is counted.
_MOST_IDS = 20


@with_scope(Role.STAFF)
def connections_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """All connections and how they are doing."""
    views = [
        queries.get_connection_view(scope, connection)
        for connection in queries.list_connections(scope)
    ]
    return render(request, "sync/connections.html", {"views": views})


@with_scope(Role.MANAGER)
def connection_page(request: HttpRequest, scope: Scope, slug: str) -> HttpResponse:
    """One connection: what can be done, its runs and proofs."""
    connection = _get_connection(scope, slug)
    context = {
        "view": queries.get_connection_view(scope, connection),
        "runs": queries.list_runs(scope, connection=connection),
        "proofs": queries.list_proofs(scope, connection),
        "drift": queries.list_drift(scope, connection),
        "most_ids": _MOST_IDS,
    }
    return render(request, "sync/connection.html", context)


@with_scope(Role.MANAGER, methods=CHANGE)
def start_sync(request: HttpRequest, scope: Scope, slug: str) -> HttpResponse:
    """Ask for a run and go to its page."""
    connection = _get_connection(scope, slug)
    full = request.POST.get("full") == "yes"
    run = backfill(scope, connection) if full else request_sync(scope, connection, full=False)
    if connection.paused:
        messages.warning(request, gettext("The connection is paused: the sync waits until then."))
    return redirect("sync:run", run.pk)


@with_scope(Role.MANAGER, methods=CHANGE)
def start_task(request: HttpRequest, scope: Scope, slug: str) -> HttpResponse:
    """Ask the worker to reconcile, repair or retry quarantined rows."""
    connection = _get_connection(scope, slug)
    kind = request.POST.get("kind", "")
    if kind not in Task.Kind.values:
        raise BadRequest("no such task")
    request_task(scope, connection, Task.Kind(kind))
    messages.success(request, gettext("Asked for. A worker does it as soon as it can."))
    if request.POST.get("back") == "quarantine":
        return redirect("sync:quarantine")
    return redirect("sync:connection", connection.slug)


@with_scope(Role.ADMIN, methods=CHANGE)
def pause(request: HttpRequest, scope: Scope, slug: str) -> HttpResponse:
    """Pause a connection, or let it go on."""
    connection = _get_connection(scope, slug)
    paused = request.POST.get("paused") == "yes"
    set_paused(scope, connection, paused=paused, now=utc_now())
    if paused:
        messages.success(request, gettext("Paused. Nothing is read until somebody resumes it."))
    else:
        messages.success(request, gettext("It goes on. What was missed is read once."))
    return redirect("sync:connection", slug)


@with_scope(Role.ADMIN, methods=CHANGE)
def start_rewind(request: HttpRequest, scope: Scope, slug: str) -> HttpResponse:
    """Read again what changed since the beginning of a day, where the stores are."""
    connection = _get_connection(scope, slug)
    try:
        day = dt.datetime.fromisoformat(request.POST.get("day", ""))
        to = dt.datetime.combine(day.date(), dt.time(), ZoneInfo(connection.time_zone))
        run = rewind(scope, connection, to=to, now=utc_now())
    except ValueError:
        messages.error(request, gettext("Choose a day."))
    except RewindError as error:
        messages.error(request, str(error).capitalize() + ".")
    else:
        return redirect("sync:run", run.pk)
    return redirect("sync:connection", slug)


@with_scope(Role.ADMIN, methods=CHANGE)
def acknowledge(request: HttpRequest, scope: Scope, slug: str) -> HttpResponse:
    """Note that somebody has seen that the POS's rows look different."""
    connection = _get_connection(scope, slug)
    acknowledge_drift(scope, connection, request.POST.getlist("key"), now=utc_now())
    return redirect("sync:connection", slug)


@with_scope(Role.ADMIN, methods=(*READ, *CHANGE))
def schedule_page(request: HttpRequest, scope: Scope, slug: str) -> HttpResponse:
    """Show when a connection is read by itself; change it."""
    connection = _get_connection(scope, slug)
    if request.method == "POST":
        try:
            changes = read_schedule_form(request.POST)
            change_schedule(scope, connection, changes, now=utc_now())
        except (ScheduleError, ScheduleWordError) as error:
            messages.error(request, str(error).capitalize() + ".")
        else:
            messages.success(request, gettext("Saved."))
            return redirect("sync:connection", slug)
    plan = ensure_schedule(scope, connection, now=utc_now())
    return render(
        request,
        "sync/schedule.html",
        {"connection": connection, "form": present_schedule(plan)},
        status=422 if request.method == "POST" else 200,
    )


@with_scope(Role.ADMIN, methods=(*READ, *CHANGE))
def brake_page(request: HttpRequest, scope: Scope, slug: str) -> HttpResponse:
    """Show what releasing the brake lets go; do it when that very number is confirmed."""
    view = queries.get_connection_view(scope, _get_connection(scope, slug))
    if not view.brake_pulled or view.state is None:
        messages.warning(request, gettext("The brake of this connection is not pulled."))
        return redirect("sync:connection", slug)
    confirmed = request.POST.get("missing") == str(view.state.brake_missing)
    if request.method != "POST" or not confirmed:
        return render(request, "sync/brake.html", {"view": view})
    return _release(request, scope, view.connection)


def _release(request: HttpRequest, scope: Scope, connection: PosConnection) -> HttpResponse:
    try:
        release_brake(scope, connection, now=utc_now())
    except NoBrakeError:
        messages.warning(request, gettext("Somebody else has released the brake already."))
    else:
        messages.success(
            request, gettext("The brake is released. Start a full sync to let the records go.")
        )
    return redirect("sync:connection", connection.slug)


@with_scope(Role.MANAGER)
def run_page(request: HttpRequest, scope: Scope, run_id: int) -> HttpResponse:
    """One run; its progress is asked for again every second while it is open."""
    return render(request, "sync/run.html", _run_context(scope, run_id))


@with_scope(Role.MANAGER)
def run_progress(request: HttpRequest, scope: Scope, run_id: int) -> HttpResponse:
    """The part of a run's page that changes."""
    return render(request, "sync/progress.html", _run_context(scope, run_id))


def _run_context(scope: Scope, run_id: int) -> dict[str, Any]:
    run = queries.find_run(scope, run_id)
    if run is None:
        raise Http404
    now = utc_now()
    return {"run": present_run(run, queries.measure_progress(run, now=now), now=now)}


@with_scope(Role.MANAGER)
def quarantine_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Rows that could not be taken over, by the list that they come from."""
    connections = queries.list_connections(scope)
    groups = group_quarantine(
        connections,
        {
            connection.pk: queries.list_quarantined(scope, connection=connection)
            for connection in connections
            if connection.account_id is not None
        },
    )
    return render(request, "sync/quarantine.html", {"groups": groups})


def _get_connection(scope: Scope, slug: str) -> PosConnection:
    try:
        return queries.get_connection(scope, slug)
    except queries.ConnectionNotFoundError as error:
        raise Http404 from error


urlpatterns = [
    path("connections/", connections_page, name="connections"),
    path("connections/<slug:slug>/", connection_page, name="connection"),
    path("connections/<slug:slug>/syncs/", start_sync, name="start_sync"),
    path("connections/<slug:slug>/tasks/", start_task, name="start_task"),
    path("connections/<slug:slug>/pause/", pause, name="pause"),
    path("connections/<slug:slug>/schedule/", schedule_page, name="schedule"),
    path("connections/<slug:slug>/rewind/", start_rewind, name="rewind"),
    path("connections/<slug:slug>/drift/", acknowledge, name="acknowledge_drift"),
    path("connections/<slug:slug>/brake/", brake_page, name="brake"),
    path("runs/<int:run_id>/", run_page, name="run"),
    path("runs/<int:run_id>/progress/", run_progress, name="run_progress"),
    path("quarantine/", quarantine_page, name="quarantine"),
]

add_entry(
    Entry(
        label=gettext_lazy("Connections"),
        view_name="sync:connections",
        below=(
            *("sync:connection", "sync:run", "sync:brake", "sync:schedule"),
            *("provisioning:choose", "provisioning:settings", "outbox:writing"),
            *("stores:keys", "stores:key"),
        ),
        place=20,
    )
)
add_entry(
    Entry(
        label=gettext_lazy("Quarantine"),
        view_name="sync:quarantine",
        role=Role.MANAGER,
        place=30,
    )
)
