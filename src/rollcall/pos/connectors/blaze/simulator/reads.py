"""BLAZE's lists of members and lookups, each with its own envelope."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import orjson

from rollcall.pos.connectors.blaze.simulator import answers, rows
from rollcall.pos.connectors.blaze.simulator.company import caller, object_id
from rollcall.pos.connectors.blaze.simulator.days import date_of
from rollcall.pos.simulator.exchange import Answer, Request
from rollcall.pos.simulator.records import Listing, Record
from rollcall.pos.simulator.world import World

Values = Mapping[str, str]
#: Position, id and JSON text, as the state file gives them.
Stored = tuple[int, str, bytes]

_USUAL_LIMIT: Final = 100
_MOST_ROWS: Final = 500
_NO_LIMIT: Final = 1_000_000
_DAY_MS: Final = 86_400_000
_EVERYTHING: Final = 10**9
_FAR_FUTURE: Final = 2**40
_US_DAY: Final = re.compile(r"(\d{2})/(\d{2})/(\d{4})")


class RefusedError(Exception):
    """A parameter that is refused with 400."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def members(world: World, request: Request, _values: Values) -> Answer:
    """``GET /members``: newest change first; dates are of the change [code]."""
    given = request.parameters()
    return _list(world, given, lambda: _between(world, given, "startDate", "endDate"))


def members_of_days(world: World, request: Request, _values: Values) -> Answer:
    """``GET /members/days`` [doc]."""
    given = request.parameters()

    def bounds() -> tuple[int, int]:
        begin, days = _number(given, "startDate", None), _number(given, "days", 1)
        return _within(world, begin, begin + days * _DAY_MS)

    return _list(world, given, bounds)


def member(world: World, _request: Request, values: Values) -> Answer:
    """``GET /members/{memberId}`` [doc]."""
    return _single(world, world.state.bodies("pos_id", values["member_id"].lower()))


def by_email(world: World, _request: Request, values: Values) -> Answer:
    """One member, whatever the case [guess], also if several share the address [doc]."""
    return _single(world, _settled(world, world.state.bodies("email", values["email"])))


def by_licence(world: World, request: Request, _values: Values) -> Answer:
    """British spelling; exact; no paging [doc]."""
    licence = request.parameters().get("licenceNumber", "")
    if not licence:
        return answers.error(400, "licenceNumber", "License number is required.")
    return _many(world, world.state.bodies("licence", licence))


def by_phone(world: World, request: Request, _values: Values) -> Answer:
    """Match ten digits, or what ``cpn`` holds [guess]; of one shop if asked [doc]."""
    given = request.parameters()
    found = world.state.bodies("phone", rows.e164(given.get("phoneNumber", "")) or "?")
    asking = caller(world.options, request)
    if given.get("isByShop", "").lower() == "true" and asking is not None:
        own = b'"shopId":"5e2b0c11aa94f1b7c3d20a%02x"' % asking.shop
        found = [row for row in found if own in row[2]]
    try:
        start, limit = _paging(world, given, "start")
    except RefusedError as error:
        return answers.error(400, error.field, str(error))
    return _many(world, found[start : start + limit])


def by_birth(world: World, request: Request, _values: Values) -> Answer:
    """Search by a day in the format that is switched on; looks at every row."""
    given = request.parameters()
    day = _day(world, given.get("dob", ""))
    try:
        start, limit = _paging(world, given, "start")
    except RefusedError as error:
        return answers.error(400, error.field, str(error))
    if day is None:
        return answers.error(400, "dob", "Invalid date format.")
    found = scanned(world, lambda record: record.text("born_on") == day)
    if not found and world.habits.word("nobody") != "empty":
        return _many(world, found)
    part = served(world, found[start : start + limit])
    return answers.page(part, skip=start, limit=limit, total=len(found))


def served(world: World, found: Sequence[Stored]) -> list[bytes]:
    """Return rows as this company's server sends them."""
    return finished(world, world.serve(found))


def finished(world: World, bodies: Sequence[bytes]) -> list[bytes]:
    """Put in whose members they are, and leave out written birth dates where servers do."""
    name = object_id("company", world.options.account).encode()
    placed = [body.replace(rows.COMPANY.encode(), name) for body in bodies]
    if world.habits.word("births") == "mixed":
        return placed
    return [_without_days(body) for body in placed]


