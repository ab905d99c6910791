"""The review queue for programs: pairs that may be one person, and the answer to them."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import (
    INVALID_DETAIL,
    PAGING,
    Sent,
    bad_cursor,
    describe,
    read_body,
    read_cursor,
    read_limit,
    write_cursor,
)
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.integrations import Asked, answer
from rollcall.api.platform import IDEMPOTENCY, LISTED, SHARED, WRITTEN, moment, read_id
from rollcall.identity.api.asking import FORBIDDEN, NORA, OTHER, READ, WRITE, do_once, in_problems
from rollcall.identity.models import Suggestion
from rollcall.identity.operations import reviewing
from rollcall.identity.operations.reading import view_queue
from rollcall.identity.presentation import explain, field_words, level_words
from rollcall.identity.queries.suggestions import Pair, PairSide, Place, place_of

router = Router(tags=["duplicates"])


class Duplicate(Schema):
    """Two people who may be one; `bits` say how much speaks for it, `reasons` what against."""

    id: int
    state: str
    bits: float
    reasons: list[str]
    people: list[str]
    at: str


class Duplicates(Schema):
    """A page of what waits for an answer, the strongest first."""

    items: list[Duplicate]
    next: str | None


class Reason(Schema):
    """A code and its words."""

    code: str
    words: str


class Step(Schema):
    """What one field says, in bits and words."""

    field: str
    label: str
    level: str
    words: str
    bits: float


class DuplicatePerson(Schema):
    """One of the two: the values that stand for them, and the record that was compared."""

    id: str
    name: str
    fields: dict[str, Any]
    record: dict[str, str] | None


class DuplicateEvidence(Schema):
    """A pair with everything that speaks for and against one person.

    `needed` bits link a pair by itself, if nothing contradicts; each field of `would_link_if` would
    be enough if both records agreed on it. `capped` bits are left out, for a household shares them.
    """

    id: int
    state: str
    at: str
    bits: float
    needed: float
    capped: float
    people: list[DuplicatePerson]
    evidence_for: list[Step]
    evidence_against: list[Step]
    reasons: list[Reason]
    would_link_if: list[str]


class DecisionSent(Sent):
    """What a person says of the pair."""

    decision: Literal["same", "different", "household"]


class Decided(Schema):
    """What was done: exactly one of the two ids is not null."""

    id: int
    state: str
    merge: int | None
    decision: int | None


_LIST: Final = Description(
    problems=(*LISTED, problems.NOT_FOUND),
    parameters=PAGING,
    examples=(
        Example(
            name="waiting",
            summary="What waits for an answer",
            path="/duplicates?limit=1",
            status=200,
            body={
                "items": [
                    {
                        "id": 1,
                        "state": "open",
                        "bits": 17.3,
                        "reasons": ["born"],
                        "people": [NORA, OTHER],
                        "at": "2026-11-20T12:03:00Z",
                    }
                ],
                "next": "MTcuMzox",
            },
        ),
        Example(
            name="no_limit",
            summary="A limit that is none",
            path="/duplicates?limit=all",
            status=422,
            body=problem_example(
                problems.INVALID,
                INVALID_DETAIL,
                errors={"limit": ["is not a number from 1 to 100"]},
            ),
        ),
        Example(
            name="no_right",
            summary="The key has not the scope",
            path="/duplicates",
            key="narrow",
            status=403,
            body=FORBIDDEN,
        ),
    ),
)
_READ: Final = Description(
    problems=(*SHARED, problems.NOT_FOUND),
    examples=(
        Example(
            name="nothing",
            summary="There is none",
            path="/duplicates/999",
            status=404,
            body=problem_example(problems.NOT_FOUND, "There is no such duplicate."),
        ),
    ),
)
_DECIDE: Final = Description(
    problems=(
        *WRITTEN,
        problems.NOT_FOUND,
        problems.ALREADY_ANSWERED,
        problems.ALREADY_ONE,
        problems.IN_THE_WAY,
    ),
    parameters=(IDEMPOTENCY,),
    body=describe(DecisionSent, {"decision": "household"}),
    examples=(
        Example(
            name="nonsense",
            summary="An answer that is none",
            method="POST",
            path="/duplicates/1/decision",
            sent={"decision": "perhaps"},
            status=422,
            body=problem_example(
                problems.INVALID,
                INVALID_DETAIL,
                errors={
                    "decision": ["Input should be 'same', 'different' or 'household'"],
                },
            ),
        ),
    ),
)


@router.get("/duplicates", operation_id="listDuplicates", **_LIST.declared(Duplicates))
def list_duplicates(request: HttpRequest) -> HttpResponse:
    """List the pairs that wait for a person's answer, the strongest first. For managers."""
    return answer(request, READ, _list)


