"""Dutchie's lists and lookups by id, and who the key is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from rollcall.pos.connectors.leaflogix.simulator import answers, rows
from rollcall.pos.connectors.leaflogix.simulator.tenant import Caller, caller, whoami
from rollcall.pos.simulator.exchange import Answer, Request, json_answer
from rollcall.pos.simulator.records import Listing
from rollcall.pos.simulator.world import World

_MAX_PAGE: Final = 10_000
_USUAL_PAGE: Final = 1000
_EVERYTHING: Final = 10**9
_FAR_FUTURE: Final = 2**40
_FIRST_GUEST: Final = 51_100_000
_GUESTS_CAME: Final = int(dt.datetime(2025, 3, 1, 18, tzinfo=dt.UTC).timestamp())
_MODIFIED: Final = re.compile(rb'"lastModifiedDateUTC":"([^"]*)"')

Values = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What a list is asked for.

    :param column: which time has to lie between the bounds.
    :param lower: epoch seconds, included.
    :param upper: epoch seconds, excluded.
    """

    column: str = "updated"
    lower: int = 0
    upper: int = _FAR_FUTURE
    anonymous: bool = True


class _RefusedError(Exception):
    """A parameter that is refused with 400."""

    def __init__(self, message: str, **properties: str) -> None:
        super().__init__(message)
        self.properties = properties


def okcomputer(_world: World, _request: Request, _values: Values) -> Answer:
    """``GET /okcomputer``, without a key [doc]."""
    return answers.text(200, "OK")


def who_am_i(world: World, request: Request, _values: Values) -> Answer:
    """``GET /whoami``; Pascal case was seen too, with other names [code]."""
    told = dict(whoami(world, _asking(world, request)))
    if world.habits.word("whoami") == "pascal":
        told["companyName"] = told.pop("lspName")
        told = {key[0].upper() + key[1:]: value for key, value in told.items()}
    return json_answer(200, told)


def customer_types(_world: World, _request: Request, _values: Values) -> Answer:
    """``GET /customer/customer-types`` [doc]."""
    names = (("Recreational", False), ("Adult Use", False), ("Medical", True))
    return json_answer(
        200,
        [
            {"id": number, "name": name, "isMedical": medical, "isRetail": not medical}
            for number, (name, medical) in enumerate(names, 1)
        ],
    )


def customers(world: World, request: Request, _values: Values) -> Answer:
    """``GET /customer/customers``: one by id, or a list without pages [doc]."""
    given = parameters(request)
    if given.get("customerid"):
        return _one(world, given["customerid"])
    if given.get("uniqueid"):
        unique = given["uniqueid"]
        if not re.fullmatch(r"-?[0-9]{1,19}", unique):
            return refused(world, "uniqueId must be a valid long.", uniqueId="Not a long.")
        return _one(world, str(int(unique) - 638_261_190_447_000_000))
    try:
        asked = _asked(world, given)
    except _RefusedError as error:
        return refused(world, str(error), **error.properties)
    return answers.rows(_slice(world, _asking(world, request), asked, 0, _EVERYTHING))


def customers_paginated(world: World, request: Request, _values: Values) -> Answer:
    """``GET /customer/customers-paginated``; sorted by last change [guess], no totals [doc]."""
    given, habits = parameters(request), world.habits
    try:
        asked = _asked(world, given)
        number = _number(given, "PageNumber", 0)
        size = _number(given, "PageSize", _USUAL_PAGE)
    except _RefusedError as error:
        return refused(world, str(error), **error.properties)
    if not size or (size > _MAX_PAGE and not world.options.no_limits):
        return refused(world, f"PageSize has to be between 1 and {_MAX_PAGE}.", PageSize="Invalid.")
    index = number - habits.count("page_base")
    if index < 0:
        style = habits.word("page_zero")
        if style == "400":
            return refused(world, "PageNumber starts at 1.", PageNumber="Invalid.")
        if style == "500":
            return Answer(status=500, body=b"")
        if style == "empty":
            return answers.rows([])
        index = 0
    cap = habits.count("page_cap") or size
    given_size = min(size, cap)
    offset = index * (given_size if habits.is_on("cap_shifts") else size)
    return answers.rows(_slice(world, _asking(world, request), asked, offset, given_size))


def parameters(request: Request) -> dict[str, str]:
    """Return the query; the names' case does not matter [code]."""
    return {name.lower(): value for name, value in request.parameters().items()}


def refused(world: World, message: str, **properties: str) -> Answer:
    """Return a 400 in the shape that is switched on."""
    return answers.bad_request(world.habits.word("refusals"), message, **properties)


def not_found(world: World, sentence: str = "No Customer Found") -> Answer:
    """Return a 404: a JSON string, or nothing [doc]."""
    if world.habits.word("not_found") == "empty":
        return answers.empty(404)
    return answers.text(404, sentence)


