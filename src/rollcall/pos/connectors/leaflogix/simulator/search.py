"""Dutchie's search by any of several criteria, and its lookup of one person."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from rollcall.pos.connectors.leaflogix.simulator import answers, reads
from rollcall.pos.simulator.exchange import Answer, Request
from rollcall.pos.simulator.records import Record
from rollcall.pos.simulator.world import World

Values = Mapping[str, str]
#: Position, id and JSON text, as the state file gives them.
Stored = tuple[int, str, bytes]

_UNIQUE_BASE: Final = 638_261_190_447_000_000


def search(world: World, request: Request, _values: Values) -> Answer:
    """``POST /customer/search``: every criterion on its own; who fits two comes twice [doc]."""
    if not world.habits.is_on("has_search"):
        return answers.empty(404)
    body = lowered(request)
    if body is None:
        return reads.refused(world, "The body is not JSON.", body="Not JSON.")
    if not any(body.get(key) for key in _CRITERIA) and not _has_name_and_birth(body):
        return reads.refused(world, "At least one search criterion is required.")
    found: list[bytes] = []
    for match_type, rows in _matches(world, body):
        told = reads.served(world, world.serve(_visible(world, rows)))
        found += [b'{"matchType":"%b",' % match_type.encode() + row[1:] for row in told]
    return answers.rows(found)


def lookup(world: World, request: Request, _values: Values) -> Answer:
    """``POST /customer/customerLookup``: the first that a hierarchy finds [doc; order: guess]."""
    body = lowered(request)
    if body is None:
        return reads.refused(world, "The body is not JSON.", body="Not JSON.")
    for rows in _hierarchy(world, body):
        if rows:
            return answers.one(reads.served(world, world.serve(rows[:1]))[0])
    return reads.not_found(world)


def by_integrators_id(world: World, request: Request, _values: Values) -> Answer:
    """``GET /customer/by-external-id``: search results, or 404 [doc]; ``matchType`` is a guess."""
    asked = reads.parameters(request).get("externalid", "")
    rows = _visible(world, by_external_id(world, asked)) if asked else []
    if not rows:
        return reads.not_found(world)
    told = reads.served(world, world.serve(rows))
    return answers.rows([b'{"matchType":"ExternalId",' + row[1:] for row in told])


def lowered(request: Request) -> dict[str, Any] | None:
    """Return the body's keys in lower case: ASP.NET does not mind [guess]."""
    body = request.json_object()
    return None if body is None else {key.lower(): value for key, value in body.items()}


def by_phone(world: World, phone: str) -> list[Stored]:
    """Find a phone in whatever way it was typed [doc: normalised]."""
    digits = re.sub(r"[^0-9]", "", phone)
    digits = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    area, exchange, line = digits[:3], digits[3:6], digits[6:]
    ways = (digits, f"({area}) {exchange}-{line}", f"{area}-{exchange}-{line}", phone)
    return [
        row for way in dict.fromkeys(ways) if digits for row in world.state.bodies("phone", way)
    ]


def by_email(world: World, email: str) -> list[Stored]:
    """Exact, whatever the case [doc]."""
    return world.state.bodies("email", email)


def by_licence(world: World, licence: str) -> list[Stored]:
    """Exact."""
    return world.state.bodies("licence", licence)


def by_medical_id(world: World, number: str) -> list[Stored]:
    """Exact; looks at every row."""
    return _scanned(world, lambda record: record.text("medical_id") == number)


def by_name_and_birth(world: World, last_name: str, born: str) -> list[Stored]:
    """Family name and birth date together, whatever the case [doc]; looks at every row."""
    wanted = (last_name.strip().lower(), born[:10])
    return _scanned(
        world, lambda r: (_family(r.text("family_name")).lower(), r.text("born_on")) == wanted
    )


def by_external_id(world: World, number: str) -> list[Stored]:
    """Exact; looks at every row."""
    return _scanned(world, lambda record: record.extras.get("externalCustomerId") == number)


_CRITERIA: Final[Mapping[str, tuple[str, Callable[[World, str], list[Stored]]]]] = {
    "mmjidnumber": ("MMJID", by_medical_id),
    "driverslicenseid": ("DriversLicense", by_licence),
    "emailaddress": ("Email", by_email),
    "phone": ("Phone", by_phone),
}


def _matches(world: World, body: Mapping[str, Any]) -> Iterator[tuple[str, list[Stored]]]:
    for key, (match_type, find) in _CRITERIA.items():
        if body.get(key):
            yield match_type, find(world, str(body[key]))
    if _has_name_and_birth(body):
        rows = by_name_and_birth(world, str(body["lastname"]), str(body["dateofbirth"]))
        yield "LastNameAndDateOfBirth", rows


def _hierarchy(world: World, body: Mapping[str, Any]) -> Iterator[list[Stored]]:
    if body.get("customerid"):
        yield world.state.bodies("pos_id", str(body["customerid"]))
    if re.fullmatch(r"[0-9]{1,19}", str(body.get("uniqueid") or "")):
        yield world.state.bodies("pos_id", str(int(body["uniqueid"]) - _UNIQUE_BASE))
    if body.get("externalcustomerid"):
        yield by_external_id(world, str(body["externalcustomerid"]))
    for _, rows in _matches(world, body):
        yield rows


def _visible(world: World, rows: list[Stored]) -> list[Stored]:
    """Leave out who was created so short a time ago that nobody is told yet [doc]."""
    lag_s = world.habits.count("lag_s")
    if not lag_s:
        return rows
    seen = int(world.now().timestamp()) - lag_s
    found = ((row, world.state.find(row[1])) for row in rows)
    return [row for row, record in found if record is not None and record.signed_up <= seen]


def _has_name_and_birth(body: Mapping[str, Any]) -> bool:
    return bool(body.get("lastname") and body.get("dateofbirth"))


def _family(name: str) -> str:
    return name.removesuffix(" Jr")


def _scanned(world: World, fits: Callable[[Record], bool]) -> list[Stored]:
    found = [record.pos_id for record in world.state.records() if fits(record)]
    return [row for pos_id in found for row in world.state.bodies("pos_id", pos_id)]
