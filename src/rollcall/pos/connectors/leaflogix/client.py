"""Speaks to Dutchie's customer endpoints: rows out, nothing interpreted."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import orjson

from rollcall.pos.connectors.leaflogix import wire
from rollcall.pos.connectors.leaflogix.pages import PageReader
from rollcall.pos.contract import (
    AccountInfo,
    Criteria,
    Limits,
    OpenOptions,
    Page,
    PosClient,
    RawRow,
    Window,
    WindowKind,
)
from rollcall.pos.errors import (
    PosCredentialsError,
    PosError,
    PosGoneError,
    PosNeedsHumanError,
    PosRefusedDataError,
    UnsupportedByPosError,
)
from rollcall.pos.http import Call, PosHttp, Reply
from rollcall.pos.paging import Position

_LIST: Final = "/customer/customers-paginated"
_ONE: Final = "/customer/customers"
_SEARCH: Final = "/customer/search"
_WHOAMI: Final = "/whoami"
_MAX_INT32: Final = 2**31 - 1
_SECOND: Final = dt.timedelta(seconds=1)
_CLOCK_SLACK: Final = dt.timedelta(minutes=1)
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where and as whom to ask.

    :param integrator_key: ``""`` if there is none [code].
    :param range_days: the widest range of times that the location accepts in one question.
    :param zero_may_fail: the server fails at page 0, because it counts from 1.
    """

    base_url: str
    api_key: str = field(repr=False)
    integrator_key: str = field(default="", repr=False)
    page_size: int
    range_days: int
    include_anonymous: bool
    zero_may_fail: bool

    def authorization(self) -> str:
        """Return the header: Basic, the API key as user, mostly with an empty password [doc]."""
        pair = f"{self.api_key}:{self.integrator_key}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


class LeaflogixClient(PosClient):
    """An open door to what one API key may see."""

    def __init__(self, account: Account, options: OpenOptions, limits: Limits) -> None:
        self._account = account
        self._http = PosHttp(
            kind="leaflogix", base_url=account.base_url, options=options, limits=limits
        )
        self._reader = PageReader(
            self._list, largest_page=account.page_size, zero_may_fail=account.zero_may_fail
        )

    def check(self) -> AccountInfo:
        """Ask whose key this is, and for a page of one row, which takes the scope ``Customer``."""
        reply = self._send("GET", _WHOAMI)
        whoami = _or_wrong_address(lambda: wire.whoami_of(reply))
        # Page 1 exists however the server counts.
        self._list({"includeAnonymous": "false"}, 1, 1)
        if whoami.shares_profiles:
            key, label = f"company-{whoami.company_id}", whoami.company or whoami.location
        else:
            key, label = f"location-{whoami.location_id}", whoami.location
        return AccountInfo(account_key=key, label=label or key, pos_time=reply.pos_time)

    def iter_pages(self, window: Window, *, resume_token: str | None = None) -> Iterator[Page]:
        token = _parse_token(resume_token)
        position = Position.from_json(token) if token else None
        if token.get("first_page") in (0, 1):
            self._reader.first_page = token["first_page"]
        if window.kind is WindowKind.INCREMENTAL and window.since is not None:
            lower = _moment(token["from"]) if "from" in token else window.since - _SECOND
            return self._changed(lower, window.until, position)
        return self._listed({}, position)

    def get(self, external_id: str) -> RawRow:
        if not _is_id(external_id):
            raise PosGoneError("Dutchie's ids are numbers of 31 bits")
        query = {"customerID": external_id, "includeAnonymous": "true"}
        for row in wire.rows_of(self._send("GET", _ONE, query)):
            if str(row.get("customerId", "")).strip() == external_id:
                return row
        raise PosGoneError("Dutchie has no customer with this id")

    def find(self, criteria: Criteria) -> list[RawRow]:
        found: dict[str, RawRow] = {}
        # The same customer comes once for every criterion that matches. [doc]
        for row in self._looked_up(criteria):
            found.setdefault(str(row.get("customerId")), row)
        return [row for row in found.values() if _fits(row, criteria)]

    def close(self) -> None:
        self._http.close()

    def _looked_up(self, criteria: Criteria) -> list[RawRow]:
        if criteria.external_id:
            try:
                return [self.get(criteria.external_id)]
            except PosGoneError:
                return []
        try:
            rows = wire.rows_of(self._send("POST", _SEARCH, body=_question(criteria)))
        except PosGoneError:
            raise UnsupportedByPosError("this Dutchie server has no customer search") from None
        return [{k: v for k, v in row.items() if k != wire.MATCH_TYPE} for row in rows]

    def _changed(
        self, lower: dt.datetime, until: dt.datetime, position: Position | None
    ) -> Iterator[Page]:
        """Read the times between two moments in ranges that the location accepts.

        Ends are moved outwards: it is not documented to which side they belong, and the clock that
        stamps rows need not be the one that dates answers.
        """
        lower = lower.replace(microsecond=0)
        until = max(until.replace(microsecond=0), lower) + _CLOCK_SLACK
        longest = dt.timedelta(days=self._account.range_days) - _SECOND
        while True:
            upper = min(until, lower + longest)
            dates = {
                "fromLastModifiedDateUTC": wire.iso_utc(lower),
                "toLastModifiedDateUTC": wire.iso_utc(upper),
            }
            try:
                yield from self._listed(dates, position)
            except PosRefusedDataError as error:
                raise _refused_range(self._account.range_days, error) from None
            if upper >= until:
                return
            lower, position = upper - 2 * _SECOND, None

    def _listed(self, dates: Mapping[str, str], position: Position | None) -> Iterator[Page]:
        anonymous = self._account.include_anonymous
        query = {**dates, "includeAnonymous": "true" if anonymous else "false"}
        for page in self._reader.pages(query, position):
            rows = page.rows
            if not anonymous:
                # Exactly what the flag means, for servers that ignore it: whoever compares lists
                # sees the same one either way.
                rows = [row for row in rows if row.get("isAnonymous") is not True]
            token = {**page.position.as_json(), "first_page": self._reader.first_page}
            if dates:
                token["from"] = dates["fromLastModifiedDateUTC"]
            yield Page(rows=rows, resume_token=orjson.dumps(token).decode())

    def _list(self, query: Mapping[str, str], number: int, size: int) -> list[RawRow]:
        paging = {"PageNumber": str(number), "PageSize": str(size)}
        reply = self._send("GET", _LIST, {**query, **paging})
        return _or_wrong_address(lambda: wire.rows_of(reply))

    def _send(
        self, method: str, path: str, query: Mapping[str, str] | None = None, *, body: object = None
    ) -> Reply:
        headers = {"Authorization": self._account.authorization()}
        call = Call(method=method, template=path, query=query or {}, headers=headers, json=body)
        try:
            return self._http.send(call)
        except PosCredentialsError as error:
            if error.code != "http_403":
                raise
            message = "this Dutchie API key lacks the scope Customer (403)"
            raise PosCredentialsError(message, code=error.code) from None


