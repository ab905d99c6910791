"""An answer as a value, and its way into Django or WSGI; both ways give the same bytes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import orjson
from django.conf import settings
from django.http import HttpResponse

Headers = Sequence[tuple[str, str]]
StartResponse = Callable[[str, list[tuple[str, str]]], object]

JSON: Final = "application/json"
_STATUS_LINES: Final = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What is sent, without the headers that every answer of the API has.

    :param is_final: False: the same request goes on with what it began, so that it may be answered
        otherwise when it is repeated.
    """

    status: int
    body: bytes
    content_type: str = JSON
    headers: Headers = ()
    is_final: bool = True


def json_answer(content: object, *, status: int = 200, headers: Headers = ()) -> Answer:
    """An answer of JSON; instants are written in UTC with a Z."""
    body = orjson.dumps(content, option=orjson.OPT_UTC_Z)
    return Answer(status=status, body=body, headers=headers)


@functools.cache
def common_headers() -> Headers:
    """What every answer of the API carries: no cache, no guessing of types, nothing to embed."""
    headers = [
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Referrer-Policy", "no-referrer"),
        # Kiosks are web pages of other origins. Nothing here goes by cookies, so a foreign page
        # can do no more than whoever holds the key.
        ("Access-Control-Allow-Origin", "*"),
        (
            "Access-Control-Expose-Headers",
            "ETag, Idempotency-Replayed, RateLimit, RateLimit-Policy, Retry-After",
        ),
    ]
    if settings.SECURE_HSTS_SECONDS:
        age = settings.SECURE_HSTS_SECONDS
        headers.append(("Strict-Transport-Security", f"max-age={age}"))
    return tuple(headers)


def preflight() -> Answer:
    """What a browser asks before it lets a page of another origin send a key."""
    return Answer(
        status=204,
        body=b"",
        headers=(
            ("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE"),
            (
                "Access-Control-Allow-Headers",
                "Authorization, Content-Type, Idempotency-Key, If-Match, Rollcall-Proof",
            ),
            ("Access-Control-Max-Age", "7200"),
        ),
    )


def to_django(answer: Answer) -> HttpResponse:
    """As Django sends it."""
    response = HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)
    for name, value in (*common_headers(), *answer.headers):
        response.headers[name] = value
    return response


def to_wsgi(answer: Answer, start_response: StartResponse) -> list[bytes]:
    """As a WSGI server sends it."""
    start_response(
        _STATUS_LINES[answer.status],
        [("Content-Type", answer.content_type), *_unless_said(answer.headers), *answer.headers],
    )
    return [answer.body]


def _unless_said(headers: Headers) -> Headers:
    """The common headers, without those that the answer says itself."""
    said = {name for name, _ in headers}
    return [header for header in common_headers() if header[0] not in said]
