"""Runs of syncs for programs: how far they are, asking for one, reading again."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import INVALID_DETAIL, Line, Sent, describe, invalid, read_body
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.integrations import Asked, answer
from rollcall.api.listing import (
    Filter,
    FilterError,
    Listing,
    one_of,
    page_by_id,
    read_instant,
    read_listing,
)
from rollcall.api.platform import (
    CHANGED,
    FOUND,
    IDEMPOTENCY,
    LISTED,
    do_once,
    missing,
    moment,
    read_id,
)
from rollcall.api.problems import ProblemError
from rollcall.sync import queries
from rollcall.sync.api.asking import READ, STEER, WRITE, find_connection, no_connection
from rollcall.sync.models import CustomerSync
from rollcall.sync.operations.requests import request_sync
from rollcall.sync.operations.steering import RewindError, backfill, rewind

router = Router(tags=["syncs"])

_LISTING: Final = Listing(
    filters=(
        Filter(name="connection", description="Name of a connection.", example="alder-way"),
        Filter(
            name="state",
            description="How far it is.",
            example="failed",
            read=one_of(*CustomerSync.State.values),
            schema={"type": "string", "enum": list(CustomerSync.State.values)},
        ),
    ),
    sorts=("-id", "id"),
)


class RunTold(Schema):
    """One run of a connection's sync: `pending`, `in_progress`, `finished` or `failed`."""

    id: int
    connection: str
    state: str
    phase: str
    is_full: bool
    requested_by: str
    requested_at: str
    started_at: str | None
    finished_at: str | None
    rows_read: int
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    rows_quarantined: int
    records_merged: int
    records_gone: int
    share: float | None
    seconds_left: float | None
    error_code: str
    error: str


class Runs(Schema):
    """A page of runs."""

    items: list[RunTold]
    next: str | None


class RunWanted(Sent):
    """What shall be read."""

    full: bool = Field(default=False, description="Everything, not only what changed.")


class RewindWanted(Sent):
    """From when on changes shall be read again."""

    to: Line = Field(description="An instant by the POS's clock, before what is read already.")


_LIST: Final = Description(
    problems=LISTED,
    parameters=_LISTING.parameters,
    examples=(
        Example(
            name="none",
            summary="None has failed",
            path="/syncs?state=failed",
            status=200,
            body={"items": [], "next": None},
        ),
    ),
)
_READ: Final = Description(
    problems=FOUND,
    examples=(
        Example(
            name="nothing",
            summary="There is none",
            path="/syncs/999999",
            status=404,
            body=problem_example(problems.NOT_FOUND, "There is no such sync."),
        ),
    ),
)
_START: Final = Description(
    problems=CHANGED,
    parameters=(IDEMPOTENCY,),
    body=describe(RunWanted, {"full": False}),
    examples=(no_connection("/syncs"),),
)
_REWIND: Final = Description(
    problems=(*CHANGED, problems.NOT_NOW),
    parameters=(IDEMPOTENCY,),
    body=describe(RewindWanted, {"to": "2026-11-18T00:00:00Z"}),
    examples=(
        Example(
            name="no_instant",
            summary="A day is no instant",
            method="POST",
            path="/connections/alder-way/rewind",
            sent={"to": "2026-11-18"},
            status=422,
            body=problem_example(
                problems.INVALID,
                INVALID_DETAIL,
                errors={"to": ["is not an instant with a zone, such as 2026-11-20T12:00:00Z"]},
            ),
        ),
    ),
)


@router.get("/syncs", operation_id="listSyncs", **_LIST.declared(Runs))
def list_syncs(request: HttpRequest) -> HttpResponse:
    """List runs, the newest first. For managers."""
    return answer(request, READ, _list)


@router.get("/syncs/{sync_id}", operation_id="getSync", **_READ.declared(RunTold))
def get_sync(request: HttpRequest, sync_id: str) -> HttpResponse:
    """Read one run: how far it is, and what came of it. For managers."""
    return answer(request, READ, lambda asked: _read(asked, sync_id))


