"""Treez's token endpoint, lookups and lists."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import time
from collections.abc import Mapping
from typing import Final

from rollcall.pos.connectors.treez.simulator import answers
from rollcall.pos.simulator.exchange import Answer, Request, json_answer
from rollcall.pos.simulator.records import Listing
from rollcall.pos.simulator.state import full_name
from rollcall.pos.simulator.world import World

TOKEN_LIFE_S: Final = 7200
_MAX_PAGE: Final = 50
_NO_LIMIT: Final = 100_000
_FAR_FUTURE: Final = 2**40
_ISO_MILLIS: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}([+-]\d\d:\d\d|Z)")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")

Values = Mapping[str, str]


def gettokens(world: World, request: Request, values: Values) -> Answer:
    """Give a token for an API key; a wrong one is refused with HTTP 200 and FAIL [code]."""
    form = request.form()
    if "apikey" not in form or "client_id" not in form:
        return answers.failure(400, "INVALID_REQUEST", "client_id and apikey are required")
    key_is_right = secrets.compare_digest(
        form["apikey"].encode(), world.options.api_key.encode()
    ) and secrets.compare_digest(form["client_id"].encode(), world.options.client_id.encode())
    if not key_is_right or values["dispensary"].lower() != world.options.account.lower():
        return answers.failure(200, "INVALID_API_KEY")
    token = secrets.token_urlsafe(24)
    world.tokens[token] = time.monotonic() + TOKEN_LIFE_S
    until = world.now().astimezone(world.zone) + dt.timedelta(seconds=TOKEN_LIFE_S)
    return json_answer(
        200,
        {
            "resultCode": "SUCCESS",
            "resultReason": None,
            "access_token": token,
            "refresh_token": secrets.token_urlsafe(24),
            "expires_at": f"{until:%Y-%m-%dT%H:%M:%S}.000{until:%z}",
            "expires_in": str(TOKEN_LIFE_S),
        },
    )


def authenticate(world: World, request: Request) -> Answer | None:
    """With or without "Bearer"; the client id goes along as a header [code]."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if world.tokens.get(token, 0.0) < time.monotonic():
        return answers.failure(401, "Full authentication is required to access this resource")
    if request.headers.get("client_id") != world.options.client_id:
        return json_answer(403, {"message": "Forbidden"})
    dispensary = request.path.split("/")[3:4]
    if [world.options.account.lower()] != [part.lower() for part in dispensary]:
        return json_answer(403, {"message": "Forbidden"})
    return None


def customer(world: World, _request: Request, values: Values) -> Answer:
    """``GET /customer/{customer_id}``; merged-away profiles still come back [doc]."""
    bodies = world.serve(world.state.bodies("pos_id", values["customer_id"]))
    if not bodies:
        return answers.nothing(world, "CUSTOMER_DOESNT_EXIST", None)
    return answers.one(world, bodies[0])


def by_email(world: World, _request: Request, values: Values) -> Answer:
    """Exact [doc]."""
    return _found(world, "email", values["email"])


def by_phone(world: World, _request: Request, values: Values) -> Answer:
    """Exactly ten digits; several profiles may share one [code]."""
    return _found(world, "phone", values["phone"])


def by_name(world: World, _request: Request, values: Values) -> Answer:
    """Both parts exact, whatever the case [guess]."""
    return _found(world, "full_name", full_name(values["first"], values["last"]))


def by_licence(world: World, _request: Request, values: Values) -> Answer:
    """Exact; another word for "nobody" than the other lookups [doc]."""
    return _found(world, "licence", values["licence"], "CUSTOMER_DOESNT_EXIST")


def by_signup(world: World, _request: Request, values: Values) -> Answer:
    """List customers who signed up between two local days."""
    days = [values["first"], values["last"]]
    if not all(_DAY.fullmatch(day) for day in days):
        return answers.failure(400, "INVALID_DATE_FORMAT", "expected format i.e. yyyy-MM-dd")
    try:
        lower, upper = (dt.datetime.fromisoformat(day).replace(tzinfo=world.zone) for day in days)
    except ValueError:
        return answers.failure(400, "INVALID_DATE_FORMAT", "expected format i.e. yyyy-MM-dd")
    if world.faults.word("signup_to") == "inclusive":
        upper += dt.timedelta(days=1)
    listing = Listing(
        column="signed_up",
        lower=int(lower.timestamp()),
        upper=int(upper.timestamp()),
        order_by="signed_up",
    )
    return _list(world, listing, values)


def by_last_update(world: World, _request: Request, values: Values) -> Answer:
    """List customers changed at or after a time, newest first [guess, from tickets]."""
    text = values["after"]
    after = None
    if _ISO_MILLIS.fullmatch(text):
        try:
            after = dt.datetime.fromisoformat(text)
        except ValueError:
            after = None
    if after is None:
        detail = (
            f"{text[:60]} date does not match the expected format i.e. yyyy-MM-dd'T'HH:mm:ss.SSSXXX"
        )
        return answers.failure(400, "INVALID_DATE_FORMAT", detail)
    listing = Listing(
        column="updated",
        lower=int(after.timestamp()),
        upper=_FAR_FUTURE,
        order_by="updated",
        descending=True,
    )
    return _list(world, listing, values)


def _found(world: World, lookup: str, value: str, reason: str = "NOT_FOUND") -> Answer:
    bodies = world.serve(world.state.bodies(lookup, value))
    if not bodies:
        return answers.nothing(
            world, reason, None if reason != "NOT_FOUND" else "Nothing was found"
        )
    return answers.many(world, bodies)


def _list(world: World, listing: Listing, values: Values) -> Answer:
    page, size = values["page"], values["size"]
    if not (page.isascii() and page.isdigit() and size.isascii() and size.isdigit()):
        return answers.failure(400, "INVALID_REQUEST", "page and pagesize have to be numbers")
    if len(page) > 9 or len(size) > 6 or int(page) < 1 or int(size) < 1:
        return answers.failure(400, "INVALID_REQUEST", "page and pagesize start at 1")
    most = _NO_LIMIT if world.options.no_limits else _MAX_PAGE
    if int(size) > most:
        detail = (
            f"requested is {size} which exceeds the maximum response limit. Do not exceed {most}"
        )
        return answers.failure(400, "RESPONSE_LIMIT_EXCEEDS", detail)
    rows = world.list_rows(listing, offset=(int(page) - 1) * int(size), limit=int(size))
    return answers.many(world, rows)
