"""Quarantine and proofs for programs: what could not be taken over, and what differs."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import Nothing, Sent, describe, read_body
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.integrations import Asked, answer
from rollcall.api.listing import Filter, Listing, page_by_id, read_listing
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
from rollcall.sync import queries
from rollcall.sync.api.asking import READ, WRITE, find_connection, no_connection
from rollcall.sync.models import QuarantinedRow, Reconciliation, Task
from rollcall.sync.operations.requests import request_task

router = Router(tags=["quarantine and proofs"])

_QUARANTINE: Final = Listing(
    filters=(Filter(name="connection", description="Name of a connection.", example="alder-way"),),
    sorts=("-id", "id"),
)
_PROOFS: Final = Listing()


class QuarantinedTold(Schema):
    """A row that could not be taken over, and why; never what it holds."""

    id: int
    kind: str
    account: str
    record_id: str
    code: str
    field: str
    reason: str
    attempts: int
    first_seen_at: str
    last_seen_at: str


class Quarantined(Schema):
    """A page of rows that wait."""

    items: list[QuarantinedTold]
    next: str | None


class ReconciliationTold(Schema):
    """The proof that Rollcall and POS hold the same: counts, and the ids that do not agree.

    Of each sort at most the first thousand ids. `is_repaired`: counts are those before the repair.
    """

    id: int
    connection: str
    started_at: str
    finished_at: str
    at_pos: int
    here: int
    missing: int
    extra: int
    different: int
    quarantined: int
    missing_ids: list[str]
    extra_ids: list[str]
    different_ids: list[str]
    is_repaired: bool


class Reconciliations(Schema):
    """A page of proofs, the newest first."""

    items: list[ReconciliationTold]
    next: str | None


class TaskTold(Schema):
    """Something that was asked of a worker; `error` says why it came to nothing."""

    id: int
    kind: str
    connection: str
    requested_at: str
    finished_at: str | None
    error: str


class ReconciliationWanted(Sent):
    """What the proof shall do."""

    repair: bool = Field(default=False, description="Bring in line what differs.")


_LIST: Final = Description(
    problems=(*LISTED, problems.NOT_FOUND),
    parameters=_QUARANTINE.parameters,
    examples=(
        Example(
            name="none",
            summary="Everything could be taken over",
            path="/quarantine",
            status=200,
            body={"items": [], "next": None},
        ),
    ),
)
_RETRY: Final = Description(
    problems=CHANGED,
    parameters=(IDEMPOTENCY,),
    body=describe(Nothing, {}),
    examples=(no_connection("/quarantine/retry"),),
)
_LIST_PROOFS: Final = Description(
    problems=(*LISTED, problems.NOT_FOUND),
    parameters=_PROOFS.parameters,
    examples=(no_connection("/reconciliations", "GET"),),
)
_PROVE: Final = Description(
    problems=CHANGED,
    parameters=(IDEMPOTENCY,),
    body=describe(ReconciliationWanted, {"repair": False}),
    examples=(no_connection("/reconciliations"),),
)
_READ_TASK: Final = Description(
    problems=FOUND,
    examples=(
        Example(
            name="nothing",
            summary="There is none",
            path="/tasks/999999",
            status=404,
            body=problem_example(problems.NOT_FOUND, "There is no such task."),
        ),
    ),
)


@router.get("/quarantine", operation_id="listQuarantine", **_LIST.declared(Quarantined))
def list_quarantine(request: HttpRequest) -> HttpResponse:
    """List rows that could not be taken over, with the reason. For managers."""
    return answer(request, READ, _list)


@router.post(
    "/connections/{connection_id}/quarantine/retry",
    operation_id="retryQuarantine",
    **_RETRY.declared(TaskTold, status=202),
)
def retry_quarantine(request: HttpRequest, connection_id: str) -> HttpResponse:
    """Have a worker try the quarantined rows of a connection again. For managers."""
    return answer(request, WRITE, lambda asked: _retry(asked, connection_id))


@router.get(
    "/connections/{connection_id}/reconciliations",
    operation_id="listReconciliations",
    **_LIST_PROOFS.declared(Reconciliations),
)
def list_reconciliations(request: HttpRequest, connection_id: str) -> HttpResponse:
    """List the proofs of the list that a connection reads, the newest first. For managers."""
    return answer(request, READ, lambda asked: _list_proofs(asked, connection_id))


@router.post(
    "/connections/{connection_id}/reconciliations",
    operation_id="startReconciliation",
    **_PROVE.declared(TaskTold, status=202),
)
def start_reconciliation(request: HttpRequest, connection_id: str) -> HttpResponse:
    """Have a worker compare Rollcall with the POS, and repair if asked for. For managers."""
    return answer(request, WRITE, lambda asked: _prove(asked, connection_id))


@router.get("/tasks/{task_id}", operation_id="getTask", **_READ_TASK.declared(TaskTold))
def get_task(request: HttpRequest, task_id: str) -> HttpResponse:
    """Read what became of something that was asked of a worker. For managers."""
    return answer(request, READ, lambda asked: _answer_task(asked, read_id(task_id, "task")))


def _list(asked: Asked) -> Answer:
    wanted = read_listing(asked.http, _QUARANTINE)
    name = wanted.filters.get("connection")
    connection = None if name is None else find_connection(asked, name)
    rows = queries.visible_quarantine(asked.scope, connection)
    page, following = page_by_id(rows, wanted)
    return json_answer({"items": [_row(one) for one in page], "next": following})


def _list_proofs(asked: Asked, connection_id: str) -> Answer:
    wanted = read_listing(asked.http, _PROOFS)
    connection = find_connection(asked, connection_id)
    page, following = page_by_id(queries.proofs_of(asked.scope, connection), wanted)
    return json_answer({"items": [_proof(one) for one in page], "next": following})


def _retry(asked: Asked, connection_id: str) -> Answer:
    read_body(Nothing, asked.http.body)
    return _request(asked, connection_id, Task.Kind.RETRY_QUARANTINE)


def _prove(asked: Asked, connection_id: str) -> Answer:
    sent = read_body(ReconciliationWanted, asked.http.body)
    return _request(asked, connection_id, Task.Kind.REPAIR if sent.repair else Task.Kind.RECONCILE)


def _request(asked: Asked, connection_id: str, kind: Task.Kind) -> Answer:
    connection = find_connection(asked, connection_id)
    done = do_once(asked, lambda: {"task": request_task(asked.scope, connection, kind).pk})
    return _answer_task(asked, done["task"], status=202)


def _answer_task(asked: Asked, task_id: int, *, status: int = 200) -> Answer:
    found = queries.visible_tasks(asked.scope).filter(pk=task_id).first()
    if found is None:
        raise missing("task")
    told = {
        "id": found.pk,
        "kind": found.kind,
        "connection": found.connection.slug,
        "requested_at": moment(found.requested_at),
        "finished_at": moment(found.finished_at),
        "error": found.error,
    }
    return json_answer(told, status=status)


def _row(one: QuarantinedRow) -> dict[str, Any]:
    return {
        "id": one.pk,
        "kind": one.account.kind,
        "account": one.account.account_key,
        "record_id": one.external_id,
        "code": one.code,
        "field": one.field,
        "reason": one.reason,
        "attempts": one.attempts,
        "first_seen_at": moment(one.first_seen_at),
        "last_seen_at": moment(one.last_seen_at),
    }


def _proof(one: Reconciliation) -> dict[str, Any]:
    return {
        "id": one.pk,
        "connection": one.connection.slug,
        "started_at": moment(one.started_at),
        "finished_at": moment(one.finished_at),
        "at_pos": one.at_pos,
        "here": one.here,
        "missing": one.missing,
        "extra": one.extra,
        "different": one.different,
        "quarantined": one.quarantined,
        "missing_ids": one.missing_ids,
        "extra_ids": one.extra_ids,
        "different_ids": one.different_ids,
        "is_repaired": one.repaired,
    }