@router.post(
    "/connections/{connection_id}/syncs",
    operation_id="startSync",
    **_START.declared(RunTold, status=202),
)
def start_sync(request: HttpRequest, connection_id: str) -> HttpResponse:
    """Ask for a run; one that is open is joined. A worker carries it out. For managers."""
    return answer(request, WRITE, lambda asked: _start(asked, connection_id))


@router.post(
    "/connections/{connection_id}/rewind",
    operation_id="rewindConnection",
    **_REWIND.declared(RunTold, status=202),
)
def rewind_connection(request: HttpRequest, connection_id: str) -> HttpResponse:
    """Read again what changed at the POS since an earlier instant. For administrators.

    Rows that come twice do no harm. 409 `not_now` while a run is under way, or if nothing has been
    read yet.
    """
    return answer(request, STEER, lambda asked: _rewind(asked, connection_id))


def _list(asked: Asked) -> Answer:
    wanted = read_listing(asked.http, _LISTING)
    rows = queries.visible_runs(asked.scope)
    if "connection" in wanted.filters:
        rows = rows.filter(connection__slug=wanted.filters["connection"])
    if "state" in wanted.filters:
        rows = rows.filter(state=wanted.filters["state"])
    page, following = page_by_id(rows, wanted)
    return json_answer({"items": [_told(one, asked.now) for one in page], "next": following})


def _read(asked: Asked, text: str) -> Answer:
    return _answer_run(asked, read_id(text, "sync"), status=200)


def _start(asked: Asked, connection_id: str) -> Answer:
    connection = find_connection(asked, connection_id)
    sent = read_body(RunWanted, asked.http.body)

    def act() -> dict[str, Any]:
        if sent.full:
            return {"run": backfill(asked.scope, connection).pk}
        return {"run": request_sync(asked.scope, connection, full=False).pk}

    return _answer_run(asked, do_once(asked, act)["run"], status=202)


def _rewind(asked: Asked, connection_id: str) -> Answer:
    connection = find_connection(asked, connection_id)
    try:
        to = read_instant(read_body(RewindWanted, asked.http.body).to)
    except FilterError as error:
        raise invalid({"to": [str(error)]}) from error

    def act() -> dict[str, Any]:
        return {"run": rewind(asked.scope, connection, to=to, now=asked.now).pk}

    try:
        done = do_once(asked, act)
    except RewindError as error:
        raise ProblemError(problems.NOT_NOW, str(error).capitalize() + ".") from error
    return _answer_run(asked, done["run"], status=202)


def _answer_run(asked: Asked, run_id: int, *, status: int) -> Answer:
    # A run that was joined may be that of another connection to the same list.
    found = queries.visible_runs(asked.scope).filter(pk=run_id).first()
    if found is None:
        raise missing("sync")
    return json_answer(_told(found, asked.now), status=status)


def _told(run: CustomerSync, now: dt.datetime) -> dict[str, Any]:
    progress = queries.measure_progress(run, now=now)
    return {
        "id": run.pk,
        "connection": run.connection.slug,
        "state": run.state,
        "phase": run.phase,
        "is_full": run.full,
        "requested_by": run.requested_by,
        "requested_at": moment(run.requested_at),
        "started_at": moment(run.started_at),
        "finished_at": moment(run.finished_at),
        "rows_read": run.rows_read,
        "rows_new": run.rows_new,
        "rows_changed": run.rows_changed,
        "rows_unchanged": run.rows_unchanged,
        "rows_quarantined": run.rows_quarantined,
        "records_merged": run.records_merged,
        "records_gone": run.records_gone,
        "share": None if progress.share is None else round(progress.share, 4),
        "seconds_left": None if progress.seconds_left is None else round(progress.seconds_left, 1),
        "error_code": run.error_code,
        "error": run.error,
    }
