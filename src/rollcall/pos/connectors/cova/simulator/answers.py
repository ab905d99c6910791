"""Cova's answers: bare lists, HAL, and errors of the service and of the gateway before it."""

from __future__ import annotations

import orjson

from rollcall.pos.simulator.exchange import Answer, json_answer

_HAL = "application/hal+json"


def rows(bodies: list[bytes]) -> Answer:
    """Return a bare array [doc]."""
    return Answer(status=200, body=b"[" + b",".join(bodies) + b"]")


def hal(bodies: list[bytes], path: str, *, skip: int, top: int, keeps_self: bool) -> Answer:
    """Return a HAL list with relative links [doc]; an empty one may lack ``self`` [code]."""
    items = [_hal_item(orjson.loads(body), path) for body in bodies]
    links = {
        "self": _link(f"{path}?$skip={skip}&$top={top}"),
        "prev": _link(f"{path}?$skip={max(0, skip - top)}&$top={top}") if skip else None,
        "next": _link(f"{path}?$skip={skip + top}&$top={top}") if len(items) == top else None,
    }
    embedded = {"self": items} if items or keeps_self else {}
    body = orjson.dumps({"_links": links, "_embedded": embedded})
    return Answer(status=200, body=body, content_type=_HAL)


def not_found() -> Answer:
    """Return the service's 404 [code]."""
    body = orjson.dumps({"Message": "Resource cannot be found"})
    return Answer(status=404, body=body, content_type=_HAL)


def no_operation(status: int = 404) -> Answer:
    """Return the gateway's answer for what it does not have [guess]."""
    return json_answer(status, {"statusCode": status, "message": "Resource not found"})


def no_route(path: str) -> Answer:
    """Return the direct service's answer for what it does not have [guess]."""
    message = f"No HTTP resource was found that matches the request URI '{path}'."
    return json_answer(404, {"Message": message})


def refused(style: str, message: str, key: str = "customer") -> Answer:
    """Return a 400 in one of two shapes [guess]."""
    if style == "model_state":
        return json_answer(
            400, {"Message": "The request is invalid.", "ModelState": {key: [message]}}
        )
    return json_answer(400, {"Message": message, "Description": f"See {key}."})


def denied(style: str) -> Answer:
    """Return a 401 of the service or of the gateway [guess]."""
    if style == "gateway":
        return json_answer(401, {"statusCode": 401, "message": "Unauthorized. Invalid token."})
    return json_answer(401, {"Message": "Authorization has been denied for this request."})


def conflict(status: int) -> Answer:
    """Return the refusal of an old version [guess]."""
    return json_answer(status, {"Message": "The version is not the latest one."})


def too_many(wait_s: int) -> Answer:
    """Return the gateway's 429 [guess]."""
    message = f"Rate limit is exceeded. Try again in {wait_s} seconds."
    return json_answer(429, {"statusCode": 429, "message": message})


def oauth(error: str, description: str) -> Answer:
    """Return a refusal of the token host: always 400 [doc]."""
    return json_answer(400, {"error": error, "error_description": description})


def _hal_item(row: dict[str, object], path: str) -> dict[str, object]:
    own = f"{path.rpartition('/')[0]}/Customers({row.get('Id')})"
    return {"_links": {"self": _link(own)}, "_embedded": {}, **row}


def _link(href: str) -> dict[str, object]:
    return {"href": href, "templated": False}
