"""Everything that can go wrong, as problem documents (RFC 9457) with stable codes.

``type`` is ``urn:rollcall:problem:<code>``: it never changes once published. The members ``status``
and ``errors`` are also what clients of the original system read, so no others are needed for
compatibility; ``extra`` is there for endpoints whose clients read more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from rollcall.api.answers import Answer, Headers

PROBLEM_JSON: Final = "application/problem+json"
Errors = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One sort of problem: what stays the same whenever it occurs."""

    code: str
    status: int
    title: str

    @property
    def type(self) -> str:
        """The problem's stable name."""
        return f"urn:rollcall:problem:{self.code}"


BAD_REQUEST: Final = Kind(code="bad_request", status=400, title="The request cannot be read")
CRITERIA_MISSING: Final = Kind(
    code="criteria_missing", status=400, title="Nothing to search for was given"
)
PARAMETER_REPEATED: Final = Kind(
    code="parameter_repeated", status=400, title="A parameter was given more than once"
)
UNAUTHENTICATED: Final = Kind(
    code="unauthenticated", status=401, title="No API key that is valid here"
)
FORBIDDEN: Final = Kind(code="forbidden", status=403, title="Not allowed with this key")
ORIGIN_REFUSED: Final = Kind(
    code="origin_not_allowed", status=403, title="The key is not for web pages of this origin"
)
PROOF_NEEDED: Final = Kind(
    code="proof_needed", status=403, title="The customer has to prove who they are first"
)
NOT_FOUND: Final = Kind(code="not_found", status=404, title="Not found")
METHOD_NOT_ALLOWED: Final = Kind(
    code="method_not_allowed", status=405, title="The address does not take this method"
)
AMBIGUOUS_ID: Final = Kind(code="ambiguous_id", status=409, title="Several customers have this id")
CONTENT_TOO_LARGE: Final = Kind(
    code="content_too_large", status=413, title="The request's body is too large"
)
URI_TOO_LONG: Final = Kind(code="uri_too_long", status=414, title="The address is too long")
INVALID: Final = Kind(code="invalid", status=422, title="Some values cannot be used")
KEY_REUSED: Final = Kind(
    code="idempotency_key_reused", status=422, title="The Idempotency-Key was used before"
)
CUSTOMER_MISSING: Final = Kind(
    code="customer_missing", status=400, title="There is nobody in the request"
)
ORDER_MISSING: Final = Kind(
    code="order_missing", status=400, title="There is no order in the request"
)
AMOUNT_DIFFERS: Final = Kind(
    code="amount_differs", status=422, title="The amount is not what the lines come to"
)
STATUS_UNKNOWN: Final = Kind(code="status_unknown", status=400, title="Orders have no such status")
ORDERS_NOT_TAKEN: Final = Kind(
    code="orders_not_taken", status=405, title="The store's POS takes no orders from here"
)
ORDER_EXISTS: Final = Kind(code="order_exists", status=409, title="order already exists")
DUPLICATE: Final = Kind(code="customer_exists", status=409, title="customer already exists")
STORE_NOT_FOUND: Final = Kind(
    code="store_not_found", status=422, title="No such store for this key"
)
LIKELY_MATCH: Final = Kind(
    code="likely_match", status=409, title="Somebody known is likely the same person"
)
IN_THE_WAY: Final = Kind(code="in_the_way", status=409, title="Something stands in the way")
ALREADY_ONE: Final = Kind(code="already_one", status=409, title="They are one person already")
ALREADY_ANSWERED: Final = Kind(
    code="already_answered", status=409, title="The question was answered before"
)
ALREADY_UNDONE: Final = Kind(code="already_undone", status=409, title="It was undone before")
ALREADY_WITHDRAWN: Final = Kind(
    code="already_withdrawn", status=409, title="It was withdrawn before"
)
ALREADY_BOUND: Final = Kind(code="already_bound", status=409, title="It is somebody else's")
TOO_MANY_WEBHOOKS: Final = Kind(
    code="too_many_webhooks", status=409, title="There are as many webhooks as there may be"
)
KEY_IN_FLIGHT: Final = Kind(
    code="idempotency_key_in_flight",
    status=409,
    title="A request with this Idempotency-Key is being answered",
)
KEY_MISSING: Final = Kind(
    code="idempotency_key_missing", status=400, title="This request needs an Idempotency-Key"
)
PRECONDITION_FAILED: Final = Kind(
    code="precondition_failed", status=412, title="It was changed since it was read"
)
PRECONDITION_REQUIRED: Final = Kind(
    code="precondition_required", status=428, title="This request needs If-Match"
)
NOT_WAITING: Final = Kind(code="not_waiting", status=409, title="It does not wait for anybody")
NOT_NOW: Final = Kind(code="not_now", status=409, title="That cannot be done now")
UNSUPPORTED_BY_POS: Final = Kind(
    code="unsupported_by_pos", status=422, title="This POS cannot do that"
)
POS_FAILED: Final = Kind(code="pos_failed", status=502, title="The POS gave no usable answer")
TOO_MANY_REQUESTS: Final = Kind(
    code="too_many_requests", status=429, title="Too many requests for now"
)
TOO_MANY_CUSTOMERS: Final = Kind(
    code="too_many_customers", status=502, title="More customers fit than may be shown"
)
INTERNAL_ERROR: Final = Kind(
    code="internal_error", status=500, title="Rollcall failed; it was logged"
)
UNAVAILABLE: Final = Kind(code="unavailable", status=503, title="Not available for now")


def list_kinds() -> list[Kind]:
    """All sorts of problems that the API knows, by status and code."""
    kinds = [one for one in globals().values() if isinstance(one, Kind)]
    return sorted(kinds, key=lambda one: (one.status, one.code))


#: The usual problem of a status, for what the framework refuses by itself.
BY_STATUS: Final[Mapping[int, Kind]] = {
    kind.status: kind
    for kind in (
        BAD_REQUEST,
        UNAUTHENTICATED,
        FORBIDDEN,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        AMBIGUOUS_ID,
        CONTENT_TOO_LARGE,
        URI_TOO_LONG,
        INVALID,
        TOO_MANY_REQUESTS,
        INTERNAL_ERROR,
        UNAVAILABLE,
    )
}


class ProblemError(Exception):
    """Ends a request with a problem document.

    :param detail: for the engineer who reads it; never repeats a value that was sent.
    :param errors: parameter or field → what is wrong with it.
    """

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        errors: Errors | None = None,
        headers: Headers = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(kind.code)
        self.problem = Problem(
            kind=kind, detail=detail, errors=errors, headers=headers, extra=extra or {}
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One problem of one request."""

    kind: Kind
    detail: str
    errors: Errors | None = None
    headers: Headers = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The members of the document, in reading order."""
        kind = self.kind
        members: dict[str, Any] = {
            "type": kind.type,
            "title": kind.title,
            "status": kind.status,
            "detail": self.detail,
            "code": kind.code,
        }
        if self.errors is not None:
            members["errors"] = {name: list(texts) for name, texts in self.errors.items()}
        return {**members, **self.extra}

    def answer(self) -> Answer:
        """The document as an answer."""
        return Answer(
            status=self.kind.status,
            body=orjson.dumps(self.document()),
            content_type=PROBLEM_JSON,
            headers=self.headers,
        )
