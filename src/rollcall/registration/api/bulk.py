"""Many people in one call: each row by itself, told one by one, never twice."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import Field

from rollcall.api import idempotency, problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import Line, PublicId, Sent, read_body, read_member
from rollcall.api.describing import Body, Description, Example, Parameter, problem_example
from rollcall.api.idempotency import Claim, note_part, parts_of
from rollcall.api.integrations import Asked, answer
from rollcall.api.platform import IDEMPOTENCY, WRITTEN, named_body, sent_key
from rollcall.api.problems import ProblemError
from rollcall.api.turns import waiting
from rollcall.registration.api.asking import WRITE, find_store, read_customer, refused, router
from rollcall.registration.api.changing import change_one
from rollcall.registration.operations.likely import open_person
from rollcall.registration.operations.registering import (
    LikelyMatchError,
    SameDocumentError,
    WouldBeRefusedError,
    register_shopper,
)
from rollcall.registration.rules.bodies import KEYS
from rollcall.stores.models import Store

#: Rows of one call; and how long it goes on before it says how far it has come.
MOST: Final = 1000
PATIENCE_S: Final = 20.0
_NOT_REACHED: Final = {"status": 0, "code": "not_reached"}
log = structlog.get_logger(__name__)


class BulkRow(Sent):
    """Somebody to be registered, or, with an id, to be changed."""

    id: PublicId | None = None
    etag: Line = ""
    customer: dict[str, Any]
    confirm_new: bool = False
    shown: list[PublicId] = Field(default_factory=list, max_length=20)


class Bulk(Sent):
    """Many people."""

    store: Line = ""
    rows: list[dict[str, Any]] = Field(min_length=1, max_length=MOST)


class RowTold(Schema):
    """What became of one row: as an answer to it alone would say.

    `status` 201: registered, 200: changed (or nothing had to be), 0: not reached yet. `candidates`
    are the ids of likely matches, `fields` what differs of a version.
    """

    row: int
    status: int
    code: str = ""
    id: str | None = None
    changed: list[str] | None = None
    errors: dict[str, list[str]] | None = None
    candidates: list[str] | None = None
    fields: list[str] | None = None


class BulkTold(Schema):
    """What became of all rows, in their order.

    With `is_complete` false, send the same request with the same key again: it goes on where it
    stopped, and tells all rows.
    """

    is_complete: bool
    done: int
    rows: list[RowTold]


_ROW: Final = {
    "type": "object",
    "required": ["customer"],
    "properties": {
        "id": {"type": "string", "description": "Of whom to change; without, a new person."},
        "etag": {"type": "string", "description": "Of a change: the version read, or `*`."},
        "customer": {
            "type": "object",
            "properties": {
                key: {"type": ["boolean" if key.endswith("_opt_in") else "string", "null"]}
                for key in KEYS
            },
        },
        "confirm_new": {"type": "boolean"},
        "shown": {"type": "array", "items": {"type": "string"}, "maxItems": 20},
    },
}
_BULK: Final = Description(
    problems=(*WRITTEN, problems.KEY_MISSING, problems.STORE_NOT_FOUND),
    parameters=(
        Parameter(
            name=IDEMPOTENCY.name,
            description=IDEMPOTENCY.description,
            example=IDEMPOTENCY.example,
            place="header",
            schema=IDEMPOTENCY.schema,
            is_required=True,
        ),
    ),
    body=Body(
        schema={
            "type": "object",
            "title": "Bulk",
            "required": ["rows"],
            "properties": {
                "store": {
                    "type": "string",
                    "description": "Slug of the store of new people; needed if there are any.",
                },
                "rows": {"type": "array", "minItems": 1, "maxItems": MOST, "items": _ROW},
            },
        },
        example={"store": "alder-way", "rows": [{"customer": {"first_name": "Nora"}}]},
    ),
    examples=(
        Example(
            name="no_key",
            summary="Without an Idempotency-Key",
            method="POST",
            path="/customers/bulk",
            sent={"store": "alder-way", "rows": [{"customer": {"first_name": "Nora"}}]},
            status=400,
            body=problem_example(
                problems.KEY_MISSING, "Many rows need a key: so that they can be sent again."
            ),
        ),
        Example(
            name="one_wrong",
            summary="A row that cannot be used",
            method="POST",
            path="/customers/bulk",
            sent={"store": "alder-way", "rows": [{"customer": {"birthday": "yesterday"}}]},
            headers={"Idempotency-Key": "example-of-one-wrong"},
            status=200,
            body={
                "is_complete": True,
                "done": 1,
                "rows": [
                    {
                        "row": 0,
                        "status": 422,
                        "code": "invalid",
                        "errors": {"birthday": ["expected format is yyyy-MM-dd"]},
                    }
                ],
            },
        ),
    ),
)


@router.post("/customers/bulk", operation_id="bulkCustomers", **_BULK.declared(BulkTold))
def bulk(request: HttpRequest) -> HttpResponse:
    """Register and change up to 1,000 people, each row by itself.

    Every row is a transaction of its own: what is told as done is done, whatever happens later. New
    people are searched for first, as in `createCustomer`. After twenty seconds the answer says how
    far it came; the same request with the same key goes on. POS systems are not waited for.
    """
    return answer(request, WRITE, _bulk)


def _bulk(asked: Asked) -> Answer:
    key = sent_key(asked)
    if not key:
        raise ProblemError(
            problems.KEY_MISSING, "Many rows need a key: so that they can be sent again."
        )
    sent = read_body(Bulk, asked.http.body)
    is_new = any(not row.get("id") for row in sent.rows)
    store = find_store(asked, sent.store) if is_new else None
    owner, body = asked.caller.owner, named_body(asked)
    with idempotency.claimed(owner, key, body, now=asked.now) as claim:
        done = _go_on(asked, claim, store, sent.rows)
    rows = [{"row": place, **done.get(place, _NOT_REACHED)} for place in range(len(sent.rows))]
    is_complete = len(done) == len(rows)
    told = json_answer({"is_complete": is_complete, "done": len(done), "rows": rows})
    return replace(told, is_final=is_complete)


def _go_on(
    asked: Asked, claim: Claim, store: Store | None, rows: list[dict[str, Any]]
) -> dict[int, Mapping[str, Any]]:
    done: dict[int, Mapping[str, Any]] = dict(parts_of(claim))
    until = time.monotonic() + PATIENCE_S
    for place, row in enumerate(rows):
        if place in done:
            continue
        outcome = _one(asked, claim, place, store, row)
        if outcome is not None:
            done[place] = outcome
        if time.monotonic() >= until:
            break
        with waiting():
            pass  # others have their turn between two rows
    return done


def _one(
    asked: Asked, claim: Claim, place: int, store: Store | None, row: dict[str, Any]
) -> Mapping[str, Any] | None:
    """Carry one row out; None: it failed for no fault of its own, and is tried again."""
    try:
        with transaction.atomic():
            outcome = _outcome(asked, uuid.uuid5(claim.made, str(place)), store, row)
            note_part(claim, place, outcome)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # one bad row must not keep the others
        log.exception("api.bulk_row_failed", row=place)
        return None
    return outcome


def _outcome(
    asked: Asked, made: uuid.UUID, store: Store | None, row: dict[str, Any]
) -> dict[str, Any]:
    try:
        with transaction.atomic():
            sent = read_member(BulkRow, row)
            if sent.id is not None:
                change = change_one(asked, sent.id, sent.etag, sent.customer)
                return {"status": 200, "id": sent.id, "changed": change.fields}
            return {"status": 201, "id": _register(asked, made, store, sent)}
    except ProblemError as error:
        return _refusal(error)


def _register(asked: Asked, made: uuid.UUID, store: Store | None, sent: BulkRow) -> str:
    if store is None:
        raise RuntimeError("a new person without a store")
    body = read_customer(sent.customer, asked.now)
    try:
        registration = register_shopper(
            asked.scope,
            store,
            body.fields,
            registration=made,
            is_lead=body.is_lead,
            apart_from=[uuid.UUID(one) for one in sent.shown] if sent.confirm_new else (),
            now=asked.now,
        )
    except LikelyMatchError as error:
        ids = [str(one.customer.public_id) for one in error.candidates]
        raise ProblemError(problems.LIKELY_MATCH, "", extra={"candidates": ids}) from error
    except WouldBeRefusedError as error:
        raise refused(error.problems) from error
    except SameDocumentError as error:
        known = str(open_person(asked.scope, error.record).public_id)
        raise ProblemError(problems.DUPLICATE, "", extra={"id": known}) from error
    return str(registration.customer.public_id)


def _refusal(error: ProblemError) -> dict[str, Any]:
    document = error.problem.document()
    names = ("status", "code", "errors", "candidates", "fields", "id")
    return {name: document[name] for name in names if name in document}
