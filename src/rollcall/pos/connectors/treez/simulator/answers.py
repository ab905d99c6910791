"""Treez's envelope: one JSON shape for success and failure, with its inconsistencies."""

from __future__ import annotations

from typing import Final

import orjson

from rollcall.pos.simulator.exchange import Answer, json_answer
from rollcall.pos.simulator.world import World

_HEAD: Final = b'{"resultCode":"SUCCESS","resultReason":null,"resultDetail":null,"data":'


def failure(status: int, reason: str, detail: str | None = None) -> Answer:
    """Return a refusal [doc]."""
    content = {"resultCode": "FAIL", "resultReason": reason, "resultDetail": detail, "data": None}
    return json_answer(status, content)


def one(world: World, body: bytes) -> Answer:
    """Return a single customer: an object, or a list of one [code: both are seen]."""
    if world.faults.word("envelope") == "list":
        return Answer(status=200, body=_HEAD + b"[" + body + b"]}")
    return Answer(status=200, body=_HEAD + body + b"}")


def many(world: World, bodies: list[bytes]) -> Answer:
    """Return a list of customers; with the ``object`` switch a list of one is an object."""
    if world.faults.word("envelope") == "object" and len(bodies) == 1:
        return Answer(status=200, body=_HEAD + bodies[0] + b"}")
    return Answer(status=200, body=_HEAD + b"[" + b",".join(bodies) + b"]}")


def nothing(
    world: World, reason: str = "NOT_FOUND", detail: str | None = "Nothing was found"
) -> Answer:
    """Say in one of three ways that nobody was found [doc, code]."""
    style = world.faults.word("not_found_style")
    if style == "200_empty":
        return many(world, [])
    return failure(200 if style == "result_code" else 404, reason, detail)


def created(content: object) -> Answer:
    """Answer a write."""
    return Answer(status=200, body=_HEAD + orjson.dumps(content) + b"}")


def not_json(world: World) -> Answer:
    """Refuse what is not JSON [doc]."""
    content = {
        "resultCode": "FAIL",
        "resultReason": "Bad Request",
        "status": "BAD_REQUEST",
        "statusCode": 400,
        "message": "Input is not valid JSON.",
        "timestamp": int(world.now().timestamp() * 1000),
    }
    return Answer(status=400, body=orjson.dumps(content))