def scanned(world: World, fits: Callable[[Record], bool]) -> list[Stored]:
    """Return the rows of all records that fit."""
    found = [record.pos_id for record in world.state.records() if fits(record)]
    return [row for pos_id in found for row in world.state.bodies("pos_id", pos_id)]


def not_found(world: World) -> Answer:
    """Say that there is no such member, in one of the ways that are possible [guess]."""
    style = world.habits.word("not_found")
    if style == "null":
        return answers.one(b"null")
    if style == "empty":
        return answers.one(b"{}")
    return answers.error(int(style), "Member", "Member not found.")


def _list(world: World, given: Mapping[str, str], bounds: Callable[[], tuple[int, int]]) -> Answer:
    try:
        lower, upper = bounds()
        skip, limit = _paging(world, given, "skip")
    except RefusedError as error:
        return answers.error(400, error.field, str(error))
    if not world.habits.is_on("heeds_dates"):
        lower, upper = 0, _FAR_FUTURE
    listing = Listing(
        column="updated", lower=lower, upper=upper, order_by="updated", descending=True
    )
    bodies = world.list_rows(listing, offset=skip, limit=limit)
    total = world.state.count()
    if world.habits.word("total") == "filtered":
        total = len(world.state.page(listing, offset=0, limit=_EVERYTHING))
    return answers.page(finished(world, bodies), skip=skip, limit=limit, total=total)


def _between(world: World, given: Mapping[str, str], first: str, last: str) -> tuple[int, int]:
    if not given.get(first) and not given.get(last):
        return 0, _FAR_FUTURE
    now = int(world.now().timestamp() * 1000)
    return _within(world, _number(given, first, None), _number(given, last, now))


def _within(world: World, begin: int, end: int) -> tuple[int, int]:
    """Check a range of milliseconds; both ends count. Returns epoch seconds, the end excluded."""
    most = world.habits.count("window_days") * _DAY_MS
    if end < begin or (most and end - begin > most):
        days = world.habits.count("window_days")
        raise RefusedError("endDate", f"Date range must not exceed {days} days.")
    return begin // 1000, end // 1000 + 1


def _paging(world: World, given: Mapping[str, str], first: str) -> tuple[int, int]:
    skip, limit = _number(given, first, 0), _number(given, "limit", _USUAL_LIMIT)
    if skip < 0 or limit < 1:
        raise RefusedError("limit", "Invalid paging.")
    usual = _NO_LIMIT if world.options.no_limits else _MOST_ROWS
    most = world.habits.count("most_rows") or usual
    if limit > most and world.habits.word("over_most") == "400":
        raise RefusedError("limit", f"Limit must not exceed {most}.")
    return skip, min(limit, most)


def _number(given: Mapping[str, str], name: str, usual: int | None) -> int:
    text = given.get(name, "" if usual is None else str(usual))
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise RefusedError(name, f"{name} is not a number.")
    return int(text)


def _day(world: World, text: str) -> str | None:
    if world.habits.word("dob_format") == "iso":
        return text if date_of(text) else None
    match = _US_DAY.fullmatch(text)
    day = f"{match[3]}-{match[1]}-{match[2]}" if match else ""
    return day if date_of(day) else None


def _single(world: World, found: Sequence[Stored]) -> Answer:
    bodies = served(world, found[:1])
    return answers.one(bodies[0]) if bodies else not_found(world)


def _many(world: World, found: Sequence[Stored]) -> Answer:
    found = _settled(world, found)
    style = world.habits.word("nobody")
    if found or style == "empty":
        # Rows from the search index say so. [doc]
        bodies = [
            body.replace(b'"listedByElastic":false', b'"listedByElastic":true')
            for body in served(world, found)
        ]
        return answers.values(bodies)
    if style == "404":
        return answers.error(404, "Member", "Member not found.")
    return answers.one(b"null" if style == "null" else b'{"values":null}')


def _settled(world: World, found: Sequence[Stored]) -> list[Stored]:
    """Leave out what the search index does not know yet [doc: it may lag]."""
    lag_s = world.habits.count("search_lag_s")
    if not lag_s:
        return list(found)
    latest = (world.now().timestamp() - lag_s) * 1000
    return [row for row in found if orjson.loads(row[2])["modified"] <= latest]


def _without_days(body: bytes) -> bytes:
    try:
        row: dict[str, Any] = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    return orjson.dumps({**row, "birthdate": None, "localDob": None})