@router.get(
    "/duplicates/{duplicate_id}",
    operation_id="getDuplicate",
    **_READ.declared(DuplicateEvidence),
)
def get_duplicate(request: HttpRequest, duplicate_id: str) -> HttpResponse:
    """Read a pair: both people, what speaks for and against, and what would change it."""
    return answer(request, READ, lambda asked: _read(asked, duplicate_id))


@router.post(
    "/duplicates/{duplicate_id}/decision",
    operation_id="decideDuplicate",
    **_DECIDE.declared(Decided),
)
def decide_duplicate(request: HttpRequest, duplicate_id: str) -> HttpResponse:
    """Say what the two are: the same person (merges them), different people, or one household.

    Everything that is asked about the same two people is answered with it.
    """
    return answer(request, WRITE, lambda asked: _decide(asked, duplicate_id))


def _list(asked: Asked) -> Answer:
    limit = read_limit(asked.http)
    found = view_queue(asked.scope, after=_place(read_cursor(asked.http)), limit=limit)
    last = place_of(found[-1]) if len(found) == limit else None
    return json_answer(
        {
            "items": [_row(one) for one in found],
            "next": write_cursor(f"{last.bits!r}:{last.id}") if last else None,
        }
    )


def _place(text: str) -> Place | None:
    if not text:
        return None
    bits, _, last = text.partition(":")
    try:
        place = Place(bits=float(bits), id=int(last))
    except ValueError:
        raise bad_cursor() from None
    if not math.isfinite(place.bits) or abs(place.id) >= 2**63:
        raise bad_cursor()
    return place


def _row(one: Suggestion) -> dict[str, Any]:
    people = (one.first.link.customer, one.second.link.customer)
    return {
        "id": one.pk,
        "state": one.state,
        "bits": round(one.bits, 2),
        "reasons": one.reasons,
        "people": [str(person.public_id) for person in people],
        "at": moment(one.at),
    }


def _read(asked: Asked, text: str) -> Answer:
    with in_problems():
        pair = reviewing.view_pair(asked.scope, read_id(text, "duplicate"))
    return json_answer(_evidence(pair))


def _evidence(pair: Pair) -> dict[str, Any]:
    one, held = pair.suggestion, pair.suggestion.evidence
    steps = [_step(part) for part in held.get("parts", ()) if part["level"] != "missing"]
    steps.sort(key=lambda step: -abs(step["bits"]))
    return {
        "id": one.pk,
        "state": one.state,
        "at": moment(one.at),
        "bits": round(one.bits, 2),
        "needed": round(float(held.get("bits", 0)) + float(held.get("short", 0)), 2),
        "capped": held.get("capped", 0),
        "people": [_person(side) for side in pair.sides],
        "evidence_for": [step for step in steps if step["bits"] > 0],
        "evidence_against": [step for step in steps if step["bits"] <= 0],
        "reasons": [
            {"code": code, "words": str(words)}
            for code, words in zip(one.reasons, explain(one.reasons, held), strict=True)
        ],
        "would_link_if": list(held.get("would_link_if", ())),
    }


def _step(part: dict[str, Any]) -> dict[str, Any]:
    return {
        "field": part["field"],
        "label": str(field_words(part["field"])),
        "level": part["level"],
        "words": str(level_words(part["level"])),
        "bits": float(part["bits"]),
    }


def _person(side: PairSide) -> dict[str, Any]:
    record = side.record
    return {
        "id": str(side.profile.public_id),
        "name": side.profile.display_name,
        "fields": {view.name: view.truth.standing.value for view in side.profile.fields},
        "record": record
        and {"kind": record.kind, "account": record.account_key, "id": record.external_id},
    }


def _decide(asked: Asked, text: str) -> Answer:
    suggestion_id = read_id(text, "duplicate")
    sent = read_body(DecisionSent, asked.http.body)
    state = Suggestion.State(sent.decision)

    def act() -> dict[str, Any]:
        return asdict(reviewing.answer(asked.scope, suggestion_id, state, now=asked.now))

    done = do_once(asked, act)
    return json_answer(
        {
            "id": done["suggestion_id"],
            "state": done["state"],
            "merge": done["merge_id"],
            "decision": done["decision_id"],
        }
    )
