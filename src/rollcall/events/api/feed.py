"""The feed of events, for programs that ask."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import (
    INVALID_DETAIL,
    MOST,
    PAGE,
    bad_cursor,
    invalid,
    read_cursor,
    read_limit,
    write_cursor,
)
from rollcall.api.describing import Description, Example, Parameter, problem_example
from rollcall.api.integrations import Asked, Right, answer
from rollcall.audit.queries import FeedPlace
from rollcall.events.queries.feed import Event, find_latest, read_events
from rollcall.events.queries.sources import list_types
from rollcall.events.rules.places import PlaceError, read_place, write_place
from rollcall.kit.scope import Grant, Role

router = Router(tags=["events"])
READ: Final = Right(grant=Grant.READ_EVENTS, role=Role.STAFF)
SHARED: Final = (
    problems.UNAUTHENTICATED,
    problems.FORBIDDEN,
    problems.METHOD_NOT_ALLOWED,
    problems.URI_TOO_LONG,
    problems.TOO_MANY_REQUESTS,
    problems.INTERNAL_ERROR,
    problems.UNAVAILABLE,
)


class EventTold(Schema):
    """Something that happened: ids and names of fields, never values. `id` is always the same."""

    id: str
    type: str
    timestamp: str
    data: dict[str, Any]


class Events(Schema):
    """A page of events in order. Keep `next`, also of an empty page; `has_more`: ask at once."""

    items: list[EventTold]
    next: str
    has_more: bool


_DESCRIPTION: Final = Description(
    problems=(*SHARED, problems.INVALID, problems.PARAMETER_REPEATED),
    parameters=(
        Parameter(
            name="cursor",
            description="`next` of the page before, as it came; without one from the beginning.",
            example="MS4wLjAuMA",
        ),
        Parameter(
            name="limit",
            description=f"Events of the page, {PAGE} at first, at most {MOST}.",
            example="25",
        ),
        Parameter(
            name="types",
            description="Only these types of events, separated by commas.",
            example="customer.merged,customer.unmerged",
        ),
        Parameter(
            name="start",
            description="`now`: no events, but the cursor of what comes from now on.",
            example="now",
        ),
    ),
    examples=(
        Example(
            name="foreign",
            summary="A cursor that is none of ours",
            path="/events?cursor=nonsense",
            status=422,
            body=problem_example(
                problems.INVALID,
                INVALID_DETAIL,
                errors={"cursor": ["is not a cursor of this list"]},
            ),
        ),
        Example(
            name="narrow",
            summary="A key without the scope of events",
            path="/events",
            status=403,
            key="narrow",
            body=problem_example(
                problems.FORBIDDEN, "This needs a key with the scope events:read."
            ),
        ),
    ),
)


@router.get("/events", operation_id="listEvents", **_DESCRIPTION.declared(Events))
def list_events(request: HttpRequest) -> HttpResponse:
    """Read what changed, in order, and never miss anything: what is committed late comes late.

    An event may come twice, if a cursor is used twice; its `id` tells. A page may be empty although
    `has_more` says that there is more: it held events of other stores.
    """
    return answer(request, READ, _list)


def told(event: Event) -> dict[str, Any]:
    """An event as it is sent."""
    return {"id": event.id, "type": event.type, "timestamp": event.at, "data": event.data}


def read_types(texts: list[str]) -> list[str]:
    """Return types that there are, once each and sorted.

    :raises ProblemError: 422 for a type that there is not.
    """
    if set(texts) - list_types().keys():
        raise invalid({"types": ["names a type that there is not"]})
    return sorted(set(texts))


def _list(asked: Asked) -> Answer:
    limit, start = read_limit(asked.http), _start(asked)
    types = read_types([one for one in _one(asked, "types").split(",") if one])
    beginning = _one(asked, "start")
    if beginning not in ("", "now"):
        raise invalid({"start": ["is not now"]})
    if beginning:
        return _page([], find_latest(), has_more=False)
    page = read_events(asked.scope, start=start, limit=limit, types=types)
    return _page(page.events, page.next, has_more=page.has_more)


def _page(events: list[Event], place: FeedPlace, *, has_more: bool) -> Answer:
    text = write_place(place.transaction_id, place.entry_id, place.subjects)
    return json_answer(
        {
            "items": [told(one) for one in events],
            "next": write_cursor(text),
            "has_more": has_more,
        }
    )


def _start(asked: Asked) -> FeedPlace:
    text = read_cursor(asked.http)
    try:
        return FeedPlace(*read_place(text)) if text else FeedPlace()
    except PlaceError as error:
        raise bad_cursor() from error


def _one(asked: Asked, name: str) -> str:
    values = asked.http.GET.getlist(name)
    if len(values) > 1:
        raise problems.ProblemError(
            problems.PARAMETER_REPEATED, f"The parameter {name} was given twice."
        )
    return values[0] if values else ""
