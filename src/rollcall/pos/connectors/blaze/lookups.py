"""BLAZE's lookups: each by one criterion, with its own envelope and its own way to say "nobody"."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.blaze import mapping, wire
from rollcall.pos.connectors.blaze.values import WrongValueError, ten_digits
from rollcall.pos.contract import Criteria, MappingContext, RawRow
from rollcall.pos.errors import (
    PosGoneError,
    PosRefusedDataError,
    PosUnavailableError,
    RowError,
    UnsupportedByPosError,
)
from rollcall.pos.http import Reply

MEMBERS: Final = "/api/v1/partner/members"
#: Words instead of an id would reach other endpoints (members/search …).
_ID: Final = re.compile(r"[0-9a-fA-F]{24}")
_PAGE: Final = 100
#: One phone or birth date of more people than this singles nobody out.
_MOST_PAGES: Final = 20
#: The format is not documented: what the POS does not refuse is right. [guess]
_DOB_FORMATS: Final = ("%m/%d/%Y", "%Y-%m-%d")

#: Path template, its values and the query in; the answer out.
Get = Callable[[str, Mapping[str, str], Mapping[str, str]], Reply]


def read_one(get: Get, member_id: str) -> RawRow:
    """Read one member by id.

    :raises PosGoneError: BLAZE knows no such member.
    """
    if not _ID.fullmatch(member_id):
        raise PosGoneError("BLAZE's ids are 24 hexadecimal digits")
    row = wire.member_of(get(MEMBERS + "/{id}", {"id": member_id}, {}))
    if row is None:
        raise PosGoneError("BLAZE has no member with this id")
    if str(row.get("id")).strip().lower() != member_id.lower():
        raise PosUnavailableError("BLAZE answered with another member", code="wrong_member")
    return row


def look_up(get: Get, criteria: Criteria, zone: ZoneInfo) -> list[RawRow]:
    """Ask by what singles people out best, and apply the other criteria here.

    :raises UnsupportedByPosError: BLAZE cannot search by what was given.
    """
    found: dict[str, RawRow] = {}
    for row in _looked_up(get, criteria):
        found.setdefault(str(row.get("id")), row)
    return [row for row in found.values() if _fits(row, criteria, zone)]


def _looked_up(get: Get, criteria: Criteria) -> list[RawRow]:
    if criteria.external_id:
        try:
            return [read_one(get, criteria.external_id)]
        except PosGoneError:
            return []
    if criteria.licence:
        # British spelling, no paging. [doc]
        return _rows(get, "/search", {"licenceNumber": criteria.licence})
    if criteria.email:
        row = wire.member_of(get(MEMBERS + "/email/{email}", {"email": criteria.email}, {}))
        return [] if row is None else [row]
    if criteria.phone:
        number = ten_digits(criteria.phone) or criteria.phone
        return list(_paged(get, "/search/phone", {"phoneNumber": number, "isByShop": "false"}))
    if criteria.born_on:
        return _by_birth(get, criteria.born_on)
    raise UnsupportedByPosError("BLAZE finds members by id, licence, e-mail, phone or birth date")


def _by_birth(get: Get, born_on: dt.date) -> list[RawRow]:
    refusals: list[PosRefusedDataError] = []
    for form in _DOB_FORMATS:
        try:
            rows = list(_paged(get, "/search/dob", {"dob": born_on.strftime(form)}))
        except PosRefusedDataError as error:
            refusals.append(error)
            continue
        if rows:
            return rows
    if len(refusals) == len(_DOB_FORMATS):
        raise refusals[0]
    return []


def _paged(get: Get, path: str, query: Mapping[str, str]) -> Iterator[RawRow]:
    """Page with ``start`` [doc], by as many rows as came, until nobody new comes."""
    seen: set[str] = set()
    start = 0
    for _ in range(_MOST_PAGES):
        rows = _rows(get, path, {**query, "start": str(start), "limit": str(_PAGE)})
        new = [row for row in rows if str(row.get("id")) not in seen]
        yield from new
        seen |= {str(row.get("id")) for row in new}
        start += len(rows)
        # A page may be cut at less than was asked for, so that only nobody new is the end.
        if not new or len(rows) < min(_PAGE, 20):
            return


def _rows(get: Get, path: str, query: Mapping[str, str]) -> list[RawRow]:
    try:
        return wire.rows_of(get(MEMBERS + path, {}, query))
    except PosGoneError:
        return []


def _fits(row: RawRow, criteria: Criteria, zone: ZoneInfo) -> bool:
    """Apply the criteria that BLAZE was not asked about."""
    try:
        fields = mapping.to_canonical(row, MappingContext(time_zone=zone)).fields
    except (RowError, WrongValueError):
        return False
    if criteria.phone and ten_digits(criteria.phone) != ten_digits(fields.get("phone")):
        return False
    if criteria.born_on and fields.get("born_on") != criteria.born_on.isoformat():
        return False
    pairs = (
        ("given_name", criteria.given_name),
        ("family_name", criteria.family_name),
        ("email", criteria.email),
    )
    return all(_folded(fields.get(name)) == _folded(wanted) for name, wanted in pairs if wanted)


def _folded(text: object) -> str:
    return " ".join(str(text or "").split()).casefold()