def ten_digits(phone: object) -> str:
    """Reduce a phone, free text at Dutchie, to its digits without the country code."""
    digits = "".join(c for c in str(phone) if c.isascii() and c.isdigit())
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def _question(criteria: Criteria) -> dict[str, str]:
    """Return the criterion that singles people out best; of several, Dutchie takes any [doc]."""
    if criteria.licence:
        return {"driversLicenseId": criteria.licence}
    if criteria.email:
        return {"emailAddress": criteria.email}
    if criteria.phone:
        return {"phone": ten_digits(criteria.phone) or criteria.phone}
    if criteria.family_name and criteria.born_on:
        born_at = f"{criteria.born_on.isoformat()}T00:00:00"
        return {"lastName": criteria.family_name, "dateOfBirth": born_at}
    raise UnsupportedByPosError(
        "Dutchie finds customers by id, licence, e-mail, phone, or family name with birth date"
    )


def _fits(row: RawRow, criteria: Criteria) -> bool:
    """Apply the criteria that Dutchie was not asked about; a licence's number is never told."""
    numbers = {ten_digits(row.get(key) or "") for key in ("phone", "cellPhone")}
    if criteria.phone and ten_digits(criteria.phone) not in numbers:
        return False
    if criteria.born_on and str(row.get("dateOfBirth"))[:10] != criteria.born_on.isoformat():
        return False
    first, last = row.get("firstName"), row.get("lastName")
    if not first and not last:
        first, _, last = str(row.get("name") or "").strip().partition(" ")
    pairs = (
        (criteria.given_name, first),
        (criteria.family_name, last),
        (criteria.email, row.get("emailAddress")),
    )
    return all(_folded(wanted) == _folded(held) for wanted, held in pairs if wanted)


def _folded(text: object) -> str:
    return " ".join(str(text or "").split()).casefold()


def _is_id(external_id: str) -> bool:
    digits = external_id.isascii() and external_id.isdigit() and len(external_id) <= 10
    return digits and 0 < int(external_id) <= _MAX_INT32


def _refused_range(days: int, error: PosError) -> PosRefusedDataError:
    return PosRefusedDataError(
        f"Dutchie refused a range of {days} days or less ({error}); a location may be set to fewer "
        'days: lower "Days at once"',
        code="range_refused",
    )


def _or_wrong_address(read: Callable[[], _T]) -> _T:
    """Where nobody was looked up, 404 means that the address is wrong."""
    try:
        return read()
    except PosGoneError as error:
        message = "Dutchie's API is not found under this base URL"
        raise PosNeedsHumanError(message, code=error.code) from None


def _parse_token(token: str | None) -> Mapping[str, Any]:
    try:
        parsed = orjson.loads(token or "{}")
    except orjson.JSONDecodeError:
        parsed = None
    if not isinstance(parsed, dict):
        raise ValueError("not a resume token of this connector")  # noqa: TRY004 - a wrong value
    return parsed


def _moment(text: object) -> dt.datetime:
    return dt.datetime.fromisoformat(str(text)).astimezone(dt.UTC)
