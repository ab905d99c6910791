"""The kiosk API's identification: one step of the ladder a request."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from rollcall.api import problems, throttle
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import INVALID_DETAIL, read_object
from rollcall.api.describing import Body, Description, Example, problem_example
from rollcall.api.keys import Caller
from rollcall.api.kiosks import IDEMPOTENCY, KioskAsked, answer
from rollcall.api.problems import ProblemError
from rollcall.customers.api import KioskCustomer
from rollcall.customers.rules.kiosk_rows import KioskRecord, KioskRow, row_for
from rollcall.kit.clock import utc_now
from rollcall.proofs.operations.codes import Sending
from rollcall.proofs.operations.identifying import Identification, identify
from rollcall.proofs.operations.tries import TooManyTriesError
from rollcall.proofs.rules.given import (
    KEYS,
    Asked,
    GivenInvalidError,
    NothingGivenError,
    read_given,
)
from rollcall.proofs.rules.ladder import Factor, Result
from rollcall.proofs.rules.limits import CODE_LIFE, PROOF_LIFE

PATH: Final = "/{catalog_id}/identify"
_MEMBER: Final = "identify"
_NOTHING: Final = "Give a phone, an email, or first_name and last_name."

router = Router(tags=["customers"])


class GivenProof(Schema):
    """Shown once; send it in the header Rollcall-Proof."""

    token: str
    expires_in_s: int


class CodeSending(Schema):
    """What became of a code; `reason` is there if none was sent."""

    channel: str
    sent: bool
    to: str | None = None
    expires_in_s: int | None = None
    reason: str | None = None


class Identified(Schema):
    """How far it came; `ask` says what helps next, best first."""

    result: Result
    ask: list[Factor] | None = None
    code: CodeSending | None = None
    customer: KioskCustomer | None = None
    proof: GivenProof | None = None


IDENTIFY: Final = Description(
    problems=(
        problems.BAD_REQUEST,
        problems.CRITERIA_MISSING,
        problems.UNAUTHENTICATED,
        problems.ORIGIN_REFUSED,
        problems.NOT_FOUND,
        problems.METHOD_NOT_ALLOWED,
        problems.CONTENT_TOO_LARGE,
        problems.INVALID,
        problems.KEY_REUSED,
        problems.KEY_IN_FLIGHT,
        problems.TOO_MANY_REQUESTS,
        problems.INTERNAL_ERROR,
        problems.UNAVAILABLE,
    ),
    parameters=(IDEMPOTENCY,),
    body=Body(
        schema={
            "type": "object",
            "required": [_MEMBER],
            "properties": {
                _MEMBER: {
                    "type": "object",
                    "description": "What the shopper said; keys that nobody knows are ignored.",
                    "properties": {key: {"type": ["string", "null"]} for key in KEYS},
                }
            },
        },
        example={_MEMBER: {"phone": "(415) 555-0132", "birthday": "1990-03-14"}},
    ),
    examples=(
        Example(
            name="names_alone",
            summary="Names alone list nobody",
            method="POST",
            path="/42/identify",
            sent={_MEMBER: {"first_name": "Ana", "last_name": "Ramirez-Soto"}},
            status=200,
            body={"result": "more_needed", "ask": ["birthday", "phone", "email"]},
        ),
        Example(
            name="contact",
            summary="Somebody has the phone",
            method="POST",
            path="/42/identify",
            sent={_MEMBER: {"phone": "(415) 555-0132"}},
            status=200,
            body={"result": "more_needed", "ask": ["birthday", "names"]},
        ),
        Example(
            name="nobody",
            summary="Nobody has the phone",
            method="POST",
            path="/42/identify",
            sent={_MEMBER: {"phone": "(415) 555-0199", "birthday": "1990-03-14"}},
            status=200,
            body={"result": "not_found"},
        ),
        Example(
            name="nothing",
            summary="Nobody could be meant",
            method="POST",
            path="/42/identify",
            sent={_MEMBER: {"birthday": "1990-03-14"}},
            status=400,
            body=problem_example(problems.CRITERIA_MISSING, _NOTHING),
        ),
    ),
)


@router.post(PATH, operation_id="identifyCustomer", **IDENTIFY.declared(Identified))
def identify_customer(request: HttpRequest, catalog_id: str) -> HttpResponse:
    """Identify who stands at the kiosk, a step at a time.

    Send all that the shopper has said so far. `found` comes with the customer's row and a proof
    that other calls take for ten minutes; `more_needed` with what to ask next; `several` means that
    a member of staff has to look; `not_found` that nobody of this store fits, or not enough is
    right.
    `send_code` (`email`, `sms`) has a code of six digits sent to what is on file, good for ten
    minutes and five tries. Proofs that do not fit are counted for each value and each person.
    """
    return answer(request, _identify, catalog_id=catalog_id)


def _identify(asked: KioskAsked) -> Answer:
    caller = asked.caller
    throttle.require_left(throttle.IDENTIFICATIONS, str(caller.key_id))
    said = _read(asked.http)
    try:
        found = identify(caller, said, now=asked.now)
    except TooManyTriesError as error:
        raise ProblemError(
            problems.TOO_MANY_REQUESTS,
            "This was tried too often; ask a member of staff.",
            headers=(("Retry-After", str(error.resets_in_s)),),
        ) from error
    return json_answer(_told(caller, found))


def _read(sent: HttpRequest) -> Asked:
    body = read_object(sent.body).get(_MEMBER)
    if not isinstance(body, dict):
        raise ProblemError(problems.CRITERIA_MISSING, _NOTHING)
    try:
        return read_given(body, today=utc_now().date())
    except NothingGivenError as error:
        raise ProblemError(problems.CRITERIA_MISSING, _NOTHING) from error
    except GivenInvalidError as error:
        raise ProblemError(problems.INVALID, INVALID_DETAIL, errors=error.errors) from error


def _told(caller: Caller, found: Identification) -> dict[str, Any]:
    told: dict[str, Any] = {"result": found.step.result.value}
    if found.step.result is Result.MORE_NEEDED:
        told["ask"] = [factor.value for factor in found.step.ask]
    if found.code is not None:
        told["code"] = _code(found.code)
    if found.record is not None:
        told["customer"] = _row(caller, found)
        told["proof"] = {
            "token": found.proof,
            "expires_in_s": int(PROOF_LIFE.total_seconds()),
        }
    return told


def _code(sending: Sending) -> dict[str, Any]:
    if not sending.is_sent:
        return {"channel": sending.channel, "sent": False, "reason": "unsupported"}
    return {
        "channel": sending.channel,
        "sent": True,
        "to": sending.to,
        "expires_in_s": int(CODE_LIFE.total_seconds()),
    }


def _row(caller: Caller, found: Identification) -> KioskRow:
    assert found.record is not None  # noqa: S101  # the caller looked
    record = KioskRecord(
        record_id=found.record.pk,
        external_id=found.record.external_id,
        status_raw=found.record.status_raw,
        pos_updated_at=found.record.pos_updated_at,
        values=found.values.values if found.values else {},
    )
    return row_for(caller.profile, record, is_proven=True)
