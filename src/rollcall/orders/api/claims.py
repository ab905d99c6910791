"""Claiming guests' orders, for kiosks and for programs: one operation, two doors."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import StringConstraints

from rollcall.api import integrations, kiosks, problems, throttle
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import Sent, describe, read_body
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.integrations import Asked
from rollcall.api.kiosks import KioskAsked
from rollcall.api.platform import IDEMPOTENCY, do_once
from rollcall.api.problems import ProblemError
from rollcall.orders.api.asking import WRITE, WRITTEN
from rollcall.orders.operations.claiming import claim_orders
from rollcall.proofs.queries.proofs import NotProvenError

PATH: Final = "/{catalog_id}/claim"
_DETAIL: Final = "Have the shopper confirm a code that was sent to them; its proof opens this."
_REFUSED: Final = problem_example(problems.PROOF_NEEDED, _DETAIL)

kiosk_router = Router(tags=["orders"])
router = Router(tags=["kiosk orders"])


class ClaimedOrders(Schema):
    """Orders that are the shopper's from now on, the newest first; `customer_id` is Rollcall's."""

    customer_id: str
    claimed: list[str]


class SentProof(Sent):
    """By which the shopper showed that a phone or an e-mail is theirs."""

    proof: Annotated[str, StringConstraints(max_length=100)]


_NO_PROOF: Final = "rcp_0000000000000000000000000000000000000000000"
_CLAIM: Final = Description(
    problems=(*WRITTEN, problems.PROOF_NEEDED),
    parameters=(IDEMPOTENCY,),
    body=describe(SentProof, {"proof": _NO_PROOF}),
    examples=(
        Example(
            name="not_proven",
            summary="Nothing was proven",
            method="POST",
            path="/kiosk-orders/claim",
            sent={"proof": _NO_PROOF},
            status=403,
            body=_REFUSED,
        ),
    ),
)
CLAIM_AT_KIOSK: Final = Description(
    problems=(*WRITTEN, problems.PROOF_NEEDED, problems.ORIGIN_REFUSED),
    parameters=(kiosks.IDEMPOTENCY,),
    body=describe(SentProof, {"proof": _NO_PROOF}),
    examples=(
        Example(
            name="not_proven",
            summary="Nothing was proven",
            method="POST",
            path="/42/claim",
            sent={"proof": _NO_PROOF},
            status=403,
            body=_REFUSED,
        ),
    ),
)


@router.post("/kiosk-orders/claim", operation_id="claimOrders", **_CLAIM.declared(ClaimedOrders))
def claim(request: HttpRequest) -> HttpResponse:
    """Tie the guest orders with a proven phone or e-mail to the shopper who proved it.

    The proof is that of a code (`POST /api/v1/{catalog_id}/identify`), given in a store of the key
    in the last ten minutes. Orders that are somebody's, or were taken from the shopper, stay as
    they are. At most a hundred at a time; whoever finds none gets an empty list.
    """
    return integrations.answer(request, WRITE, _claim)


@kiosk_router.post(PATH, operation_id="claimOrders", **CLAIM_AT_KIOSK.declared(ClaimedOrders))
def claim_at_kiosk(request: HttpRequest, catalog_id: str) -> HttpResponse:
    """Tie the store's guest orders with a proven phone or e-mail to the shopper who proved it.

    The proof is that of a code that `identify` had sent, not older than ten minutes. Orders that
    are somebody's, or were taken from the shopper, stay as they are. At most a hundred at a time;
    whoever finds none gets an empty list.
    """
    return kiosks.answer(request, _claim_at_kiosk, catalog_id=catalog_id)


def _claim(asked: Asked) -> Answer:
    sent = read_body(SentProof, asked.http.body)
    throttle.require_left(throttle.CLAIMS, asked.caller.owner)

    def act() -> dict[str, Any]:
        return _claimed(asked, sent.proof)

    return json_answer(do_once(asked, act))


def _claim_at_kiosk(asked: KioskAsked) -> Answer:
    sent = read_body(SentProof, asked.http.body)
    throttle.require_left(throttle.CLAIMS, f"kiosk-key:{asked.caller.key_id}")

    def act() -> dict[str, Any]:
        return _claimed(asked, sent.proof)

    return json_answer(kiosks.once(asked, act))


def _claimed(asked: Asked | KioskAsked, proof: str) -> dict[str, Any]:
    scope = asked.caller.scope
    try:
        found = claim_orders(scope, proof, now=asked.now)
    except NotProvenError as error:
        raise ProblemError(problems.PROOF_NEEDED, _DETAIL) from error
    return {"customer_id": str(found.customer_id), "claimed": [str(one) for one in found.orders]}
