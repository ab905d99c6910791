"""Speaks to Flowhub's customer endpoints: reads lists, looks up, creates, replaces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.flowhub import mapping, orders, wire
from rollcall.pos.connectors.flowhub.lookups import Lookups, rows_of_type
from rollcall.pos.connectors.flowhub.pages import LIST, PageReader
from rollcall.pos.connectors.flowhub.writes import UPDATABLE, changed_keys, new_body, whole_body
from rollcall.pos.contract import (
    AccountInfo,
    Criteria,
    Limits,
    MappingContext,
    OpenOptions,
    Page,
    PosClient,
    RawRow,
    Window,
)
from rollcall.pos.errors import (
    PosConflictError,
    PosError,
    PosGoneError,
    PosNeedsHumanError,
    PosOutcomeUnknownError,
    PosRefusedDataError,
    PosUnavailableError,
    RowError,
    UnsupportedByPosError,
)
from rollcall.pos.fields import Fields
from rollcall.pos.http import Call, PosHttp, Reply
from rollcall.pos.writing import NewCustomer

_LOCATIONS: Final = "/v0/clientsLocations"
#: In the singular, unlike reading. [doc]
_CREATE: Final = "/v1/customer"
_UPDATE: Final = "/v1/customer/{customer_id}"
#: How often to look for somebody who was just created.
_LOOKS: Final = 4
_CONTEXT: Final = MappingContext(time_zone=ZoneInfo("UTC"))


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where and as whom to ask.

    :param store_id: the location that acts when customers are written.
    :param only_type: ``recCustomer``, ``medCustomer`` or ``""`` for both.
    :param group_ids: ids by the names under which groups are told.
    """

    base_url: str
    client_id: str
    api_key: str = field(repr=False)
    account_key: str
    store_id: str
    only_type: str
    group_ids: Mapping[str, str]
    page_size: int

    def headers(self) -> dict[str, str]:
        """Return the two headers of every request [doc]."""
        return {"clientId": self.client_id, "key": self.api_key}


class FlowhubClient(PosClient):
    """An open door to one company's customers."""

    def __init__(self, account: Account, options: OpenOptions, limits: Limits) -> None:
        self._account = account
        self._first_pause_s, self._longest_pause_s = options.backoff_s
        self._sleep: Callable[[float], None] = options.sleep
        self._http = PosHttp(
            kind="flowhub", base_url=account.base_url, options=options, limits=limits
        )
        self._reader = PageReader(self._send, page_size=account.page_size)
        self._lookups = Lookups(self._send, self._reader)

    def check(self) -> AccountInfo:
        """Ask for the company's stores, and for a page of one customer."""
        reply = self._send(Call(method="GET", template=_LOCATIONS))
        try:
            stores = wire.locations_of(reply)
            query = {"page": "1", "page_size": "1"}
            wire.list_of(self._send(Call(method="GET", template=LIST, query=query)))
        except (PosGoneError, PosRefusedDataError) as error:
            if error.code != "http_404":
                raise
            message = "Flowhub's API is not found under this base URL"
            raise PosNeedsHumanError(message, code=error.code) from None
        wanted = self._account.store_id.lower()
        own = next((store for store in stores if wanted in store.ids), None)
        if own is None:
            message = "the store id is of none of this account's stores at Flowhub"
            raise PosNeedsHumanError(message, code="store_unknown")
        key = self._account.account_key
        label = own.company or own.name or key
        return AccountInfo(account_key=key, label=label, pos_time=reply.pos_time)

    def iter_pages(self, window: Window, *, resume_token: str | None = None) -> Iterator[Page]:
        for page in self._reader.window(window, resume_token):
            yield replace(page, rows=rows_of_type(page.rows, self._account.only_type))

    def iter_orders(self, window: Window, *, resume_token: str | None = None) -> Iterator[Page]:
        return orders.created_orders(
            self._send, window, resume_token, page_size=self._account.page_size
        )

    def get(self, external_id: str) -> RawRow:
        row = self._lookups.get(external_id)
        if not rows_of_type([row], self._account.only_type):
            # As the lists of this connection have it.
            raise PosGoneError("this customer is of the type that is not read", code="other_type")
        return row

    def find(self, criteria: Criteria) -> list[RawRow]:
        return rows_of_type(self._lookups.find(criteria), self._account.only_type)

    def create(self, customer: NewCustomer) -> RawRow:
        """Create, and look whether Flowhub kept it: where the law wants it, it does not [doc]."""
        body = new_body(customer.fields)
        reply = self._send(self._write("POST", _CREATE, body))
        try:
            pos_id = mapping.external_id(wire.created_of(reply, body))
        except (PosUnavailableError, RowError):
            message = "Flowhub does not say whom it created"
            raise PosOutcomeUnknownError(message, code="no_customer") from None
        return self._kept(pos_id)

    def find_created(self, customer: NewCustomer, *, since: dt.datetime) -> list[RawRow]:
        return self._lookups.find_created(customer, since=since)

    def update(self, current: RawRow, changes: Fields) -> RawRow:
        """Read the row again, lay the changes over it, and put back the whole."""
        unsupported = changes.keys() - UPDATABLE
        if unsupported:
            names = ", ".join(sorted(unsupported))
            raise UnsupportedByPosError(f"Flowhub does not let others change: {names}")
        pos_id = mapping.external_id(current)
        row = self._lookups.get(pos_id)
        told = mapping.to_canonical(row, _CONTEXT).fields
        keys = changed_keys(row, told, changes, self._account.group_ids)
        if _differs(current, row, keys):
            raise PosConflictError("somebody changed this customer at Flowhub meanwhile")
        if not keys:
            return row
        body = whole_body(row, keys)
        reply = self._send(self._write("PUT", _UPDATE, body, customer_id=pos_id))
        wire.updated_of(reply, body)
        return self._lookups.get(pos_id)

    def close(self) -> None:
        self._http.close()

    def _kept(self, pos_id: str) -> RawRow:
        """Read somebody who was just created; a few times, in case that reading lags behind."""
        for look in range(_LOOKS):
            if look:
                self._sleep(min(self._first_pause_s * 2 ** (look - 1), self._longest_pause_s))
            try:
                return self._lookups.get(pos_id)
            except PosGoneError:
                continue
            except PosError as error:
                # Created, but not shown: nobody may create them a second time.
                message = f"Flowhub created somebody and does not show them ({error})"
                raise PosOutcomeUnknownError(message, code=error.code) from None
        raise PosRefusedDataError(
            "Flowhub did not keep this customer: in some states it does so only with the shopper's "
            "permission to retain",
            code="not_retained",
        )

    def _write(self, method: str, template: str, body: dict[str, Any], **values: str) -> Call:
        """Make a request that is sent once: an old replacement would undo what came between."""
        return Call(
            method=method,
            template=template,
            values=values,
            query={"store_id": self._account.store_id},
            json=body,
            is_repeatable=False,
        )

    def _send(self, call: Call) -> Reply:
        return self._http.send(replace(call, headers=self._account.headers()))


def _differs(current: RawRow, row: RawRow, keys: Mapping[str, Any]) -> bool:
    """Tell whether a row was changed since it was read: by its time, or in what is to change."""
    return current.get("updatedAt") != row.get("updatedAt") or any(
        current.get(key) != row.get(key) for key in keys
    )
