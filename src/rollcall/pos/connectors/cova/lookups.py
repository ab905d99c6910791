"""Finds customers at Cova: by id, by phone, e-mail, name or extension; and extension types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rollcall.pos.connectors.cova import mapping, values, wire
from rollcall.pos.connectors.cova.wire import Account, Ask, literal
from rollcall.pos.contract import Criteria, RawRow
from rollcall.pos.errors import PosGoneError, RowError, UnsupportedByPosError
from rollcall.pos.http import Call

COMPANY: Final = "/Companies({company})"
FULL: Final = f"{COMPANY}/CustomerFull"
ONE: Final = f"{COMPANY}/CustomerFull({{id}})"
_SEARCH: Final = f"{COMPANY}/Search"
_BY_CRITERIA: Final = f"{COMPANY}/CustomerSearch"
_TYPES: Final = f"{COMPANY}/CustomerExtensionTypes"
_PAGE: Final = 100
#: Who is looked up by a name that more people share is too many to show.
_MOST_PAGES: Final = 10


class Finder:
    """Asks for single customers."""

    def __init__(self, account: Account, ask: Ask) -> None:
        self._account = account
        self._ask = ask
        self._types: dict[str, int] | None = None
        self._has_search = True

    def get(self, external_id: str) -> RawRow:
        """Read one customer.

        :raises PosGoneError: there is none.
        """
        if not values.is_guid(external_id):
            raise PosGoneError("Cova's ids are GUIDs")
        path = {"company": self._account.company_id, "id": external_id}
        row = wire.row_of(self._ask(Call(method="GET", template=ONE, values=path)))
        return self._account.marked(row)

    def find(self, criteria: Criteria) -> list[RawRow]:
        """Ask by what singles people out best, and apply the other criteria here.

        :raises UnsupportedByPosError: nothing was given that Cova can be asked for.
        """
        found: dict[str, RawRow] = {}
        for row in self._looked_up(criteria):
            found.setdefault(str(row.get("Id")).lower(), self._account.marked(row))
        return [row for row in found.values() if fits(row, criteria)]

    def with_extension(self, value: str) -> list[RawRow]:
        """Find whoever has this value in some extension [doc].

        :raises UnsupportedByPosError: this base URL has no such search.
        """
        return [self._account.marked(row) for row in self._by_criteria(value)]

    def has_types(self) -> bool:
        """Tell whether this base URL lists extension types at all."""
        self.type_id("")
        return bool(self._types)

    def type_id(self, name: str) -> int | None:
        """Return the id of an extension type, which differs between tenants [doc]."""
        if self._types is None:
            self._types = dict(self._read_types())
        return self._types.get(name.strip().casefold())

    def _looked_up(self, criteria: Criteria) -> Iterable[RawRow]:
        if criteria.external_id:
            try:
                return [self.get(criteria.external_id)]
            except PosGoneError:
                return []
        if criteria.phone:
            return self._by_phone(criteria.phone)
        if criteria.email:
            return self._searched("Contact", criteria.email)
        if criteria.licence and "licence" in self._account.extensions:
            return self._by_criteria(criteria.licence)
        if criteria.family_name and (criteria.given_name or criteria.born_on):
            return self._by_criteria(criteria.family_name)
        raise UnsupportedByPosError(
            "Cova finds customers by id, phone, e-mail, or family name with given name or birthday"
        )

    def _by_phone(self, phone: str) -> Iterator[RawRow]:
        """Ask for every usual spelling: how Cova compares phones is not documented."""
        for spelling in spellings(phone):
            found = self._searched("Phone", spelling)
            yield from found
            # One who is stored in another spelling proves that spellings do not matter.
            if any(spelling not in _numbers(row) for row in found):
                return

    def _searched(self, field: str, value: str) -> list[RawRow]:
        """Ask the gateway's search; the direct service has only the older one [doc]."""
        if self._has_search:
            criterion = {"Criteria": value, "Field": field, "Operation": "Equals"}
            call = Call(
                method="POST",
                template=_SEARCH,
                values={"company": self._account.company_id},
                json={"Criteria": [criterion]},
            )
            try:
                return wire.results_of(self._ask(call))
            except (PosGoneError, UnsupportedByPosError):
                self._has_search = False
        return self._by_criteria(value)

    def _by_criteria(self, value: str) -> list[RawRow]:
        rows: list[RawRow] = []
        for number in range(_MOST_PAGES):
            query = {
                "$filter": f"Criteria eq {literal(value)}",
                "$skip": str(number * _PAGE),
                "$top": str(_PAGE),
            }
            page = self._list(_BY_CRITERIA, query)
            rows += page
            if len(page) != _PAGE:
                break
        return rows

    def _list(self, template: str, query: dict[str, str]) -> list[RawRow]:
        path = {"company": self._account.company_id}
        call = Call(method="GET", template=template, values=path, query=query)
        try:
            return wire.rows_of(self._ask(call))
        except PosGoneError as error:
            # Where nobody is asked for by id, 404 means that there is no such list.
            message = "Cova has no such list under this base URL"
            raise UnsupportedByPosError(message, code=error.code) from None

    def _read_types(self) -> Iterator[tuple[str, int]]:
        try:
            rows = self._list(_TYPES, {})
        except UnsupportedByPosError:
            return
        for row in rows:
            if isinstance(row.get("Name"), str) and type(row.get("Id")) is int:
                yield row["Name"].strip().casefold(), row["Id"]


def spellings(phone: str) -> list[str]:
    """Return the ways in which a phone is usually typed, the likeliest first."""
    digits = digits_of(phone)
    if len(digits) != 10:
        return list(dict.fromkeys(filter(None, (phone, digits))))
    area, exchange, line = digits[:3], digits[3:6], digits[6:]
    ways = (
        digits, f"({area}) {exchange}-{line}", f"+1{digits}", f"{area}-{exchange}-{line}",
        f"1{digits}", phone,
    )  # fmt: skip
    return list(dict.fromkeys(ways))


def digits_of(phone: object) -> str:
    """Reduce a phone to its digits, without the country code 1."""
    digits = "".join(c for c in str(phone) if c.isascii() and c.isdigit())
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def fits(row: RawRow, criteria: Criteria) -> bool:
    """Apply all criteria, whichever Cova was asked for."""
    try:
        fields = mapping.fields_of(row)
    except RowError:
        # It is found; that it cannot be taken over shows later.
        return True
    if criteria.phone and digits_of(criteria.phone) not in map(digits_of, _numbers(row)):
        return False
    if criteria.email and _folded(criteria.email) not in map(_folded, _addresses(row)):
        return False
    pairs = (
        (criteria.given_name, fields.get("given_name")),
        (criteria.family_name, fields.get("family_name")),
        (criteria.licence, fields.get("licence")),
        (criteria.born_on.isoformat() if criteria.born_on else "", fields.get("born_on")),
    )
    return all(_folded(wanted) == _folded(held) for wanted, held in pairs if wanted)


def _numbers(row: RawRow) -> list[str]:
    return [str(method.get("Value")) for method in mapping.phones_of(row)]


def _addresses(row: RawRow) -> list[str]:
    return [str(method.get("Value")) for method in mapping.emails_of(row)]


def _folded(text: object) -> str:
    return " ".join(str(text or "").split()).casefold()
