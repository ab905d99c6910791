"""Cova's lists, searches and single customers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import orjson

from rollcall.pos.connectors.cova.simulator import answers, odata, rows, telling
from rollcall.pos.connectors.cova.simulator.odata import Clause, FilterError
from rollcall.pos.simulator.exchange import Answer, Request, json_answer
from rollcall.pos.simulator.records import Listing
from rollcall.pos.simulator.world import World

Values = Mapping[str, str]
Row = dict[str, Any]

_MOST: Final = 100
_USUAL: Final = 50
_EVERYTHING: Final = 10**9
_FAR_FUTURE: Final = 2**40
_CHUNK: Final = 1000
#: Not in the slim customer [doc].
_FULL_ONLY: Final = (
    *rows.PARTS, "RelatedCustomers", "MemberOf", "ReferralSource", "PricingGroupId",
    "UniqueIdentifier", "Documents", "MergedCustomers", "MergedIntoCustomerId",
    "LastModifiedDateUtc",
)  # fmt: skip


def full_list(world: World, request: Request, _values: Values) -> Answer:
    """``GET CustomerFull``: changed since, or everybody."""
    return _list(world, request, lambda row: row)


def slim_list(world: World, request: Request, _values: Values) -> Answer:
    """``GET Customers``; filters are case-sensitive [doc]."""
    return _list(world, request, slim)


def by_criteria(world: World, request: Request, _values: Values) -> Answer:
    """``GET CustomerSearch``: full records, case does not matter [doc]."""
    if world.habits.is_on("search_lags"):
        return _told(world, request, [], skip=0, top=_USUAL)
    return _list(world, request, lambda row: row, is_case_sensitive=False)


def one_full(world: World, _request: Request, values: Values) -> Answer:
    """``GET CustomerFull({id})``."""
    return _one(world, values, lambda row: row)


def one_slim(world: World, _request: Request, values: Values) -> Answer:
    """``GET Customers({id})``."""
    return _one(world, values, slim)


def search(world: World, request: Request, _values: Values) -> Answer:
    """``POST Search``: all criteria have to match [doc]."""
    body = request.json_object()
    criteria = (body or {}).get("Criteria")
    if not isinstance(criteria, list) or not all(isinstance(c, dict) for c in criteria):
        return refused(world, "Criteria are required.", "Criteria")
    if not all(str(c.get("Field")) in _FIELDS for c in criteria):
        return refused(world, "The field is not known.", "Field")
    digits = world.habits.word("phone_search") == "digits"
    found = list(_scanned(world, lambda row: all(_matches(row, c, digits) for c in criteria)))
    results = [orjson.loads(body) for body in served(world, found)]
    return json_answer(200, {"Id": 0, "Criteria": criteria, "Results": results})


def extension_types(world: World, _request: Request, _values: Values) -> Answer:
    """``GET CustomerExtensionTypes``: ids are each tenant's own [doc]."""
    types = [
        {"Id": number, "Name": name, "DataType": "String"}
        for name, number in rows.TYPE_IDS.items()
        if name != telling.EXTERNAL or world.habits.is_on("has_external_id")
    ]
    return json_answer(200, types)


def customer_types(_world: World, _request: Request, _values: Values) -> Answer:
    """``GET CustomerTypes`` [doc]."""
    names = ("None", "Person", "Company")
    return json_answer(200, [{"Id": n, "Name": name} for n, name in enumerate(names, 1)])


def parts(world: World, _request: Request, values: Values) -> Answer:
    """``GET Customers({id})/{part}s``, relations included."""
    row = find(world, values)
    if row is None or values["kind"] not in (*rows.PARTS, "RelatedCustomers", "MemberOf"):
        return answers.not_found()
    return json_answer(200, row[values["kind"]])


def part(world: World, _request: Request, values: Values) -> Answer:
    """``GET Customers({id})/{part}s({part})``."""
    row = find(world, values)
    held = part_of(row, values) if row else None
    return answers.not_found() if held is None else json_answer(200, held)


def find(world: World, values: Values) -> Row | None:
    """Return a customer's row as it is sent."""
    found = world.state.bodies("pos_id", values["id"].lower())
    return orjson.loads(found[0][2]) if found else None


def part_of(row: Row, values: Values) -> Row | None:
    """Return a part of a row."""
    held = row[values["kind"]] if values["kind"] in rows.PARTS else []
    return next((p for p in held if p["Id"].lower() == values["part"].lower()), None)


def slim(row: Row) -> Row:
    """Return the customer without parts and what only the gateway tells [doc]."""
    return {key: value for key, value in row.items() if key not in _FULL_ONLY}


def served(world: World, bodies: list[bytes]) -> list[bytes]:
    """Write rows as this host does."""
    spelling, tells = world.habits.word("merged_key"), world.habits.is_on("tells_modified")
    if spelling == "MergedCustomers" and tells:
        return bodies
    return [_respelled(body, spelling, tells=tells) for body in bodies]


def refused(world: World, message: str, key: str) -> Answer:
    """Return a 400 in the shape that is switched on."""
    return answers.refused(world.habits.word("refusals"), message, key)


