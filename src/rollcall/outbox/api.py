"""Writes to POS systems for programs (``/api/v2/outbox``): what waits, sending again, giving up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import INVALID_DETAIL, Note, Nothing, Sent, describe, invalid, read_body
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
from rollcall.api.problems import ProblemError
from rollcall.kit.scope import Grant, Role
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.people import (
    NotWaitingError,
    ReasonMissingError,
    discard,
    send_again,
)

READ: Final = Right(grant=Grant.READ_OUTBOX, role=Role.MANAGER)
WRITE: Final = Right(grant=Grant.WRITE_OUTBOX, role=Role.MANAGER)
router = Router(tags=["outbox"])

_LISTING: Final = Listing(
    filters=(
        Filter(
            name="state",
            description="How far it is; what is not over yet, unless one is given.",
            example="refused",
            read=one_of(*OutboxEntry.State.values),
            schema={"type": "string", "enum": list(OutboxEntry.State.values)},
        ),
        Filter(name="connection", description="Name of a connection.", example="alder-way"),
    ),
    sorts=("-id", "id"),
)


class EntryTold(Schema):
    """An intended write of one person to one POS: names of fields, never values.

    `decisions` says of each field what became of it; `reason` why the POS refused, in its words.
    """

    id: int
    intent: str
    state: str
    customer: str
    connection: str
    record_id: str
    fields: list[str]
    actor: str
    created_at: str
    attempts: int
    not_before: str
    closed_at: str | None
    decisions: dict[str, Any]
    code: str
    reason: str


class Entries(Schema):
    """A page of entries."""

    items: list[EntryTold]
    next: str | None


class Discarding(Sent):
    """Why it is given up."""

    reason: Note


_NOTHING: Final = problem_example(problems.NOT_FOUND, "There is no such entry.")
_LIST: Final = Description(
    problems=LISTED,
    parameters=_LISTING.parameters,
    examples=(
        Example(
            name="none",
            summary="No POS has refused anything",
            path="/outbox?state=refused",
            status=200,
            body={"items": [], "next": None},
        ),
    ),
)
_READ: Final = Description(
    problems=FOUND,
    examples=(
        Example(
            name="nothing", summary="There is none", path="/outbox/999", status=404, body=_NOTHING
        ),
    ),
)
_REPLAY: Final = Description(
    problems=(*CHANGED, problems.NOT_WAITING),
    parameters=(IDEMPOTENCY,),
    body=describe(Nothing, {}),
    examples=(
        Example(
            name="nothing",
            summary="There is none",
            method="POST",
            path="/outbox/999/replay",
            sent={},
            status=404,
            body=_NOTHING,
        ),
    ),
)
_DISCARD: Final = Description(
    problems=(*CHANGED, problems.NOT_WAITING),
    parameters=(IDEMPOTENCY,),
    body=describe(Discarding, {"reason": "Was typed by mistake"}),
    examples=(
        Example(
            name="no_reason",
            summary="Nobody says why",
            method="POST",
            path="/outbox/999/discard",
            sent={},
            status=422,
            body=problem_example(
                problems.INVALID, INVALID_DETAIL, errors={"reason": ["is required"]}
            ),
        ),
    ),
)


@router.get("/outbox", operation_id="listOutbox", **_LIST.declared(Entries))
def list_outbox(request: HttpRequest) -> HttpResponse:
    """List what is to be written to POS systems, the newest first. For managers."""
    return answer(request, READ, _list)


@router.get("/outbox/{entry_id}", operation_id="getOutboxEntry", **_READ.declared(EntryTold))
def get_entry(request: HttpRequest, entry_id: str) -> HttpResponse:
    """Read one entry. For managers."""
    return answer(request, READ, lambda asked: _told(asked, read_id(entry_id, "entry")))


@router.post(
    "/outbox/{entry_id}/replay",
    operation_id="replayOutboxEntry",
    **_REPLAY.declared(EntryTold),
)
def replay(request: HttpRequest, entry_id: str) -> HttpResponse:
    """Send an entry that was refused or given up once more, as it is. For managers.

    409 `not_waiting` for one that is being sent, has arrived or was discarded.
    """
    return answer(request, WRITE, lambda asked: _replay(asked, entry_id))


@router.post(
    "/outbox/{entry_id}/discard",
    operation_id="discardOutboxEntry",
    **_DISCARD.declared(EntryTold),
)
def discard_entry(request: HttpRequest, entry_id: str) -> HttpResponse:
    """Give an entry up for good; what was typed stays in Rollcall. For managers."""
    return answer(request, WRITE, lambda asked: _discard(asked, entry_id))


def _list(asked: Asked) -> Answer:
    wanted = read_listing(asked.http, _LISTING)
    rows = queries.visible_entries(asked.scope)
    state = wanted.filters.get("state")
    rows = rows.filter(state__in=[state] if state else OutboxEntry.OPEN)
    if "connection" in wanted.filters:
        rows = rows.filter(connection__slug=wanted.filters["connection"])
    page, following = page_by_id(rows, wanted)
    return json_answer({"items": [_row(one) for one in page], "next": following})


def _replay(asked: Asked, text: str) -> Answer:
    entry_id = read_id(text, "entry")
    read_body(Nothing, asked.http.body)
    return _do(asked, entry_id, lambda: send_again(asked.scope, entry_id, now=asked.now))


def _discard(asked: Asked, text: str) -> Answer:
    entry_id = read_id(text, "entry")
    reason = read_body(Discarding, asked.http.body).reason
    return _do(
        asked, entry_id, lambda: discard(asked.scope, entry_id, reason=reason, now=asked.now)
    )


def _do(asked: Asked, entry_id: int, act: Callable[[], OutboxEntry]) -> Answer:
    try:
        do_once(asked, lambda: {"entry": act().pk})
    except queries.EntryNotFoundError as error:
        raise missing("entry") from error
    except ReasonMissingError as error:
        raise invalid({"reason": ["is required"]}) from error
    except NotWaitingError as error:
        raise ProblemError(
            problems.NOT_WAITING, "It is being sent, has arrived or was discarded."
        ) from error
    return _told(asked, entry_id)


def _told(asked: Asked, entry_id: int) -> Answer:
    try:
        return json_answer(_row(queries.get_entry(asked.scope, entry_id)))
    except queries.EntryNotFoundError as error:
        raise missing("entry") from error


def _row(one: OutboxEntry) -> dict[str, Any]:
    return {
        "id": one.pk,
        "intent": one.intent,
        "state": one.state,
        "customer": str(one.holder.public_id),
        "connection": one.connection.slug,
        "record_id": one.external_id,
        "fields": one.fields,
        "actor": one.actor,
        "created_at": moment(one.created_at),
        "attempts": one.attempts,
        "not_before": moment(one.not_before),
        "closed_at": moment(one.closed_at),
        "decisions": one.decisions,
        "code": one.code,
        "reason": one.reason,
    }
