"""Speaks to Treez's v2.0 customer and ticket endpoints: rows out, nothing interpreted."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.treez import (
    lookups,
    mapping,
    orders,
    pages,
    placing,
    wire,
    writes,
)
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
    PosConflictError,
    PosCredentialsError,
    PosDuplicateError,
    PosError,
    PosGoneError,
    PosRefusedDataError,
    PosUnavailableError,
)
from rollcall.pos.fields import Fields
from rollcall.pos.http import Call, PosHttp, Reply
from rollcall.pos.order_placing import NewOrder
from rollcall.pos.orders import OrderStatus
from rollcall.pos.writing import NewCustomer

_T = TypeVar("_T")
#: A token is renewed this long before its end. [code]
_RENEW_EARLY_S: Final = 300.0
_CREATE: Final = "/customer/detailcustomer"
#: ``POST`` on the same path would wipe what it does not name [doc].
_UPDATE: Final = "/customer/update/{id}"
_TICKET: Final = "/ticket/{id}"
_NEW_TICKET: Final = "/ticket/detailticket"
_CHANGED_TICKET: Final = "/ticket/update/{id}"
#: Clocks of machines differ; reading an hour of tickets once more is better than a double one.
_CLOCK_SLACK: Final = dt.timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where and as whom to ask.

    :param history_from: the first day on which somebody may have signed up.
    :param time_zone: the store's; signup days are its days.
    """

    base_url: str
    dispensary: str
    api_key: str = field(repr=False)
    client_id: str = field(repr=False)
    page_size: int
    history_from: dt.date
    time_zone: ZoneInfo