def _list(
    world: World,
    request: Request,
    shape: Callable[[Row], Row],
    *,
    is_case_sensitive: bool = True,
) -> Answer:
    given = request.parameters()
    skip, top = _number(given, "$skip", 0), _number(given, "$top", _USUAL)
    top = min(top, world.habits.count("page_cap") or (_EVERYTHING if top <= _MOST else _MOST))
    if 0 < world.habits.count("bulk_timeout") < top:
        return Answer(status=500, body=b"")
    try:
        clauses = odata.parse(given.get("$filter", ""))
        bodies = _chosen(world, clauses, skip, top, is_case_sensitive=is_case_sensitive)
    except FilterError as error:
        return refused(world, str(error), "$filter")
    if shape is slim:
        bodies = [orjson.dumps(slim(orjson.loads(body))) for body in bodies]
    return _told(world, request, bodies, skip=skip, top=top)


def _told(world: World, request: Request, bodies: list[bytes], *, skip: int, top: int) -> Answer:
    bodies, media = served(world, bodies), world.habits.word("media")
    wants_hal = "hal+json" in request.headers.get("accept", "application/hal+json")
    if media == "json" or (media == "by_accept" and not wants_hal):
        return answers.rows(bodies)
    path = request.path.partition("/v1/")[2]
    keeps = world.habits.word("empty_hal") == "empty_self"
    return answers.hal(bodies, path, skip=skip, top=top, keeps_self=keeps)


def _chosen(
    world: World, clauses: list[Clause], skip: int, top: int, *, is_case_sensitive: bool
) -> list[bytes]:
    order = "updated" if world.habits.word("order") == "modified" else "signed_up"
    lower = 0
    if [(c.field, c.operator) for c in clauses] == [("LastModifiedDateUtc", "ge")]:
        moment = clauses[0].value
        if isinstance(moment, str | int):
            raise FilterError("the date is not valid")
        lower, clauses = int(moment.timestamp()), []
    if not clauses:
        paging = world.habits.word("paging")
        skip = skip if paging == "heeded" else 0
        top = _EVERYTHING if paging == "ignored" else top
        listing = Listing(column="updated", lower=lower, upper=_FAR_FUTURE, order_by=order)
        return world.list_rows(listing, offset=skip, limit=top)
    needles = [c.value for c in clauses if c.field == "Criteria" and isinstance(c.value, str)]
    found = _scanned(
        world,
        lambda row: odata.fits(row, clauses, is_case_sensitive=is_case_sensitive),
        needle=needles[0] if needles else "",
    )
    return list(found)[skip : skip + top]


def _scanned(world: World, fits: Callable[[Row], bool], *, needle: str = "") -> Iterator[bytes]:
    """Look at every row, at first only whether the text is in it."""
    wanted = orjson.dumps(needle)[1:-1].lower()
    listing = Listing(column="signed_up", lower=0, upper=_FAR_FUTURE, order_by="signed_up")
    offset = 0
    while True:
        chunk = world.state.page(listing, offset=offset, limit=_CHUNK)
        for _, _, body in chunk:
            # Bytes are only lowered where they are ASCII: others are looked at closely.
            if (wanted in body.lower() or not needle.isascii()) and fits(orjson.loads(body)):
                yield body
        if len(chunk) < _CHUNK:
            return
        offset += _CHUNK


def _one(world: World, values: Values, shape: Callable[[Row], Row]) -> Answer:
    row = find(world, values)
    if row is None:
        return answers.not_found()
    return Answer(status=200, body=served(world, [orjson.dumps(shape(row))])[0])


def _respelled(body: bytes, spelling: str, *, tells: bool) -> bytes:
    row: Row = orjson.loads(body)
    if "MergedCustomers" in row:
        row[spelling] = row.pop("MergedCustomers")
    if not tells:
        row.pop("LastModifiedDateUtc", None)
    return orjson.dumps(row)


def _number(given: Mapping[str, str], name: str, usual: int) -> int:
    """Read a number; what is none, or outside of 0 to 100, becomes the most [doc]."""
    text = given.get(name)
    if text is None:
        return usual
    if not re.fullmatch(r"[0-9]{1,9}", text):
        return 0 if name == "$skip" else _MOST
    number = int(text)
    return number if name == "$skip" or number <= _MOST else _MOST


def _phones(row: Row) -> list[str]:
    return [m["Value"] for m in row["ContactMethods"] if m["ContactMethodCategoryId"] == 1]


def _emails(row: Row) -> list[str]:
    return [m["Value"] for m in row["ContactMethods"] if m["ContactMethodCategoryId"] == 2]


#: Fields of a search: two are documented, the others are guesses.
_FIELDS: Final[Mapping[str, Callable[[Row], list[str]]]] = {
    "Phone": _phones,
    "Contact": _emails,
    **{
        key: lambda row, key=key: [str(row.get(key) or "")]  # type: ignore[misc]  # bound early
        for key in ("PrimaryName", "FamilyName", "UniqueIdentifier")
    },
    "DateOfBirth": lambda row: [str(row.get("DateOfBirth") or "")[:10]],
}


def _matches(row: Row, criterion: Mapping[str, Any], digits: bool) -> bool:  # noqa: FBT001
    field, wanted = str(criterion.get("Field")), str(criterion.get("Criteria") or "").lower()
    held = [value.lower() for value in _FIELDS[field](row) if value]
    if field == "Phone" and digits:
        held, wanted = [_digits(value) for value in held], _digits(wanted)
    operation = criterion.get("Operation")
    if operation == "Contains":
        return any(wanted in value for value in held)
    if operation == "StartsWith":
        return any(value.startswith(wanted) for value in held)
    return wanted in held


def _digits(text: str) -> str:
    digits = re.sub(r"[^0-9]", "", text)
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
