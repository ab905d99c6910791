"""Dutchie's answers: bare arrays, and errors in the shapes that its pages describe."""

from __future__ import annotations

import secrets
from typing import Final

import orjson

from rollcall.pos.simulator.exchange import Answer, json_answer

#: ``application/json; charset=utf-8`` as ASP.NET writes it.
_JSON: Final = "application/json; charset=utf-8"


def rows(bodies: list[bytes]) -> Answer:
    """Return a bare array [doc]."""
    return Answer(status=200, body=b"[" + b",".join(bodies) + b"]", content_type=_JSON)


def one(body: bytes) -> Answer:
    """Return one object."""
    return Answer(status=200, body=body, content_type=_JSON)


def text(status: int, sentence: str) -> Answer:
    """Return a JSON string [doc]."""
    return Answer(status=status, body=orjson.dumps(sentence), content_type=_JSON)


def empty(status: int) -> Answer:
    """Return no body at all, as for 401 and 403 [doc]."""
    return Answer(status=status, body=b"")


def bad_request(style: str, message: str, **properties: str) -> Answer:
    """Return a 400 in one of its five shapes [doc: message, text, empty; guess: the others].

    :param properties: what is wrong with which property.
    """
    if style == "text":
        return text(400, message)
    if style == "empty":
        return empty(400)
    if style == "validation":
        errors = [{"propertyName": n, "errorMessage": e} for n, e in properties.items()]
        return json_answer(
            400, {"isValid": False, "errors": errors, "ruleSetsExecuted": ["default"]}
        )
    if style == "problem":
        problem = {
            "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
            "title": "One or more validation errors occurred.",
            "status": 400,
            "traceId": _trace(),
            "errors": {name: [error] for name, error in properties.items()},
        }
        return json_answer(400, problem)
    listed = [{"propertyName": n, "propertyError": e} for n, e in properties.items()]
    return json_answer(400, {"message": message, "propertyErrors": listed or None})


def too_many(per_minute: int, wait_s: float | None = None) -> Answer:
    """Return a 429; whether it says how long to wait is not documented [doc, code]."""
    message = f"Too many requests - only {per_minute} per minute allowed"
    body = orjson.dumps({"Message": message, "TraceId": _trace()})
    headers = {} if wait_s is None else {"Retry-After": str(int(wait_s) + 1)}
    return Answer(status=429, body=body, content_type=_JSON, headers=headers)


def _trace() -> str:
    return f"0HN{secrets.token_hex(5).upper()}:{secrets.randbelow(10**8):08d}"
