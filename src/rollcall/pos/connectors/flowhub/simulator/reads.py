"""Flowhub's stores, lists of customers and look-ups."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from rollcall.pos.connectors.flowhub.simulator import answers, company, rows
from rollcall.pos.simulator.exchange import Answer, Request
from rollcall.pos.simulator.records import Listing
from rollcall.pos.simulator.world import World

Values = Mapping[str, str]

_MAX_PAGE: Final = 10_000
_USUAL_PAGE: Final = 100
_EVERYBODY: Final = 10**9
_FAR_FUTURE: Final = 2**40
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_COLUMNS: Final = {"created": "signed_up", "updated": "updated"}
_POINTS: Final = 1


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What a list is asked for.

    :param bounds: column → epoch seconds, the first included, the second excluded.
    """

    bounds: Mapping[str, tuple[int, int]]
    number: int
    size: int
    descending: bool


class _RefusedError(Exception):
    """A parameter that is refused; a bad date with 404 [code]."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def stores(world: World, _request: Request, _values: Values) -> Answer:
    """``GET /v0/clientsLocations`` [doc]."""
    return answers.locations(world.habits.word("locations"), company.locations(world.options))


def customers(world: World, request: Request, _values: Values) -> Answer:
    """``GET /v1/customers/``: a page, or one by ``customer_id`` [code]."""
    given = request.parameters()
    if given.get("customer_id"):
        return customer(world, request, given)
    try:
        asked = _asked(world, given)
    except _RefusedError as error:
        return refused(world, error.status, str(error))
    bodies, total = _page(world, asked)
    told = total if world.habits.is_on("tells_total") else None
    return answers.customers(world.habits.word("envelope"), served(world, bodies), told)


def customer(world: World, request: Request, values: Values) -> Answer:
    """``GET /v1/customers/{id}``: bare [doc]; who was merged away or deleted is 404 [guess]."""
    found = stored(world, values["customer_id"])
    if found is None:
        return refused(world, 404, "Customer not found")
    store = request.parameters().get("store_id")
    if store and company.knows_store(store):
        row: dict[str, Any] = orjson.loads(found)
        row["loyaltyPointsInPennies"] = int(row.get("loyaltyPoints") or 0) * _POINTS
        found = orjson.dumps(row)
    return Answer(status=200, body=served(world, [found])[0])


def by_phone(world: World, request: Request, _values: Values) -> Answer:
    """``GET /v1/customers/findByPhoneNumber``: digits count [guess]; one of several [guess]."""
    phone = rows.international(request.parameters().get("phone_number", ""))
    found = [row for row in world.state.bodies("phone", phone) if stored(world, row[1]) is not None]
    if not found:
        error = refused(world, 404, "Customer not found")
        return answers.nobody(world.habits.word("unknown_phone"), error)
    chosen = found[-1] if world.habits.word("phone_match") == "newest" else found[0]
    return Answer(status=200, body=served(world, world.serve([chosen]))[0])


def stored(world: World, pos_id: str) -> bytes | None:
    """Return a customer's JSON text; None for nobody and for who was merged away."""
    record = world.state.find(pos_id)
    if record is None or record.merged_into is not None:
        return None
    return world.serve(world.state.bodies("pos_id", pos_id))[0]


def refused(world: World, status: int, *reasons: str) -> Answer:
    """Return a refusal in the shape that is switched on."""
    return answers.error(world.habits.word("errors"), status, *reasons)


def served(world: World, bodies: Sequence[bytes]) -> list[bytes]:
    """Write rows as this server does."""
    phones, new_rows = world.habits.word("phone_format"), world.habits.word("new_rows")
    if phones == "national" and new_rows == "created":
        return list(bodies)
    return [_rewritten(body, phones, nulls=new_rows == "null") for body in bodies]


def _rewritten(body: bytes, phones: str, *, nulls: bool) -> bytes:
    try:
        row: dict[str, Any] = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    phone = rows.international(str(row.get("phone") or ""))
    if phone and phones != "national":
        row["phone"] = phone if phones == "e164" else phone.removeprefix("+1")
    if nulls and row.get("updatedAt") == row.get("createdAt"):
        row["updatedAt"] = None
    return orjson.dumps(row)