class TreezClient(PosClient):
    """An open door to one dispensary."""

    def __init__(
        self,
        account: Account,
        options: OpenOptions,
        limits: Limits,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account = account
        self._monotonic = monotonic
        self._http = PosHttp(
            kind="treez",
            base_url=f"{account.base_url.rstrip('/')}/{account.dispensary}",
            options=options,
            limits=limits,
        )
        self._reader = pages.PageReader(
            self._rows,
            page_size=account.page_size,
            history_from=account.history_from,
            time_zone=account.time_zone,
        )
        self._token = ""
        self._renew_at = 0.0

    def check(self) -> AccountInfo:
        """Log in and read one row, which also proves that the key belongs to the dispensary."""
        self._log_in()
        # Nobody changes in the far future: an empty list proves as much as a full one.
        moment = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
        values = {"after": wire.iso_millis(moment), "page": "1", "size": "1"}
        reply = self._ask(Call(method="GET", template=pages.CHANGED, values=values))
        wire.rows_of(reply)
        return AccountInfo(
            account_key=self._account.dispensary.lower(),
            label=self._account.dispensary,
            pos_time=reply.pos_time,
        )

    def iter_pages(self, window: Window, *, resume_token: str | None = None) -> Iterator[Page]:
        return self._reader.pages(window, resume_token)

    def iter_orders(self, window: Window, *, resume_token: str | None = None) -> Iterator[Page]:
        return orders.changed_tickets(
            self._tickets,
            window,
            resume_token,
            page_size=self._account.page_size,
            time_zone=self._account.time_zone,
        )

    def get(self, external_id: str) -> RawRow:
        # Words instead of digits would reach other endpoints (customer/queue …).
        if not (external_id.isascii() and external_id.isdigit()):
            raise PosGoneError("Treez ids are numbers")
        for row in self._rows("/customer/{id}", {"id": external_id}):
            if str(row.get("customer_id", "")).strip() == external_id:
                return row
        raise PosGoneError("Treez has no customer with this id")

    def find(self, criteria: Criteria) -> list[RawRow]:
        rows = self._looked_up(criteria)
        return [row for row in rows if lookups.fits(row, criteria)]

    def create(self, customer: NewCustomer) -> RawRow:
        body = writes.new_body(customer.fields)
        try:
            row = self._write(Call(method="POST", template=_CREATE, json=body, is_repeatable=False))
        except PosDuplicateError as error:
            raise self._named(error, customer.fields) from None
        try:
            # The answer leaves the status out [doc]; lists and look-ups do not.
            return self.get(mapping.external_id(row))
        except (PosUnavailableError, PosGoneError):
            return row

    def find_created(self, customer: NewCustomer, *, since: dt.datetime) -> list[RawRow]:
        body = writes.new_body(customer.fields)
        for criteria in writes.criteria_of(customer.fields):
            rows = self.find(criteria)
            return [row for row in rows if writes.is_made_of(row, body, since)]
        return []

    def update(self, current: RawRow, changes: Fields) -> RawRow:
        """Send what differs from what Treez holds at this moment.

        It is read again first: Treez keeps no versions, and addresses are sent all or none.
        """
        pos_id = mapping.external_id(current)
        held = self.get(pos_id)
        body = writes.changed_body(current, held, changes)
        if not body:
            return held
        return self._write(Call(method="PATCH", template=_UPDATE, values={"id": pos_id}, json=body))

    def cannot_hold(self, current: RawRow, changes: Fields) -> frozenset[str]:
        """A part of an address alone: without the others Treez would refuse everything."""
        return writes.parts_of_no_address(current, changes)

    def get_order(self, external_id: str) -> RawRow:
        try:
            found = self._tickets(_TICKET, {"id": external_id})
        except PosRefusedDataError as error:
            if error.code != placing.NOT_FOUND:
                raise
            found = []
        for row in found:
            if row.get("ticket_id") == external_id:
                return row
        raise PosGoneError("Treez has no ticket with this id", code=placing.NOT_FOUND)

    def place_order(self, order: NewOrder) -> RawRow:
        body = placing.new_ticket(order, self._buyer(order))
        call = Call(method="POST", template=_NEW_TICKET, json=body, is_repeatable=False)
        return self._write_ticket(call)

    def find_placed(self, order: NewOrder, *, since: dt.datetime) -> RawRow | None:
        since -= _CLOCK_SLACK
        window = Window(kind=WindowKind.INCREMENTAL, since=since, until=utc_now())
        placer = placing.TreezTickets()
        rows = (row for page in self.iter_orders(window) for row in page.rows)
        return next((row for row in rows if placer.holds(row, order.reference)), None)

    def add_to_order(self, current: RawRow, order: NewOrder) -> RawRow:
        """Send all lines that the ticket is to have; Treez keeps no versions, so read it first."""
        held = self.get_order(orders.ticket_id(current))
        placer = placing.TreezTickets()
        if placer.holds(held, order.reference):
            return held
        if not placer.is_open(held):
            raise PosConflictError("the ticket is not open any more at Treez")
        try:
            return self._write_ticket(self._changed(held, placing.added(held, order)))
        except PosRefusedDataError as error:
            raise placing.not_open(error) or error from None

    def set_order_status(self, current: RawRow, status: OrderStatus) -> RawRow:
        held = self.get_order(orders.ticket_id(current))
        if str(held.get("order_status")).upper() == status.value.upper():
            return held
        return self._write_ticket(self._changed(held, placing.with_status(held, status)))

    def close(self) -> None:
        self._http.close()

    def _buyer(self, order: NewOrder) -> RawRow | None:
        if not order.customer_id:
            return None
        try:
            return self.get(order.customer_id)
        except PosGoneError as error:
            message = "Treez has no customer with the id of who orders"
            raise PosRefusedDataError(message, code="CUSTOMER_NOT_FOUND") from error

    def _changed(self, ticket: RawRow, body: Mapping[str, object]) -> Call:
        return Call(
            method="PUT",
            template=_CHANGED_TICKET,
            values={"id": orders.ticket_id(ticket)},
            json=body,
            is_repeatable=False,
        )

    def _write_ticket(self, call: Call) -> RawRow:
        body = call.json if isinstance(call.json, dict) else {}
        return self._read(call, lambda reply: placing.written_ticket(reply, body))

    def _looked_up(self, criteria: Criteria) -> list[RawRow]:
        if criteria.external_id:
            try:
                return [self.get(criteria.external_id)]
            except PosGoneError:
                return []
        found = lookups.lookup(criteria)
        return [] if found is None else self._rows(*found)

    def _named(self, error: PosDuplicateError, fields: Fields) -> PosDuplicateError:
        """Find out who is held already: Treez only says which value is taken [doc]."""
        found: dict[str, RawRow] = {}
        with contextlib.suppress(PosError):
            for criteria in writes.criteria_of(fields, error.code):
                found |= {str(row.get("customer_id")): row for row in self.find(criteria)}
        return PosDuplicateError(
            str(error), code=error.code, existing_id=writes.the_one(found.values(), fields)
        )

    def _rows(self, template: str, values: Mapping[str, str]) -> list[RawRow]:
        call = Call(method="GET", template=template, values=values)
        return self._read(call, wire.rows_of)

    def _tickets(self, template: str, values: Mapping[str, str]) -> list[RawRow]:
        call = Call(method="GET", template=template, values=values)
        return self._read(call, orders.tickets_of)

    def _write(self, call: Call) -> RawRow:
        body = call.json if isinstance(call.json, dict) else {}
        return self._read(call, lambda reply: wire.written(reply, body))

    def _read(self, call: Call, read: Callable[[Reply], _T]) -> _T:
        try:
            return read(self._ask(call))
        except PosCredentialsError as error:
            if error.code != "http_401":
                raise
        # The token was told to be unknown inside an envelope.
        self._log_in()
        return read(self._ask(call))

    def _ask(self, call: Call) -> Reply:
        """Send with a token that should be good; if it is not, renew it once."""
        if self._monotonic() >= self._renew_at:
            self._log_in()
        try:
            return self._http.send(self._signed(call))
        except PosCredentialsError as error:
            if error.code != "http_401":
                raise
        self._log_in()
        return self._http.send(self._signed(call))

    def _signed(self, call: Call) -> Call:
        headers = {"Authorization": self._token, "client_id": self._account.client_id}
        return replace(call, headers=headers)

    def _log_in(self) -> None:
        form = {"client_id": self._account.client_id, "apikey": self._account.api_key}
        asked_at = self._monotonic()
        reply = self._http.send(Call(method="POST", template="/config/api/gettokens", form=form))
        self._token, life_s = wire.token_of(reply)
        self._renew_at = asked_at + max(life_s - _RENEW_EARLY_S, life_s / 2)
