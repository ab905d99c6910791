"""Speaks to BLAZE's member endpoints: rows out, nothing interpreted; whole members in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from rollcall.pos.connectors.blaze import lookups, mapping, orders, wire, writes
from rollcall.pos.connectors.blaze.lookups import MEMBERS
from rollcall.pos.connectors.blaze.pages import PageReader, Weeks
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
    PosConflictError,
    PosCredentialsError,
    PosDuplicateError,
    PosError,
    PosGoneError,
    PosNeedsHumanError,
    PosOutcomeUnknownError,
    PosUnavailableError,
)
from rollcall.pos.fields import Fields
from rollcall.pos.http import Call, PosHttp, Reply
from rollcall.pos.writing import NewCustomer, is_empty

#: How many members to ask whose company this is: single rows may lack it.
_ASKED: Final = 20


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where and as whom to ask.

    :param company_id: ``""`` if only BLAZE can say.
    :param history_from: read everybody by weeks from this day on; None: as one list.
    """

    base_url: str
    partner_key: str = field(repr=False)
    dispensary_key: str = field(repr=False)
    company_id: str
    page_size: int
    history_from: dt.date | None
    time_zone: ZoneInfo

    def headers(self) -> dict[str, str]:
        """Both names of the partner key, and the dispensary key without ``Bearer`` [doc]."""
        return {
            "partner_key": self.partner_key,
            "x-api-key": self.partner_key,
            "Authorization": self.dispensary_key,
        }


