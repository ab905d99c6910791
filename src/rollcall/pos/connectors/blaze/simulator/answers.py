"""BLAZE's answers: lists in their envelopes, single members, one shape of error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import orjson

from rollcall.pos.simulator.exchange import Answer, json_answer

_PACKAGE: Final = "com.fourtwenty.core.exceptions"
_KINDS: Final = {
    401: "BlazeAuthException",
    403: "BlazeAuthException",
    404: "BlazeNotFoundException",
}


def page(bodies: Sequence[bytes], *, skip: int, limit: int, total: int) -> Answer:
    """Return ``{values, skip, limit, total}`` [doc]."""
    tail = orjson.dumps({"skip": skip, "limit": limit, "total": total})[1:]
    return Answer(status=200, body=b'{"values":[' + b",".join(bodies) + b"]," + tail)


def values(bodies: Sequence[bytes]) -> Answer:
    """Return ``{values}`` without paging keys [doc]."""
    return Answer(status=200, body=b'{"values":[' + b",".join(bodies) + b"]}")


def one(body: bytes) -> Answer:
    """Return one object."""
    return Answer(status=200, body=body)


def error(status: int, field: str, message: str) -> Answer:
    """Return BLAZE's error object [doc, code]; names of exceptions but one are guesses."""
    kind = _KINDS.get(status, "BlazeInvalidArgException")
    content = {
        "field": field,
        "message": message,
        "errorType": f"{_PACKAGE}.{kind}",
        "references": None,
    }
    return json_answer(status, content)


def text(status: int, sentence: str) -> Answer:
    """Return plain text, as failures of the server come [guess]."""
    return Answer(status=status, body=sentence.encode(), content_type="text/plain")


def too_many() -> Answer:
    """Return 429 without ``Retry-After`` [code]."""
    return json_answer(429, {"message": "Rate limit exceeded"})
