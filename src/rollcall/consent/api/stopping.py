"""A gateway says that somebody sent STOP (``/api/v2``)."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import StringConstraints

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import Sent, describe, invalid, read_body
from rollcall.api.describing import Description, Example
from rollcall.api.integrations import Asked, answer
from rollcall.api.platform import IDEMPOTENCY, WRITTEN, do_once
from rollcall.api.problems import ProblemError
from rollcall.consent.api.shapes import WRITE
from rollcall.consent.models import ConsentEntry
from rollcall.consent.operations.recording import Circumstances
from rollcall.consent.operations.withdrawing import stop
from rollcall.consent.rules.vocabulary import CONTACT_FIELDS, Channel, is_stop_word

_STOP: Final = {"channel": "sms", "contact": "+14155550123", "keyword": "STOP"}

router = Router(tags=["consents"])


class SentStop(Sent):
    """What came in: from which phone or e-mail, and the text alone.

    `proof` is the gateway's own name of the message.
    """

    channel: Literal["sms", "email", "phone"]
    contact: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    keyword: Annotated[str, StringConstraints(max_length=200)]
    proof: Annotated[str, StringConstraints(max_length=200, pattern=r"^[!-~]*$")] = ""


class Stopped(Schema):
    """It is in force; the same whether anybody is known by the contact or not."""

    stopped: bool


_DESCRIBED: Final = Description(
    problems=WRITTEN,
    parameters=(IDEMPOTENCY,),
    body=describe(SentStop, _STOP),
    examples=(
        Example(
            name="stopped",
            summary="Stopped, whoever it is",
            method="POST",
            path="/consents/stop",
            sent=_STOP,
            status=200,
            body={"stopped": True},
        ),
    ),
)


@router.post("/consents/stop", operation_id="stopConsents", **_DESCRIBED.declared(Stopped))
def stop_consents(request: HttpRequest) -> HttpResponse:
    """Stop everything by a channel for everybody who has a phone or e-mail, at once.

    For keys of all stores: a stop is heard everywhere. STOP, STOPALL, QUIT, END, REVOKE, OPT OUT,
    CANCEL and UNSUBSCRIBE stop, however they are written; any other text is 422, and a wish in
    other words is to be recorded with `recordConsent`.
    """
    return answer(request, WRITE, _stop)


def _stop(asked: Asked) -> Answer:
    sent = read_body(SentStop, asked.http.body)
    if asked.scope.store_ids is not None:
        raise ProblemError(problems.FORBIDDEN, "A stop is for all stores; this key is of some.")
    if not is_stop_word(sent.keyword):
        raise invalid({"keyword": ["is no word that stops"]})
    channel = Channel(sent.channel)
    if (CONTACT_FIELDS[channel] == "email") != ("@" in sent.contact):
        raise invalid({"contact": ["is not of this channel"]})

    def act() -> dict[str, Any]:
        stop(
            asked.scope,
            channel=channel,
            contact=sent.contact,
            circumstances=Circumstances(route=ConsentEntry.Route.STOP, proof=sent.proof),
            now=asked.now,
        )
        return {}

    do_once(asked, act)
    return json_answer({"stopped": True})
