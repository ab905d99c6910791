"""Speaks to Cova's customer service: token, lists, lookups, writes; nothing interpreted."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from rollcall.pos.connectors.cova import wire
from rollcall.pos.connectors.cova.lookups import FULL, Finder
from rollcall.pos.connectors.cova.pages import PageReader
from rollcall.pos.connectors.cova.wire import Account
from rollcall.pos.connectors.cova.writes import Writer
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
from rollcall.pos.errors import (
    PosCredentialsError,
    PosGoneError,
    PosNeedsHumanError,
    UnsupportedByPosError,
)
from rollcall.pos.fields import Fields
from rollcall.pos.http import Call, PosHttp, Reply
from rollcall.pos.paging import Position
from rollcall.pos.writing import NewCustomer

#: A token is renewed after this share of its life.
_SHARE_OF_LIFE: Final = 0.9
_SECOND: Final = dt.timedelta(seconds=1)
#: Nobody was changed before, and nobody will be changed after.
_LONG_AGO: Final = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
_FAR_AHEAD: Final = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)


class CovaClient(PosClient):
    """An open door to one company."""

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
        host = urlsplit(account.token_url)
        self._token_path = host.path
        self._token_http = PosHttp(
            kind="cova", base_url=f"{host.scheme}://{host.netloc}", options=options, limits=limits
        )
        self._http = PosHttp(kind="cova", base_url=account.base_url, options=options, limits=limits)
        self._token = ""
        self._renew_at = 0.0
        self._finder = Finder(account, self._ask)
        self._writer = Writer(account, self._ask, self._finder, self._changed_since)

    def check(self) -> AccountInfo:
        """Log in and read an empty list, which proves that the user may see the company."""
        self._log_in()
        try:
            reply = self._send_list(_changed_after(_FAR_AHEAD), 0, 1)
            wire.rows_of(reply)
        except (PosGoneError, UnsupportedByPosError) as error:
            message = "Cova has no customers of this company under this base URL"
            raise PosNeedsHumanError(message, code=error.code) from None
        for name in self._account.extensions.values():
            if self._finder.has_types() and self._finder.type_id(name) is None:
                message = "Cova has no customer extension of the name in the settings"
                raise PosNeedsHumanError(message, code="extension_unknown")
        self._writer.prepare()
        company = self._account.company_id
        return AccountInfo(
            account_key=company, label=f"Cova company {company}", pos_time=reply.pos_time
        )

    def iter_pages(self, window: Window, *, resume_token: str | None = None) -> Iterator[Page]:
        token = _parse_token(resume_token)
        position = Position.from_json(token) if token else None
        since = _LONG_AGO
        if window.kind is WindowKind.INCREMENTAL and window.since is not None:
            since = window.since - _SECOND
        return self._listed(since, position)

    def get(self, external_id: str) -> RawRow:
        return self._finder.get(external_id)

    def find(self, criteria: Criteria) -> list[RawRow]:
        return self._finder.find(criteria)

    def create(self, customer: NewCustomer) -> RawRow:
        return self._writer.create(customer)

    def find_created(self, customer: NewCustomer, *, since: dt.datetime) -> list[RawRow]:
        return self._writer.find_created(customer, since=since)

    def update(self, current: RawRow, changes: Fields) -> RawRow:
        return self._writer.update(current, changes)

    def cannot_hold(self, current: RawRow, changes: Fields) -> frozenset[str]:  # noqa: ARG002
        return self._writer.cannot_hold(changes)

    def set_status(self, current: RawRow, status: RecordStatus) -> RawRow:
        return self._writer.set_status(current, status)

    def close(self) -> None:
        self._token_http.close()
        self._http.close()

    def _changed_since(self, since: dt.datetime) -> Iterator[RawRow]:
        for page in self._listed(since, None):
            yield from page.rows

    def _listed(self, since: dt.datetime, position: Position | None) -> Iterator[Page]:
        # The list of changes is the one that the gateway documents, also for everybody.
        reader = PageReader(
            self._rows, condition=_changed_after(since), largest_page=self._account.page_size
        )
        for page in reader.pages(position):
            yield Page(
                rows=[self._account.marked(row) for row in page.rows],
                resume_token=orjson.dumps(page.position.as_json()).decode(),
            )

    def _rows(self, condition: str, skip: int, top: int) -> list[RawRow]:
        try:
            return wire.rows_of(self._send_list(condition, skip, top))
        except (PosGoneError, UnsupportedByPosError) as error:
            message = "Cova's list of customers is not found under this base URL"
            raise PosNeedsHumanError(message, code=error.code) from None

    def _send_list(self, condition: str, skip: int, top: int) -> Reply:
        query = {"$filter": condition, "$skip": str(skip), "$top": str(top)}
        path = {"company": self._account.company_id}
        return self._ask(Call(method="GET", template=FULL, values=path, query=query))

    def _ask(self, call: Call) -> Reply:
        """Send with a token that should be good; if it is not, renew it once."""
        if self._monotonic() >= self._renew_at:
            self._log_in()
        try:
            return self._http.send(self._authorized(call))
        except PosCredentialsError as error:
            if error.code != "http_401":
                message = "this Cova user may not use the customers of this company (403)"
                raise PosCredentialsError(message, code=error.code) from None
        # Nothing was done for a request with an unknown token: it may be sent again.
        self._log_in()
        return self._http.send(self._authorized(call))

    def _authorized(self, call: Call) -> Call:
        headers = {**call.headers, "Authorization": f"Bearer {self._token}"}
        return replace(call, headers=headers)

    def _log_in(self) -> None:
        """Ask for a new token; Cova advises against refreshing old ones [doc]."""
        form = {
            "grant_type": "password",
            "username": self._account.username,
            "password": self._account.password,
            "client_id": self._account.client_id,
            "client_secret": self._account.client_secret,
        }
        asked_at = self._monotonic()
        reply = self._token_http.send(Call(method="POST", template=self._token_path, form=form))
        self._token, life_s = wire.token_of(reply)
        self._renew_at = asked_at + life_s * _SHARE_OF_LIFE


def _changed_after(since: dt.datetime) -> str:
    return f"LastModifiedDateUtc ge datetime'{wire.iso_utc(since)}'"


def _parse_token(token: str | None) -> Mapping[str, Any]:
    try:
        parsed = orjson.loads(token or "{}")
    except orjson.JSONDecodeError:
        parsed = None
    if not isinstance(parsed, dict):
        raise ValueError("not a resume token of this connector")  # noqa: TRY004 - a wrong value
    return parsed