class BlazeClient(PosClient):
    """An open door to one company, through one of its shops' keys."""

    def __init__(self, account: Account, options: OpenOptions, limits: Limits) -> None:
        self._account = account
        self._zone = account.time_zone
        self._http = PosHttp(
            kind="blaze", base_url=account.base_url, options=options, limits=limits
        )
        # A replacement that waits for its turn would undo what staff do meanwhile.
        at_once = replace(options, attempts=1)
        self._http_once = PosHttp(
            kind="blaze", base_url=account.base_url, options=at_once, limits=limits
        )
        self._reader = PageReader(self._list, largest_page=account.page_size)

    def check(self) -> AccountInfo:
        """Read some members, which also tell their company.

        :raises PosNeedsHumanError: no member tells it, or not the company of the settings.
        """
        query = {"skip": "0", "limit": str(_ASKED)}
        reply = self._send("GET", MEMBERS, query=query)
        told = {_company(row) for row in _or_wrong_address(reply)} - {""}
        wanted = self._account.company_id
        if len(told) > 1 or (wanted and told and told != {wanted}):
            raise PosNeedsHumanError("these keys read another company than the settings name")
        company = wanted or next(iter(told), "")
        if not company:
            raise PosNeedsHumanError(
                "BLAZE holds no member yet that tells its company: enter the company id"
            )
        return AccountInfo(
            account_key=account_key(company),
            label=f"BLAZE company {company}",
            pos_time=reply.pos_time,
        )

    def iter_pages(self, window: Window, *, resume_token: str | None = None) -> Iterator[Page]:
        since = window.since if window.kind is WindowKind.INCREMENTAL else None
        if since is None and self._account.history_from is not None:
            first_day = self._account.history_from
            since = dt.datetime.combine(first_day, dt.time(), tzinfo=self._zone)
        if since is None:
            return self._reader.everybody(resume_token)
        return self._reader.changed(Weeks.between(since, window.until), resume_token)

    def iter_orders(self, window: Window, *, resume_token: str | None = None) -> Iterator[Page]:
        return orders.changed_transactions(
            self._orders,
            window,
            resume_token,
            page_size=self._account.page_size,
            time_zone=self._zone,
        )

    def get(self, external_id: str) -> RawRow:
        return lookups.read_one(self._get, external_id)

    def find(self, criteria: Criteria) -> list[RawRow]:
        return lookups.look_up(self._get, criteria, self._zone)

    def create(self, customer: NewCustomer) -> RawRow:
        body = writes.new_member(customer, self._zone)
        reply = self._send("POST", MEMBERS, body=body)
        if reply.status not in (200, 201):
            raise self._refused_create(reply, body, customer)
        return self._written(reply)

    def find_created(self, customer: NewCustomer, *, since: dt.datetime) -> list[RawRow]:
        for criteria in _criteria_of(customer.fields):
            found = [
                row
                for row in lookups.look_up(self._get, criteria, self._zone)
                if writes.is_what_was_created(row, customer, since=since, zone=self._zone)
            ]
            if found:
                return found
        return []

    def update(self, current: RawRow, changes: Fields) -> RawRow:
        row = self._unchanged(current)
        return self._replace(row, writes.changed_member(row, changes, self._zone))

    def set_status(self, current: RawRow, status: RecordStatus) -> RawRow:
        row = self._unchanged(current)
        return self._replace(row, writes.member_with_status(row, status))

    def close(self) -> None:
        self._http.close()
        self._http_once.close()

    def _unchanged(self, current: RawRow) -> RawRow:
        """Read the member again, just before the whole of it is written.

        :raises PosConflictError: somebody changed it after ``current`` was read, or came by.
        """
        row = self.get(mapping.external_id(current))
        if row.get("modified") != current.get("modified"):
            raise PosConflictError("the member was changed in BLAZE after it was read")
        return row

    def _replace(self, row: RawRow, body: dict[str, Any]) -> RawRow:
        """Write the whole member, tried once only, also when throttled.

        Any repetition has to begin with reading the member again.
        """
        if body == row:
            return row
        member_id = mapping.external_id(row)
        reply = self._send("PUT", MEMBERS + "/{id}", values={"id": member_id}, body=body)
        if reply.status not in (200, 201):
            raise wire.refusal(reply, sent=wire.texts_in(body))
        return self._written(reply)

    def _written(self, reply: Reply) -> RawRow:
        try:
            row = wire.member_of(Reply(
                status=200, data=reply.data, damaged=reply.damaged, pos_time=reply.pos_time
            ))  # fmt: skip
        except PosUnavailableError as error:
            raise PosOutcomeUnknownError(str(error), code=error.code) from None
        if row is None:
            raise PosOutcomeUnknownError("BLAZE does not say what it wrote", code="no_member")
        return row

    def _refused_create(
        self, reply: Reply, body: Mapping[str, Any], customer: NewCustomer
    ) -> PosError:
        error = wire.refusal(reply, sent=wire.texts_in(body))
        key = wire.duplicate_key(reply)
        value = customer.fields.get(key)
        if not isinstance(error, PosDuplicateError) or not isinstance(value, str) or not value:
            return error
        try:
            # Who holds the value that collided is who is meant, if it is one only.
            holders = self.find(_criterion(key, value))
        except PosError:
            return error
        ids = {mapping.external_id(row) for row in holders}
        existing = ids.pop() if len(ids) == 1 else None
        return PosDuplicateError(str(error), code=error.code, existing_id=existing)

    def _list(self, query: Mapping[str, str], skip: int, limit: int) -> list[RawRow]:
        paging = {"skip": str(skip), "limit": str(limit)}
        return _or_wrong_address(self._send("GET", MEMBERS, query={**query, **paging}))

    def _orders(self, query: Mapping[str, str], skip: int, limit: int) -> list[RawRow]:
        paging = {"skip": str(skip), "limit": str(limit)}
        return _or_wrong_address(self._send("GET", orders.TRANSACTIONS, query={**query, **paging}))

    def _get(self, template: str, values: Mapping[str, str], query: Mapping[str, str]) -> Reply:
        return self._send("GET", template, values=values, query=query)

    def _send(
        self,
        method: str,
        template: str,
        *,
        values: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: object = None,
    ) -> Reply:
        call = Call(
            method=method,
            template=template,
            values=values or {},
            query=query or {},
            headers=self._account.headers(),
            json=body,
            is_repeatable=method == "GET",
        )
        try:
            return (self._http_once if method == "PUT" else self._http).send(call)
        except PosCredentialsError as error:
            if error.code != "http_403":
                raise
            message = "these BLAZE keys lack a permission (403)"
            raise PosCredentialsError(message, code=error.code) from None


def account_key(company_id: str) -> str:
    """Name a company's list, which all of its shops' keys read [code]."""
    return f"company-{company_id.lower()}"


def _company(row: RawRow) -> str:
    told = row.get("companyId")
    return told.strip().lower() if isinstance(told, str) else ""


def _criteria_of(fields: Fields) -> Iterator[Criteria]:
    for name in ("licence", "email", "phone"):
        if not is_empty(fields, name):
            yield _criterion(name, str(fields[name]))
    if not is_empty(fields, "born_on"):
        yield Criteria(born_on=dt.date.fromisoformat(str(fields["born_on"])))


def _criterion(name: str, value: str) -> Criteria:
    if name == "licence":
        return Criteria(licence=value)
    return Criteria(email=value) if name == "email" else Criteria(phone=value)


def _or_wrong_address(reply: Reply) -> list[RawRow]:
    """Where nobody was looked up, 404 means that the address is wrong."""
    try:
        return wire.rows_of(reply)
    except PosGoneError as error:
        message = "BLAZE's API is not found under this base URL"
        raise PosNeedsHumanError(message, code=error.code) from None