def served(world: World, bodies: list[bytes]) -> list[bytes]:
    """Write the rows' times of change as this tenant does."""
    style = world.habits.word("dates")
    if style == "mixed":
        return bodies
    return [_MODIFIED.sub(lambda found: _redated(found, style), body, 1) for body in bodies]


def _asking(world: World, request: Request) -> Caller:
    found = caller(world, request)
    if found is None:
        raise RuntimeError("the key was checked before")
    return found


def _one(world: World, pos_id: str) -> Answer:
    guests = [g for g in _guests(world, _Asked()) if orjson.loads(g)["customerId"] == _int(pos_id)]
    bodies = guests or world.serve(world.state.bodies("pos_id", pos_id))
    return answers.rows(served(world, bodies)) if bodies else not_found(world)


def _int(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0


def _asked(world: World, given: Mapping[str, str]) -> _Asked:
    habits, now = world.habits, world.now()
    anonymous = given.get("includeanonymous", "true").lower() != "false"
    anonymous = anonymous or not habits.is_on("obeys_anonymous")
    lower = _moment(given, "fromLastModifiedDateUTC")
    upper = _moment(given, "toLastModifiedDateUTC")
    lag_s = habits.count("lag_s")
    seen = int(now.timestamp()) - lag_s + 1 if lag_s else _FAR_FUTURE
    if lower is None and upper is None:
        # Whole lists lack who is new; rows that changed stay, and are told in their new state.
        return _Asked(column="signed_up" if lag_s else "updated", upper=seen, anonymous=anonymous)
    lower, upper = lower or dt.datetime.fromtimestamp(0, dt.UTC), upper or now
    if upper < lower or upper - lower > dt.timedelta(days=habits.count("range_days")):
        raise _RefusedError("bad range", fromLastModifiedDateUTC="Bad range.")
    return _Asked(
        # "Modified after": the moment itself does not count. [doc]
        lower=int(lower.timestamp()) + 1,
        upper=min(int(upper.timestamp()) + 1, seen),
        anonymous=anonymous,
    )


def _moment(given: Mapping[str, str], name: str) -> dt.datetime | None:
    text = given.get(name.lower())
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise _RefusedError("bad range", **{name: "Not a date."}) from None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment


def _number(given: Mapping[str, str], name: str, usual: int) -> int:
    text = given.get(name.lower(), str(usual))
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise _RefusedError(f"The value '{text[:60]}' is not valid.", **{name: "Not a number."})
    return int(text)


def _slice(world: World, asking: Caller, asked: _Asked, offset: int, limit: int) -> list[bytes]:
    """Return a part of a list: guests first, then the customers."""
    guests = _guests(world, asked) if asked.anonymous else []
    head = guests[offset : offset + limit]
    listing = Listing(column=asked.column, lower=asked.lower, upper=asked.upper, order_by="updated")
    start, left = max(0, offset - len(guests)), limit - len(head)
    if left <= 0:
        return served(world, head)
    if world.habits.is_on("shares_profiles"):
        return served(world, head + world.list_rows(listing, offset=start, limit=left))
    own = f'"createdAtLocation":"{rows.location_name(asking.location)}"'.encode()
    everybody = world.list_rows(listing, offset=0, limit=_EVERYTHING)
    return served(world, head + [row for row in everybody if own in row][start : start + left])


def _guests(world: World, asked: _Asked) -> list[bytes]:
    if not asked.lower <= _GUESTS_CAME < asked.upper:
        return []
    return [
        orjson.dumps(_guest(_FIRST_GUEST + number))
        for number in range(1, world.habits.count("guests") + 1)
    ]


def _guest(number: int) -> dict[str, Any]:
    """Return what a register makes of somebody who gives no name [doc example]."""
    came = dt.datetime.fromtimestamp(_GUESTS_CAME, dt.UTC).isoformat()[:19]
    return {
        "customerId": number, "uniqueId": str(638_261_190_447_000_000 + number),
        "name": f"Guest {number}", "firstName": "Guest", "lastName": str(number), "phone": None,
        "cellPhone": None, "emailAddress": None, "status": "Active", "customerType": "Recreational",
        "dateOfBirth": "1900-01-01T00:00:00", "lastModifiedDateUTC": f"{came}.4833333",
        "creationDate": f"{came}.48", "isAnonymous": True, "springBigMemberId": 0,
        "discountGroups": [], "secondaryQualifyingConditions": [], "mergedIntoCustomerId": None,
        "optedIntoMarketing": None,
    }  # fmt: skip


def _redated(found: re.Match[bytes], style: str) -> bytes:
    told = found[1].decode()
    try:
        moment = (
            dt.datetime.strptime(told, "%m/%d/%Y %H:%M:%S").replace(tzinfo=dt.UTC)
            if "/" in told
            else dt.datetime.fromisoformat(told).replace(tzinfo=dt.UTC)
        )
    except ValueError:
        return found[0]
    text = rows.modified(int(moment.timestamp()), iso=style == "iso")
    return f'"lastModifiedDateUTC":"{text}"'.encode()