def _asked(world: World, given: Mapping[str, str]) -> _Asked:
    bounds: dict[str, tuple[int, int]] = {}
    for word, column in _COLUMNS.items():
        after = _day(given, f"{word}_after")
        before = _day(given, f"{word}_before")
        if after or before:
            bounds[column] = _bounds(world, after, before)
    size = _number(given, "page_size", _USUAL_PAGE)
    if not world.options.no_limits:
        size = min(size, _MAX_PAGE)
    return _Asked(
        bounds=bounds,
        number=_number(given, "page", 1),
        size=min(size, world.habits.count("page_cap") or size),
        descending=given.get("order_by") == "desc",
    )


def _day(given: Mapping[str, str], name: str) -> dt.date | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        if _DAY.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise _RefusedError(404, f"{name} must be in format yyyy-mm-dd")


def _bounds(world: World, after: dt.date | None, before: dt.date | None) -> tuple[int, int]:
    """Return whole local days as epoch seconds."""
    zone = world.zone if world.habits.word("day_zone") == "store" else ZoneInfo("UTC")
    own = 0 if world.habits.word("bounds") == "inclusive" else 1
    lower = 0 if after is None else _midnight(after, own, zone)
    upper = _FAR_FUTURE if before is None else _midnight(before, 1 - own, zone)
    return max(0, lower), upper


def _midnight(day: dt.date, days: int, zone: ZoneInfo) -> int:
    begins = dt.datetime.combine(day, dt.time(), zone) + dt.timedelta(days=days)
    return int(begins.timestamp())


def _number(given: Mapping[str, str], name: str, usual: int) -> int:
    text = given.get(name, str(usual))
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise _RefusedError(400, f"{name} must be a positive integer")
    return int(text)


def _page(world: World, asked: _Asked) -> tuple[list[bytes], int]:
    """Return a page, and how many rows the whole list has."""
    order_by = _COLUMNS[world.habits.word("order_key")]
    column, (lower, upper) = next(iter(asked.bounds.items()), (order_by, (0, _FAR_FUTURE)))
    listing = Listing(
        column=column, lower=lower, upper=upper, order_by=order_by, descending=asked.descending
    )
    offset = (asked.number - 1) * asked.size
    lacks_new = "updated" in asked.bounds and world.habits.word("new_rows") == "null"
    if len(asked.bounds) > 1 or lacks_new:
        return _sifted(world, listing, asked, offset, lacks_new=lacks_new)
    total = _total(world, listing, is_whole=not asked.bounds)
    return world.list_rows(listing, offset=offset, limit=asked.size), total


def _sifted(
    world: World, listing: Listing, asked: _Asked, offset: int, *, lacks_new: bool
) -> tuple[list[bytes], int]:
    """Look at every row, for what an index does not tell."""
    told = []
    for body in world.list_rows(listing, offset=0, limit=_EVERYBODY):
        record = world.state.find(orjson.loads(body)["id"])
        if record is None or (lacks_new and record.updated == record.signed_up):
            continue
        times = {"signed_up": record.signed_up, "updated": record.updated}
        if all(low <= times[column] < high for column, (low, high) in asked.bounds.items()):
            told.append(body)
    return told[offset : offset + asked.size], len(told)


def _total(world: World, listing: Listing, *, is_whole: bool) -> int:
    faults = world.faults
    if faults.is_on("empty_lists"):
        return 0
    if is_whole:
        total = world.state.count() - len(world.state.bodies("licence", rows.MERGED_AWAY))
        dropped = sum(world.state.find(one) is not None for one in faults.words("drop_rows"))
    else:
        listed = [row[1] for row in world.state.page(listing, offset=0, limit=_EVERYBODY)]
        total, dropped = len(listed), len(set(faults.words("drop_rows")) & set(listed))
    return min(total - dropped, faults.count("truncate_after") or total)
