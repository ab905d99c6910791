"""A live look at a POS, for administrators' programs."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import INVALID_DETAIL, Line, Sent, describe, invalid, read_body
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.integrations import Asked, Right, answer
from rollcall.api.platform import SENT
from rollcall.api.problems import ProblemError
from rollcall.api.turns import waiting
from rollcall.kit.normalise.dates import DayError, parse_birth_day
from rollcall.kit.normalise.phone import phone_e164
from rollcall.kit.scope import Grant, Role
from rollcall.pos.contract import Criteria
from rollcall.pos.errors import PosError, UnsupportedByPosError
from rollcall.sync.api.asking import find_connection
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.looking import LiveRow, look_at_pos

#: It shows people, so it needs the scope for people beside the role.
LOOK: Final = Right(grant=Grant.READ_CUSTOMERS, role=Role.ADMIN)
router = Router(tags=["connections"])


class Wanted(Sent):
    """Whom to ask the POS for: its own id, or what is known of them."""

    record_id: Line = ""
    first_name: Line = ""
    last_name: Line = ""
    phone: Line = ""
    email: Line = ""
    drivers_license: Line = ""
    birthday: Line = ""


class PosRow(Schema):
    """A row as the POS holds it now; `customer` has it here, null: nobody yet.

    `error`: why the row cannot be read, as a code; empty if it can.
    """

    record_id: str
    status: str
    fields: dict[str, Any]
    error: str
    customer: str | None


class PosRows(Schema):
    """What the POS answered, at most 25."""

    items: list[PosRow]


_LOOK: Final = Description(
    problems=(
        *SENT,
        problems.NOT_FOUND,
        problems.CRITERIA_MISSING,
        problems.UNSUPPORTED_BY_POS,
        problems.POS_FAILED,
    ),
    body=describe(Wanted, {"phone": "(415) 555-0132"}),
    examples=(
        Example(
            name="nothing_given",
            summary="Nothing to ask for",
            method="POST",
            path="/connections/alder-way/lookup",
            sent={},
            status=400,
            body=problem_example(
                problems.CRITERIA_MISSING, "Say whom: a record_id, or something known of them."
            ),
        ),
        Example(
            name="no_phone",
            summary="A phone that is none",
            method="POST",
            path="/connections/alder-way/lookup",
            sent={"phone": "12"},
            status=422,
            body=problem_example(
                problems.INVALID, INVALID_DETAIL, errors={"phone": ["is no phone number"]}
            ),
        ),
    ),
)


@router.post(
    "/connections/{connection_id}/lookup",
    operation_id="lookUpAtPos",
    **_LOOK.declared(PosRows),
)
def look_up(request: HttpRequest, connection_id: str) -> HttpResponse:
    """Ask a POS who it knows, now, by its id or by what is known. For administrators.

    Nothing of the answer is kept. What is asked for stands in no address and in no log. 502
    `pos_failed` if the POS does not answer within eight seconds.
    """
    return answer(request, LOOK, lambda asked: _look_up(asked, connection_id))


def _look_up(asked: Asked, connection_id: str) -> Answer:
    connection = find_connection(asked, connection_id)
    criteria = _criteria(read_body(Wanted, asked.http.body), today=asked.now.date())
    rows = _ask(asked, connection, criteria)
    return json_answer({"items": [_told(row) for row in rows]})


def _ask(asked: Asked, connection: PosConnection, criteria: Criteria) -> list[LiveRow]:
    try:
        with waiting():
            return look_at_pos(asked.scope, connection, criteria)
    except UnsupportedByPosError as error:
        raise ProblemError(
            problems.UNSUPPORTED_BY_POS, "This POS cannot be asked by what was given."
        ) from error
    except PosError as error:
        raise ProblemError(
            problems.POS_FAILED,
            "The POS gave no usable answer; the member reason says why.",
            extra={"reason": error.code or type(error).__name__},
        ) from error


def _criteria(sent: Wanted, *, today: dt.date) -> Criteria:
    errors: dict[str, list[str]] = {}
    born_on = phone = None
    if sent.birthday.strip():
        try:
            born_on = parse_birth_day(sent.birthday, today=today)
        except DayError:
            errors["birthday"] = ["is not a date (YYYY-MM-DD or MM/DD/YYYY) in the past"]
    if sent.phone.strip():
        phone = phone_e164(sent.phone)
        if phone is None:
            errors["phone"] = ["is no phone number"]
    if errors:
        raise invalid(errors)
    criteria = Criteria(
        external_id=sent.record_id.strip(),
        given_name=sent.first_name.strip(),
        family_name=sent.last_name.strip(),
        phone=phone or "",
        email=sent.email.strip(),
        licence=sent.drivers_license.strip(),
        born_on=born_on,
    )
    if criteria == Criteria():
        raise ProblemError(
            problems.CRITERIA_MISSING, "Say whom: a record_id, or something known of them."
        )
    return criteria


def _told(row: LiveRow) -> dict[str, Any]:
    return {
        "record_id": row.external_id,
        "status": row.status,
        "fields": dict(row.fields),
        "error": row.error,
        "customer": None if row.customer is None else str(row.customer),
    }
