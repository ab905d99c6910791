"""What people decided of one another, for programs."""

from __future__ import annotations

from typing import Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import (
    INVALID_DETAIL,
    PAGING,
    Note,
    PublicId,
    Sent,
    describe,
    read_body,
    read_id_cursor,
    read_limit,
    write_cursor,
)
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.integrations import Asked, answer
from rollcall.api.platform import IDEMPOTENCY, LISTED, WRITTEN, missing, moment, read_id
from rollcall.customers.models import Customer, PosRecord
from rollcall.identity.api.asking import ABSENT, NORA, OTHER, READ, WRITE, do_once, find_people
from rollcall.identity.models import Decision
from rollcall.identity.operations.deciding import decide, withdraw
from rollcall.identity.operations.reading import view_decisions
from rollcall.identity.queries.decisions import get_decision

router = Router(tags=["decisions"])


class DecidedSide(Schema):
    """One of the two: who it is now, and the record if it was said of a record."""

    id: str
    record: dict[str, str] | None


class DecisionTold(Schema):
    """What somebody said; it counts until it is withdrawn."""

    id: int
    kind: str
    people: list[DecidedSide]
    at: str
    actor: str
    note: str
    withdrawn_at: str | None
    withdrawn_by: str
    withdraw_reason: str


class Decisions(Schema):
    """A page of decisions, the newest first."""

    items: list[DecisionTold]
    next: str | None


class NewDecision(Sent):
    """Two people, and what they are to one another."""

    first: PublicId
    second: PublicId
    kind: Literal["same", "different", "household"]
    note: Note = ""


class Withdrawal(Sent):
    """Why it shall count no longer."""

    reason: Note = ""


_LIST: Final = Description(
    problems=(*LISTED, problems.NOT_FOUND),
    parameters=PAGING,
    examples=(
        Example(
            name="none",
            summary="Nobody has decided anything",
            path="/decisions",
            status=200,
            body={"items": [], "next": None},
        ),
    ),
)
_MAKE: Final = Description(
    problems=(*WRITTEN, problems.NOT_FOUND, problems.ALREADY_ONE),
    parameters=(IDEMPOTENCY,),
    body=describe(NewDecision, {"first": NORA, "second": OTHER, "kind": "different"}),
    examples=(
        Example(
            name="nobody",
            summary="An id that nobody has",
            method="POST",
            path="/decisions",
            sent={"first": NORA, "second": ABSENT, "kind": "different"},
            status=422,
            body=problem_example(
                problems.INVALID, INVALID_DETAIL, errors={"second": ["is nobody's id"]}
            ),
        ),
    ),
)
_WITHDRAW: Final = Description(
    problems=(*WRITTEN, problems.NOT_FOUND, problems.ALREADY_WITHDRAWN),
    parameters=(IDEMPOTENCY,),
    body=describe(Withdrawal, {"reason": "They showed their papers"}),
    examples=(
        Example(
            name="nothing",
            summary="There is none",
            method="POST",
            path="/decisions/999/withdraw",
            sent={},
            status=404,
            body=problem_example(problems.NOT_FOUND, "There is no such decision."),
        ),
    ),
)


@router.get("/decisions", operation_id="listDecisions", **_LIST.declared(Decisions))
def list_decisions(request: HttpRequest) -> HttpResponse:
    """List what people decided, the newest first, withdrawn decisions too. For managers."""
    return answer(request, READ, _list)


@router.post("/decisions", operation_id="makeDecision", **_MAKE.declared(DecisionTold, status=201))
def make_decision(request: HttpRequest) -> HttpResponse:
    """Remember what two people are to one another; `same` alone merges nobody."""
    return answer(request, WRITE, _make)


@router.post(
    "/decisions/{decision_id}/withdraw",
    operation_id="withdrawDecision",
    **_WITHDRAW.declared(DecisionTold),
)
def withdraw_decision(request: HttpRequest, decision_id: str) -> HttpResponse:
    """Let a decision count no longer; it stays as history."""
    return answer(request, WRITE, lambda asked: _withdraw(asked, decision_id))


def _list(asked: Asked) -> Answer:
    limit, before = read_limit(asked.http), read_id_cursor(asked.http)
    found = view_decisions(asked.scope, before=before, limit=limit)
    is_full = len(found) == limit
    return json_answer(
        {
            "items": [_row(one) for one in found],
            "next": write_cursor(found[-1].pk) if is_full else None,
        }
    )


def _make(asked: Asked) -> Answer:
    sent = read_body(NewDecision, asked.http.body)
    people = find_people(asked, {"first": sent.first, "second": sent.second})

    def act() -> dict[str, Any]:
        first, second = people["first"], people["second"]
        kind = Decision.Kind(sent.kind)
        made = decide(asked.scope, first, second, kind, note=sent.note, now=asked.now)
        return {"decision": made.pk}

    return _told(asked, do_once(asked, act)["decision"], status=201)


def _withdraw(asked: Asked, text: str) -> Answer:
    decision_id = read_id(text, "decision")
    sent = read_body(Withdrawal, asked.http.body)

    def act() -> dict[str, Any]:
        return {
            "decision": withdraw(asked.scope, decision_id, reason=sent.reason, now=asked.now).pk
        }

    return _told(asked, do_once(asked, act)["decision"], status=200)


def _told(asked: Asked, decision_id: int, *, status: int) -> Answer:
    found = get_decision(asked.scope, decision_id)
    if found is None:
        raise missing("decision")
    return json_answer(_row(found), status=status)


def _row(one: Decision) -> dict[str, Any]:
    return {
        "id": one.pk,
        "kind": one.kind,
        "people": [
            _side(one.first_customer, one.first_record),
            _side(one.second_customer, one.second_record),
        ],
        "at": moment(one.at),
        "actor": one.actor,
        "note": one.note,
        "withdrawn_at": moment(one.withdrawn_at),
        "withdrawn_by": one.withdrawn_by,
        "withdraw_reason": one.withdraw_reason,
    }


def _side(customer: Customer | None, record: PosRecord | None) -> dict[str, Any]:
    if record is not None:
        told = {"id": record.external_id}
        return {"id": str(record.link.customer.public_id), "record": told}
    return {"id": str(customer.public_id) if customer else "", "record": None}
