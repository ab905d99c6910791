"""Calls of POS systems for programs (``/api/v2/inbox``): what came of them, processing again."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import Nothing, describe, read_body
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.integrations import Asked, Right, answer
from rollcall.api.listing import Filter, Listing, one_of, page_by_id, read_listing
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
from rollcall.inbox import queries
from rollcall.inbox.models import InboxEvent
from rollcall.inbox.operations.replaying import replay_events
from rollcall.kit.scope import Grant, Role

READ: Final = Right(grant=Grant.READ_SYNC, role=Role.ADMIN)
WRITE: Final = Right(grant=Grant.WRITE_SYNC, role=Role.ADMIN)
router = Router(tags=["inbox"])

_LISTING: Final = Listing(
    filters=(
        Filter(
            name="state",
            description="What became of it.",
            example="failed",
            read=one_of(*InboxEvent.State.values),
            schema={"type": "string", "enum": list(InboxEvent.State.values)},
        ),
        Filter(name="connection", description="Name of a connection.", example="alder-way"),
    ),
    sorts=("-id", "id"),
)


class InboxEventTold(Schema):
    """A call of a POS about one customer; never what it said."""

    id: int
    connection: str
    received_at: str
    topic: str
    kind: str
    record_id: str
    state: str
    attempts: int
    processed_at: str | None
    outcome: str


class InboxEvents(Schema):
    """A page of calls."""

    items: list[InboxEventTold]
    next: str | None


_NOTHING: Final = problem_example(problems.NOT_FOUND, "There is no such event.")
_LIST: Final = Description(
    problems=LISTED,
    parameters=_LISTING.parameters,
    examples=(
        Example(
            name="none",
            summary="No POS has called",
            path="/inbox",
            status=200,
            body={"items": [], "next": None},
        ),
    ),
)
_READ: Final = Description(
    problems=FOUND,
    examples=(
        Example(
            name="nothing", summary="There is none", path="/inbox/999", status=404, body=_NOTHING
        ),
    ),
)
_REPLAY: Final = Description(
    problems=CHANGED,
    parameters=(IDEMPOTENCY,),
    body=describe(Nothing, {}),
    examples=(
        Example(
            name="nothing",
            summary="There is none",
            method="POST",
            path="/inbox/999/replay",
            sent={},
            status=404,
            body=_NOTHING,
        ),
    ),
)


@router.get("/inbox", operation_id="listInbox", **_LIST.declared(InboxEvents))
def list_inbox(request: HttpRequest) -> HttpResponse:
    """List what POS systems called with, the newest first. For administrators."""
    return answer(request, READ, _list)


@router.get("/inbox/{event_id}", operation_id="getInboxEvent", **_READ.declared(InboxEventTold))
def get_event(request: HttpRequest, event_id: str) -> HttpResponse:
    """Read what became of one call. For administrators."""
    return answer(request, READ, lambda asked: _answer_event(asked, read_id(event_id, "event")))


@router.post(
    "/inbox/{event_id}/replay", operation_id="replayInboxEvent", **_REPLAY.declared(InboxEventTold)
)
def replay(request: HttpRequest, event_id: str) -> HttpResponse:
    """Process a call once more; old news changes nothing. For administrators."""
    return answer(request, WRITE, lambda asked: _replay(asked, event_id))


def _list(asked: Asked) -> Answer:
    wanted = read_listing(asked.http, _LISTING)
    rows = queries.select_events(asked.scope).select_related("connection").defer("sealed_body")
    if "state" in wanted.filters:
        rows = rows.filter(state=wanted.filters["state"])
    if "connection" in wanted.filters:
        rows = rows.filter(connection__slug=wanted.filters["connection"])
    page, following = page_by_id(rows, wanted)
    return json_answer({"items": [_told(one) for one in page], "next": following})


def _replay(asked: Asked, text: str) -> Answer:
    event_id = read_id(text, "event")
    read_body(Nothing, asked.http.body)

    def act() -> dict[str, Any]:
        if not replay_events(asked.scope, [event_id], now=asked.now):
            raise missing("event")
        return {"event": event_id}

    do_once(asked, act)
    return _answer_event(asked, event_id)


def _answer_event(asked: Asked, event_id: int) -> Answer:
    rows = queries.select_events(asked.scope).select_related("connection").defer("sealed_body")
    found = rows.filter(pk=event_id).first()
    if found is None:
        raise missing("event")
    return json_answer(_told(found))


def _told(one: InboxEvent) -> dict[str, Any]:
    return {
        "id": one.pk,
        "connection": one.connection.slug,
        "received_at": moment(one.received_at),
        "topic": one.topic,
        "kind": one.kind,
        "record_id": one.external_id,
        "state": one.state,
        "attempts": one.attempts,
        "processed_at": moment(one.processed_at),
        "outcome": one.outcome,
    }
