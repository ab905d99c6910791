"""Log-ins of web shops, for programs: bound by a proof, looked up, taken off somebody again."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import StringConstraints

from rollcall.api import problems, throttle
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import Nothing, Sent, describe, read_body
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.integrations import Asked, Right, answer
from rollcall.api.platform import (
    CHANGED,
    IDEMPOTENCY,
    SENT,
    WRITTEN,
    do_once,
    found,
    missing,
    moment,
)
from rollcall.api.problems import ProblemError
from rollcall.kit.scope import Grant, Role
from rollcall.proofs.models import WebIdentity
from rollcall.proofs.operations.web_identities import AlreadyBoundError, bind, unbind
from rollcall.proofs.queries.proofs import NotProvenError
from rollcall.proofs.queries.web_identities import WebIdentityNotFoundError, find_visible

READ: Final = Right(grant=Grant.READ_CUSTOMERS, role=Role.STAFF)
WRITE: Final = Right(grant=Grant.WRITE_CUSTOMERS, role=Role.STAFF)
_DETAIL: Final = "Have the shopper confirm a code that was sent to them; its proof opens this."
_WHAT: Final = "web identity"
_SAID: Final = {"issuer": "https://id.example.com", "subject": "248289761001"}
_NO_PROOF: Final = "rcp_0000000000000000000000000000000000000000000"
_ABSENT: Final = "00000000-0000-7000-8000-00000000ffff"
#: Of OpenID Connect: an https URL, and at most 255 ASCII characters.
_Issuer = Annotated[
    str, StringConstraints(max_length=255, pattern=r"^https://[!-~]+$", strip_whitespace=False)
]
_Subject = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[ -~]+$")]

router = Router(tags=["web identities"])


class SentLogin(Sent):
    """A log-in, as the web shop verified it in an ID token."""

    issuer: _Issuer
    subject: _Subject


class SentBinding(SentLogin):
    """A log-in, and by which the shopper showed who they are."""

    proof: Annotated[str, StringConstraints(max_length=100)]


class WebIdentityTold(Schema):
    """A log-in of a shopper, `customer_id`, as they are now; the subject is not repeated."""

    id: str
    customer_id: str
    issuer: str
    bound_at: str
    unbound_at: str | None


class WebIdentityFound(Schema):
    """Whose a log-in is; null: nobody's whom the key may see."""

    identity: WebIdentityTold | None


_BIND: Final = Description(
    problems=(*WRITTEN, problems.PROOF_NEEDED, problems.ALREADY_BOUND),
    parameters=(IDEMPOTENCY,),
    body=describe(SentBinding, {**_SAID, "proof": _NO_PROOF}),
    examples=(
        Example(
            name="not_proven",
            summary="Nothing was proven",
            method="POST",
            path="/web-identities",
            sent={**_SAID, "proof": _NO_PROOF},
            status=403,
            body=problem_example(problems.PROOF_NEEDED, _DETAIL),
        ),
    ),
)
_LOOK_UP: Final = Description(
    problems=SENT,
    body=describe(SentLogin, _SAID),
    examples=(
        Example(
            name="nobody",
            summary="Nobody's",
            method="POST",
            path="/web-identities/lookup",
            sent=_SAID,
            status=200,
            body={"identity": None},
        ),
    ),
)
_UNBIND: Final = Description(
    problems=CHANGED,
    parameters=(IDEMPOTENCY,),
    body=describe(Nothing, {}),
    examples=(
        Example(
            name="nothing",
            summary="There is none",
            method="POST",
            path=f"/web-identities/{_ABSENT}/unbind",
            sent={},
            status=404,
            body=problem_example(problems.NOT_FOUND, f"There is no such {_WHAT}."),
        ),
    ),
)


@router.post(
    "/web-identities",
    operation_id="bindWebIdentity",
    **_BIND.declared(WebIdentityTold, status=201),
)
def bind_identity(request: HttpRequest) -> HttpResponse:
    """Bind a web shop's log-in to the shopper who proved, by a code, who they are.

    The proof is that of a code (`POST /api/v1/{catalog_id}/identify`), given in a store of the key
    in the last ten minutes. Nothing else binds: neither an e-mail in an ID token nor a name. A
    log-in that is somebody else's has to be unbound first.
    """
    return answer(request, WRITE, _bind)


@router.post(
    "/web-identities/lookup",
    operation_id="lookUpWebIdentity",
    **_LOOK_UP.declared(WebIdentityFound),
)
def look_up(request: HttpRequest) -> HttpResponse:
    """Say whose a log-in is; issuer and subject stand in the body, and in no address."""
    return answer(request, READ, _look_up)


@router.post(
    "/web-identities/{web_identity_id}/unbind",
    operation_id="unbindWebIdentity",
    **_UNBIND.declared(WebIdentityTold),
)
def unbind_identity(request: HttpRequest, web_identity_id: str) -> HttpResponse:
    """Take a log-in off whoever has it; it can be bound again, by a proof."""
    return answer(request, WRITE, lambda asked: _unbind(asked, web_identity_id))


def _bind(asked: Asked) -> Answer:
    sent = read_body(SentBinding, asked.http.body)
    throttle.require_left(throttle.CLAIMS, asked.caller.owner)

    def act() -> dict[str, Any]:
        return {"identity": _bound(asked, sent).pk}

    return _told(asked, do_once(asked, act)["identity"], status=201)


def _bound(asked: Asked, sent: SentBinding) -> WebIdentity:
    try:
        return bind(
            asked.scope,
            issuer=sent.issuer,
            subject=sent.subject,
            proof=sent.proof,
            now=asked.now,
        )
    except NotProvenError as error:
        raise ProblemError(problems.PROOF_NEEDED, _DETAIL) from error
    except AlreadyBoundError as error:
        raise ProblemError(
            problems.ALREADY_BOUND, "Have it unbound first, if it is this shopper's."
        ) from error


def _look_up(asked: Asked) -> Answer:
    sent = read_body(SentLogin, asked.http.body)
    held = find_visible(asked.scope, sent.issuer, sent.subject)
    return json_answer({"identity": None if held is None else _row(held)})


def _unbind(asked: Asked, text: str) -> Answer:
    read_body(Nothing, asked.http.body)
    try:
        public_id = uuid.UUID(text)
    except ValueError:
        raise missing(_WHAT) from None

    def act() -> dict[str, Any]:
        with found(_WHAT, WebIdentityNotFoundError):
            return {"identity": unbind(asked.scope, public_id, now=asked.now).pk}

    return _told(asked, do_once(asked, act)["identity"], status=200)


def _told(asked: Asked, identity_id: int, *, status: int) -> Answer:
    rows = WebIdentity.objects.scoped(asked.scope).select_related("holder")
    return json_answer(_row(rows.get(pk=identity_id)), status=status)


def _row(one: WebIdentity) -> dict[str, Any]:
    return {
        "id": str(one.public_id),
        "customer_id": str(one.holder.public_id),
        "issuer": one.issuer,
        "bound_at": moment(one.bound_at),
        "unbound_at": moment(one.unbound_at),
    }
