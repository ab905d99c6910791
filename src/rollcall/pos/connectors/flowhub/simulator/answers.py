"""Flowhub's answers: customers in one envelope or another, and errors in several shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import orjson

from rollcall.pos.simulator.exchange import Answer, json_answer

_TITLES: Final = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 409: "Conflict"}


def customers(envelope: str, bodies: Sequence[bytes], total: int | None) -> Answer:
    """Return a list of customers that are JSON texts already."""
    rows = b"[" + b",".join(bodies) + b"]"
    if envelope == "array":
        return Answer(status=200, body=rows)
    if envelope == "single" and len(bodies) == 1:
        return Answer(status=200, body=bodies[0])
    name = b"data" if envelope == "data" else b"customers"
    told = b"" if total is None else b'"total":%d,' % total
    return Answer(status=200, body=b'{%b"%b":%b}' % (told, name, rows))


def locations(envelope: str, rows: Sequence[object]) -> Answer:
    """Return the stores."""
    if envelope == "array":
        return json_answer(200, rows)
    return json_answer(200, {"status": 200, envelope: rows})


def nobody(style: str, error: Answer) -> Answer:
    """Return what a phone finds that nobody has.

    :param error: the 404 of this server.
    """
    bodies = {"null": b"null", "empty_object": b"{}", "empty_list": b"[]", "no_body": b""}
    if style == "404":
        return error
    return Answer(status=204 if style == "204" else 200, body=bodies.get(style, b""))


def error(style: str, status: int, *reasons: str) -> Answer:
    """Return a refusal in one of its shapes."""
    if style == "empty":
        return Answer(status=status, body=b"")
    if style == "text":
        return Answer(status=status, body="; ".join(reasons).encode(), content_type="text/plain")
    if style == "quoted":
        return json_answer(status, "; ".join(reasons))
    if style == "errors":
        return json_answer(status, {"errors": list(reasons)})
    title = _TITLES.get(status, "Error")
    if status in (401, 404):
        # The reason stands in the message here, and the title in the list. [doc, code]
        return json_answer(
            status, {"error": [title], "message": "; ".join(reasons), "status": status}
        )
    return json_answer(status, {"error": list(reasons), "message": title, "status": status})


def one(style: str, body: bytes) -> Answer:
    """Return a customer after a write."""
    if style == "envelope":
        return Answer(status=200, body=b'{"status":200,"data":' + body + b"}")
    if style == "id":
        return json_answer(200, {"id": orjson.loads(body)["id"]})
    return Answer(status=200, body=body)
