"""Speaks to Dutchie's customer and preorder endpoints: rows out, nothing interpreted."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

import orjson

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.leaflogix import lookups, mapping, orders, placing, wire, writes
from rollcall.pos.connectors.leaflogix.pages import (
    PageReader,
    moment,
    parse_token,
    refused_range,
)
from rollcall.pos.contract import (
    AccountInfo,
    Criteria,
    Limits,
    OpenOptions,
    Page,
    PosClient,
    RawRow,
    RecordStatus,
    Window,
    WindowKind,
)
from rollcall.pos.decoding import mark_damaged
from rollcall.pos.errors import (
    PosCredentialsError,
    PosGoneError,
    PosNeedsHumanError,
    PosOutcomeUnknownError,
    PosRefusedDataError,
    PosUnavailableError,
    UnsupportedByPosError,
)
from rollcall.pos.fields import Fields
from rollcall.pos.http import Call, PosHttp, Reply
from rollcall.pos.order_placing import NewOrder
from rollcall.pos.orders import OrderStatus
from rollcall.pos.paging import Position
from rollcall.pos.writing import NewCustomer

_LIST: Final = "/customer/customers-paginated"
_ONE: Final = "/customer/customers"
_SEARCH: Final = "/customer/search"
_WHOAMI: Final = "/whoami"
_TYPES: Final = "/customer/customer-types"
_WRITE: Final = "/customer/customer"
_BY_KEY: Final = "/customer/by-external-id"
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
        self._types: list[RawRow] = []

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
        token = parse_token(resume_token)
        position = Position.from_json(token) if token else None
        if token.get("first_page") in (0, 1):
            self._reader.first_page = token["first_page"]
        if window.kind is WindowKind.INCREMENTAL and window.since is not None:
            lower = moment(token["from"]) if "from" in token else window.since - _SECOND
            return self._changed(lower, window.until, position)
        return self._listed({}, position)

    def iter_orders(self, window: Window, *, resume_token: str | None = None) -> Iterator[Page]:
        return orders.changed_orders(self._orders, window, resume_token)

    def get(self, external_id: str) -> RawRow:
        if not lookups.is_id(external_id):
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
        return [row for row in found.values() if lookups.fits(row, criteria)]

    def create(self, customer: NewCustomer) -> RawRow:
        """Create, unless Dutchie holds the person.

        Left to itself, Dutchie would lay our values over the row of who it holds [doc], the filler
        for a missing address included.
        """
        held = self._held(customer)
        if held is not None:
            raise writes.duplicate(held)
        name = self._type_name(writes.type_wanted(customer.fields))
        began = utc_now()
        row = self._write(writes.new_body(customer, name), is_repeatable=False)
        # It found somebody all the same, by rules that are not public.
        if row.get("externalCustomerId") != customer.key or writes.is_older(row, began):
            raise writes.duplicate(row)
        return row

    def find_created(self, customer: NewCustomer, *, since: dt.datetime) -> list[RawRow]:
        try:
            rows = wire.rows_of(self._send("GET", _BY_KEY, {"externalId": customer.key}))
        except PosGoneError:
            return []
        return [
            {key: value for key, value in row.items() if key != wire.MATCH_TYPE}
            for row in rows
            if row.get("externalCustomerId") == customer.key and not writes.is_older(row, since)
        ]

    def update(self, current: RawRow, changes: Fields) -> RawRow:
        kind = changes.get("customer_type")
        name = self._type_name(str(kind)) if kind else None
        body = writes.changed_body(current, changes, name)
        return self._write(body) if body else current

    def set_status(self, current: RawRow, status: RecordStatus) -> RawRow:
        if not writes.status_body(current, status):
            return current
        # Staff may have banned them since: one word would go over the other.
        held = self.get(mapping.external_id(current))
        body = writes.status_body(held, status)
        return self._write(body) if body else held

    def get_order(self, external_id: str) -> RawRow:
        preorder_id = placing.preorder_of(external_id)
        query = {"PreOrderId": preorder_id, "includeLineItems": "true"}
        reply = self._send("GET", orders.PREORDERS, query, scope="PreOrder")
        if isinstance(reply.data, dict) and reply.status == 200:
            reply = replace(reply, data=[reply.data])
        for row in wire.rows_of(reply):
            if str(row.get("preOrderId")) == preorder_id:
                return row
        raise PosGoneError("Dutchie has no preorder with this id")

    def place_order(self, order: NewOrder) -> RawRow:
        reply = self._send(
            "POST",
            placing.SUBMIT,
            body=placing.new_preorder(order),
            headers={"ConsumerKey": writes.CONSUMER_KEY},
            is_repeatable=False,
            scope="PreOrder",
        )
        preorder_id = placing.submitted(reply)
        try:
            return self.get_order(f"preorder-{preorder_id}")
        except (PosUnavailableError, PosGoneError):
            return placing.first_row(preorder_id, order)

    def set_order_status(self, current: RawRow, status: OrderStatus) -> RawRow:
        placing.check_status(status)
        external_id = orders.LeaflogixOrders().external_id(current)
        held = self.get_order(external_id)
        if str(held.get("status")).lower() == "cancelled":
            return held
        body = placing.cancellation(placing.preorder_of(external_id))
        reply = self._send("POST", placing.CANCEL, body=body, scope="PreOrder")
        if reply.status != 200:
            raise wire.refusal(reply)
        return self.get_order(external_id)

    def close(self) -> None:
        self._http.close()

    def _held(self, customer: NewCustomer) -> RawRow | None:
        """Look for the person who is to be created; not for what an earlier try made of them."""
        fields = customer.fields
        asked = writes.duplicate_questions(fields)
        for question, is_proof in asked:
            try:
                rows = wire.rows_of(self._send("POST", _SEARCH, body=question))
            except PosGoneError:
                return None  # an older server without a search
            for row in rows:
                if row.get("externalCustomerId") == customer.key:
                    continue
                if is_proof or writes.is_same_person(row, fields):
                    return row
        return None

    def _type_name(self, wanted: str) -> str:
        if not self._types:
            self._types = list(wire.rows_of(self._send("GET", _TYPES)))
        return writes.type_name(self._types, wanted)

    def _write(self, body: Mapping[str, Any], *, is_repeatable: bool = True) -> RawRow:
        headers = {"ConsumerKey": writes.CONSUMER_KEY} if "idempotencyKey" in body else {}
        reply = self._send(
            "POST", _WRITE, body=dict(body), headers=headers, is_repeatable=is_repeatable
        )
        if reply.status != 200:
            raise writes.refusal(reply, body)
        if isinstance(reply.data, dict) and lookups.is_id(str(reply.data.get("customerId"))):
            row: RawRow = mark_damaged(reply.data) if reply.damaged else reply.data
            return row
        message, code = "Dutchie took the customer and does not say as whom", "no_customer"
        if is_repeatable:
            raise PosUnavailableError(message, code=code)
        raise PosOutcomeUnknownError(message, code=code)

    def _looked_up(self, criteria: Criteria) -> list[RawRow]:
        if criteria.external_id:
            try:
                return [self.get(criteria.external_id)]
            except PosGoneError:
                return []
        try:
            rows = wire.rows_of(self._send("POST", _SEARCH, body=lookups.question(criteria)))
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
                raise refused_range(self._account.range_days, error) from None
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

    def _orders(self, path: str, query: Mapping[str, str]) -> list[RawRow]:
        reply = self._send("GET", path, query, scope="Reporting or PreOrder")
        return _or_wrong_address(lambda: wire.rows_of(reply))

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        is_repeatable: bool = True,
        scope: str = "Customer",
    ) -> Reply:
        call = Call(
            method=method,
            template=path,
            may_be_empty=path == placing.CANCEL,
            query=query or {},
            headers={"Authorization": self._account.authorization(), **(headers or {})},
            json=body,
            is_repeatable=is_repeatable,
        )
        try:
            return self._http.send(call)
        except PosCredentialsError as error:
            if error.code != "http_403":
                raise
            message = f"this Dutchie API key lacks the scope {scope} (403)"
            raise PosCredentialsError(message, code=error.code) from None


def _or_wrong_address(read: Callable[[], _T]) -> _T:
    """Where nobody was looked up, 404 means that the address is wrong."""
    try:
        return read()
    except PosGoneError as error:
        message = "Dutchie's API is not found under this base URL"
        raise PosNeedsHumanError(message, code=error.code) from None
