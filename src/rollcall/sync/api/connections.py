"""Connections for programs: what they read, how they are doing; never a setting or a secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import Nothing, describe, read_body
from rollcall.api.describing import Description, Example
from rollcall.api.integrations import Asked, answer
from rollcall.api.listing import Filter, Listing, page_by_id, read_listing
from rollcall.api.platform import CHANGED, FOUND, IDEMPOTENCY, LISTED, do_once, moment
from rollcall.pos import registry
from rollcall.sync import queries
from rollcall.sync.api.asking import READ, STEER, find_connection, no_connection
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.steering import set_paused

router = Router(tags=["connections"])

_LISTING: Final = Listing(
    filters=(Filter(name="kind", description="Of the POS.", example=registry.kinds()[0]),),
    sorts=("id", "-id"),
)


class AccountTold(Schema):
    """Whose customer list it is; connections with the same one share records and position."""

    kind: str
    key: str
    label: str


class ConnectionTold(Schema):
    """A connection; `id` is its name. Its settings are never answered."""

    id: str
    kind: str
    account: AccountTold | None
    stores: list[str]
    time_zone: str
    is_paused: bool
    paused_at: str | None


class Connections(Schema):
    """A page of connections."""

    items: list[ConnectionTold]
    next: str | None


class ConnectionState(ConnectionTold):
    """A connection and how it is doing.

    `brake` counts the records that a full pass did not meet and that wait for an administrator;
    `circuit` says whether requests to the POS go through (`closed`), or not (`open`, `trying`).
    `runs`: the newest, and the newest that finished.
    """

    records: int
    quarantined: int
    changes_read_until: str | None
    full_pass_at: str | None
    brake: int | None
    circuit: str
    last_run: int | None
    last_good_run: int | None
    last_reconciliation: int | None
    tasks: list[int]


_LIST: Final = Description(
    problems=LISTED,
    parameters=_LISTING.parameters,
    examples=(
        Example(
            name="none",
            summary="No connection to that POS",
            path="/connections?kind=flowhub",
            status=200,
            body={"items": [], "next": None},
        ),
    ),
)
_READ: Final = Description(problems=FOUND, examples=(no_connection("", "GET"),))
_PAUSE: Final = Description(
    problems=CHANGED,
    parameters=(IDEMPOTENCY,),
    body=describe(Nothing, {}),
    examples=(no_connection("/pause"),),
)
_RESUME: Final = Description(
    problems=CHANGED,
    parameters=(IDEMPOTENCY,),
    body=describe(Nothing, {}),
    examples=(no_connection("/resume"),),
)


@router.get("/connections", operation_id="listConnections", **_LIST.declared(Connections))
def list_connections(request: HttpRequest) -> HttpResponse:
    """List the connections that serve the key's stores. For managers."""
    return answer(request, READ, _list)


@router.get(
    "/connections/{connection_id}",
    operation_id="getConnection",
    **_READ.declared(ConnectionState),
)
def get_connection(request: HttpRequest, connection_id: str) -> HttpResponse:
    """Read one connection and how it is doing. For managers."""
    return answer(request, READ, lambda asked: _read(asked, connection_id))


@router.post(
    "/connections/{connection_id}/pause",
    operation_id="pauseConnection",
    **_PAUSE.declared(ConnectionTold),
)
def pause(request: HttpRequest, connection_id: str) -> HttpResponse:
    """Pause a connection: nothing is read until it is resumed. For administrators.

    A run that is under way stops at its next commit and goes on from there later.
    """
    return answer(request, STEER, lambda asked: _set_paused(asked, connection_id, paused=True))


@router.post(
    "/connections/{connection_id}/resume",
    operation_id="resumeConnection",
    **_RESUME.declared(ConnectionTold),
)
def resume(request: HttpRequest, connection_id: str) -> HttpResponse:
    """Let a paused connection go on; what was missed is read once. For administrators."""
    return answer(request, STEER, lambda asked: _set_paused(asked, connection_id, paused=False))


def _list(asked: Asked) -> Answer:
    wanted = read_listing(asked.http, _LISTING)
    rows = queries.visible_connections(asked.scope)
    if "kind" in wanted.filters:
        rows = rows.filter(kind=wanted.filters["kind"])
    page, following = page_by_id(rows, wanted)
    return json_answer({"items": _told(asked, page), "next": following})


def _read(asked: Asked, connection_id: str) -> Answer:
    connection = find_connection(asked, connection_id)
    return json_answer({**_told(asked, [connection])[0], **_state(asked, connection)})


def _set_paused(asked: Asked, connection_id: str, *, paused: bool) -> Answer:
    connection = find_connection(asked, connection_id)
    read_body(Nothing, asked.http.body)

    def act() -> dict[str, Any]:
        return {"changed": set_paused(asked.scope, connection, paused=paused, now=asked.now)}

    do_once(asked, act)
    return json_answer(_told(asked, [find_connection(asked, connection_id)])[0])


def _told(asked: Asked, connections: Sequence[PosConnection]) -> list[dict[str, Any]]:
    stores = queries.name_stores(asked.scope, connections)
    return [
        {
            "id": one.slug,
            "kind": one.kind,
            "account": one.account
            and {
                "kind": one.account.kind,
                "key": one.account.account_key,
                "label": one.account.label,
            },
            "stores": stores[one.pk],
            "time_zone": one.time_zone,
            "is_paused": one.paused,
            "paused_at": moment(one.paused_at),
        }
        for one in connections
    ]


def _state(asked: Asked, connection: PosConnection) -> dict[str, Any]:
    view = queries.get_connection_view(asked.scope, connection)
    state = view.state
    return {
        "records": view.records,
        "quarantined": view.quarantined,
        "changes_read_until": moment(state.watermark if state else None),
        "full_pass_at": moment(state.full_pass_at if state else None),
        "brake": state.brake_missing if state and view.brake_pulled else None,
        "circuit": view.circuit.state if view.circuit else "closed",
        "last_run": view.run.pk if view.run else None,
        "last_good_run": view.good_run.pk if view.good_run else None,
        "last_reconciliation": view.proof.pk if view.proof else None,
        "tasks": [one.pk for one in view.tasks],
    }
