"""Finds single customers: by id, by phone, and whom a lost create may have made."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.flowhub import mapping, values
from rollcall.pos.connectors.flowhub.pages import PageReader, Send
from rollcall.pos.connectors.flowhub.wire import customer_of, found_of
from rollcall.pos.connectors.flowhub.writes import CREATABLE, NAMES, WRITE_ONLY
from rollcall.pos.contract import Criteria, MappingContext, RawRow
from rollcall.pos.errors import PosGoneError, RowError, UnsupportedByPosError
from rollcall.pos.fields import Fields, FieldValue
from rollcall.pos.http import Call
from rollcall.pos.writing import NewCustomer

_ONE: Final = "/v1/customers/{customer_id}"
_BY_PHONE: Final = "/v1/customers/findByPhoneNumber"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
#: How far the POS's clock may be behind ours.
_GRACE: Final = dt.timedelta(minutes=5)
#: Mapping a row of Flowhub needs no zone.
_CONTEXT: Final = MappingContext(time_zone=ZoneInfo("UTC"))


class Lookups:
    """Asks for single customers of one account."""

    def __init__(self, send: Send, reader: PageReader) -> None:
        self._send = send
        self._reader = reader

    def get(self, external_id: str) -> RawRow:
        """Read one customer by id.

        :raises PosGoneError: there is none, or somebody else answers under this id.
        """
        # Another path of Flowhub's looks like an id.
        if not _ID.fullmatch(external_id) or external_id.lower() == "findbyphonenumber":
            raise PosGoneError("Flowhub's ids are letters, digits and hyphens")
        values_ = {"customer_id": external_id}
        row = customer_of(self._send(Call(method="GET", template=_ONE, values=values_)))
        if mapping.external_id(row).lower() != external_id.lower():
            # What becomes of an id that was merged away is not documented.
            raise PosGoneError("Flowhub answers with another customer", code="id_differs")
        return row

    def find(self, criteria: Criteria) -> list[RawRow]:
        """Ask by id or phone, and leave out who does not fit the other criteria.

        :raises UnsupportedByPosError: neither was given.
        """
        if criteria.external_id:
            try:
                found: Sequence[RawRow] = [self.get(criteria.external_id)]
            except PosGoneError:
                found = []
        elif values.ten_digits(criteria.phone):
            found = self._by_phone(criteria.phone)
        else:
            raise UnsupportedByPosError("Flowhub finds customers by id or phone only")
        return [row for row in found if _fits(row, criteria)]

    def find_created(self, customer: NewCustomer, *, since: dt.datetime) -> list[RawRow]:
        """Look for a create's result: by phone, else among those who were created since.

        Of several people on one phone Flowhub tells one [guess], so that only the list is sure.
        """
        phone = str(customer.fields.get("phone") or "")
        if values.ten_digits(phone):
            rows = self._by_phone(phone)
            found = [row for row in rows if _is_same(row, customer.fields, since)]
            if found:
                return found
        listed = self._reader.created_since(since)
        told = {
            mapping.external_id(row): row for row in listed if _is_same(row, customer.fields, since)
        }
        return list(told.values())

    def _by_phone(self, phone: str) -> Sequence[RawRow]:
        query = {"phone_number": values.ten_digits(phone)}
        call = Call(method="GET", template=_BY_PHONE, query=query, may_be_empty=True)
        return found_of(self._send(call))


def _fits(row: RawRow, criteria: Criteria) -> bool:
    """Apply the criteria; a licence is never told, so it says nothing."""
    told = _fields_of(row)
    if told is None:
        # Nothing is known of somebody who cannot be read.
        return False
    given = _folded_words(told.get("given_name"))
    return (
        _is_among(criteria.given_name, given, _full(told))
        and _is_among(criteria.family_name, _folded_words(told.get("family_name")), _full(told))
        and (not criteria.phone or _same_phone(criteria.phone, told.get("phone")))
        and (not criteria.email or values.folded(criteria.email) == values.folded(told["email"]))
        and (not criteria.born_on or criteria.born_on.isoformat() == told.get("born_on"))
    )


def _is_among(wanted: str, part: Sequence[str], full: Sequence[str]) -> bool:
    """Tell whether a name is the part, or one end of the whole: the parts are only an opinion."""
    words = _folded_words(wanted)
    at_an_end = full[: len(words)] == words or full[-len(words) :] == words
    return not words or words == part or at_an_end


def _is_same(row: RawRow, sent: Fields, since: dt.datetime) -> bool:
    """Tell whether a row says everything that was sent, and did not come to be before."""
    told = _fields_of(row)
    if told is None:
        return False
    created_at = values.moment(row.get("createdAt"))
    if created_at is not None and created_at < since - _GRACE:
        return False
    compared = [n for n in sent if n in CREATABLE - WRITE_ONLY.keys() - NAMES]
    return _full(sent) == _full(told) and all(_agree(n, sent[n], told.get(n)) for n in compared)


def _agree(name: str, sent: FieldValue, told: FieldValue) -> bool:
    if sent is None or sent == "":
        return True
    if name == "phone":
        return _same_phone(str(sent), told)
    if isinstance(sent, bool):
        return sent is bool(told)
    return values.folded(sent) == values.folded(told)


def _same_phone(one: str, other: FieldValue) -> bool:
    return values.ten_digits(one) == values.ten_digits(other or "")


def _full(fields: Fields) -> Sequence[str]:
    names = (fields.get(name) for name in ("given_name", "middle_name", "family_name"))
    return [word for name in names for word in _folded_words(name)]


def _folded_words(value: object) -> list[str]:
    return values.folded(value).split()


def _fields_of(row: RawRow) -> Fields | None:
    try:
        return mapping.to_canonical(row, _CONTEXT).fields
    except RowError:
        return None


def rows_of_type(rows: Iterator[RawRow] | Sequence[RawRow], wanted: str) -> list[RawRow]:
    """Leave out customers of the other type; who has none that is known stays."""
    others = {word.lower() for word in mapping.TYPES} - {wanted.lower()}
    return [row for row in rows if not wanted or str(row.get("type")).lower() not in others]
