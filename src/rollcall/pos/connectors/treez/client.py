"""Speaks to Treez's v2.0 customer endpoints: rows out, nothing interpreted."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from rollcall.pos.connectors.treez import wire
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
    PosGoneError,
    UnsupportedByPosError,
)
from rollcall.pos.http import Call, PosHttp, Reply
from rollcall.pos.paging import ListPage, OverlapReader, Position, fingerprint

#: A token is renewed this long before its end. [code]
_RENEW_EARLY_S: Final = 300.0
_LONGEST_RANGE_DAYS: Final = 4 * 366
_FIRST_RANGE_DAYS: Final = 366
_PAGED: Final = "/page/{page}/pagesize/{size}"
_SIGNUP: Final = "/customer/signup/from/{first}/to/{last}" + _PAGED
_CHANGED: Final = "/customer/lastUpdated/after/{after}" + _PAGED


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


@dataclass(frozen=True, kw_only=True)
class _Range:
    """One signup range of a full window: its first day, its length, and where it was left."""

    first: dt.date
    days: int
    position: Position = field(default_factory=Position)

    def token(self) -> str:
        content = {"full": self.first.isoformat(), "days": self.days, **self.position.as_json()}
        return orjson.dumps(content).decode()


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
        self._token = ""
        self._renew_at = 0.0

    def check(self) -> AccountInfo:
        """Log in and read one row, which also proves that the key belongs to the dispensary."""
        self._log_in()
        # Nobody changes in the far future: an empty list proves as much as a full one.
        moment = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
        values = {"after": wire.iso_millis(moment), "page": "1", "size": "1"}
        reply = self._ask(_CHANGED, values)
        wire.rows_of(reply)
        return AccountInfo(
            account_key=self._account.dispensary.lower(),
            label=self._account.dispensary,
            pos_time=reply.pos_time,
        )

    def iter_pages(self, window: Window, *, resume_token: str | None = None) -> Iterator[Page]:
        token = _parse_token(resume_token)
        if window.kind is WindowKind.INCREMENTAL and window.since is not None:
            position = Position.from_json(token) if "offset" in token else None
            return self._changed_since(window.since, position)
        return self._everybody(window.until, _parse_range(token))

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
        return [row for row in rows if _fits(row, criteria)]

    def close(self) -> None:
        self._http.close()

    def _looked_up(self, criteria: Criteria) -> list[RawRow]:
        """Ask by what singles people out best; Treez takes one criterion at a time [doc]."""
        if criteria.external_id:
            try:
                return [self.get(criteria.external_id)]
            except PosGoneError:
                return []
        if criteria.email:
            return self._rows("/customer/email/{email}", {"email": criteria.email})
        if criteria.phone:
            digits = ten_digits(criteria.phone)
            return self._rows("/customer/phone/{phone}", {"phone": digits}) if digits else []
        if criteria.licence:
            return self._rows("/customer/driverlicense/{dl}", {"dl": criteria.licence})
        if criteria.given_name and criteria.family_name:
            names = {"first": criteria.given_name, "last": criteria.family_name}
            return self._rows("/customer/firstname/{first}/lastname/{last}", names)
        raise UnsupportedByPosError(
            "Treez finds customers by id, e-mail, phone, licence, or by given and family name"
        )

    def _changed_since(self, since: dt.datetime, position: Position | None) -> Iterator[Page]:
        local = since.astimezone(self._account.time_zone)
        values = {"after": wire.iso_millis(local)}
        for page in self._listed(_CHANGED, values, position):
            token = orjson.dumps(page.position.as_json()).decode()
            yield Page(rows=page.rows, resume_token=token)

    def _everybody(self, until: dt.datetime, start: _Range | None) -> Iterator[Page]:
        """Read signup range by signup range, each short enough to keep page numbers small."""
        # Tomorrow, because the store's and the POS's idea of today may differ.
        last_day = until.astimezone(self._account.time_zone).date() + dt.timedelta(days=1)
        current = start or _Range(first=self._account.history_from, days=_FIRST_RANGE_DAYS)
        rows_before = 0
        while current.first <= last_day:
            if not current.position.offset and not rows_before:
                current = self._thinned(current)
            rows_read = current.position.offset
            for page in self._listed(_SIGNUP, _range_values(current), current.position):
                rows_read += len(page.rows)
                yield Page(
                    rows=page.rows, resume_token=replace(current, position=page.position).token()
                )
            current = self._following(current, rows_read)
            rows_before = rows_read

    def _thinned(self, current: _Range) -> _Range:
        """Shorten a range of unknown density until it holds no more than twice what we aim at."""
        size = self._account.page_size
        while current.days > 1:
            page = 2 * self._rows_aimed_at() // size
            values = {**_range_values(current), "page": str(page), "size": str(size)}
            if not self._rows(_SIGNUP, values):
                break
            current = replace(current, days=max(1, current.days // 2))
        return current

    def _following(self, done: _Range, rows: int) -> _Range:
        factor = 4.0 if rows == 0 else min(4.0, max(0.25, self._rows_aimed_at() / rows))
        days = min(_LONGEST_RANGE_DAYS, max(1, int(done.days * factor)))
        return _Range(first=done.first + dt.timedelta(days=done.days), days=days)

    def _rows_aimed_at(self) -> int:
        return max(5000, 20 * self._account.page_size)

    def _listed(
        self, template: str, values: Mapping[str, str], position: Position | None
    ) -> Iterator[ListPage]:
        def fetch(page: int, size: int) -> list[RawRow]:
            return self._rows(template, {**values, "page": str(page), "size": str(size)})

        # The first page is 1. [code]
        reader = OverlapReader(
            fetch, anchor=_anchor, largest_page=self._account.page_size, first_page=1
        )
        return reader.pages(position)

    def _rows(self, template: str, values: Mapping[str, str]) -> list[RawRow]:
        try:
            return wire.rows_of(self._ask(template, values))
        except PosCredentialsError as error:
            if error.code != "http_401":
                raise
        # The token was told to be unknown inside an envelope.
        self._log_in()
        return wire.rows_of(self._ask(template, values))

    def _ask(self, template: str, values: Mapping[str, str]) -> Reply:
        """Send with a token that should be good; if it is not, renew it once."""
        if self._monotonic() >= self._renew_at:
            self._log_in()
        try:
            return self._http.send(self._call(template, values))
        except PosCredentialsError as error:
            if error.code != "http_401":
                raise
        self._log_in()
        return self._http.send(self._call(template, values))

    def _call(self, template: str, values: Mapping[str, str]) -> Call:
        headers = {"Authorization": self._token, "client_id": self._account.client_id}
        return Call(method="GET", template=template, values=values, headers=headers)

    def _log_in(self) -> None:
        form = {"client_id": self._account.client_id, "apikey": self._account.api_key}
        asked_at = self._monotonic()
        reply = self._http.send(Call(method="POST", template="/config/api/gettokens", form=form))
        self._token, life_s = wire.token_of(reply)
        self._renew_at = asked_at + max(life_s - _RENEW_EARLY_S, life_s / 2)


def ten_digits(phone: str) -> str:
    """Reduce a phone to what Treez stores: ten digits without the country code [doc]."""
    digits = "".join(c for c in phone if c.isascii() and c.isdigit())
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def _anchor(row: RawRow) -> str | None:
    pos_id = row.get("customer_id")
    return None if pos_id is None else fingerprint(pos_id, row.get("last_update"))


def _fits(row: RawRow, criteria: Criteria) -> bool:
    """Apply the criteria that Treez was not asked about."""
    wanted = {
        "first_name": criteria.given_name,
        "last_name": criteria.family_name,
        "email": criteria.email,
        "drivers_license": criteria.licence,
        "birthday": criteria.born_on.isoformat() if criteria.born_on else "",
    }
    if criteria.phone and ten_digits(str(row.get("phone", ""))) != ten_digits(criteria.phone):
        return False
    return all(
        str(row.get(key, "")).strip().casefold() == value.strip().casefold()
        for key, value in wanted.items()
        if value
    )


def _range_values(part: _Range) -> dict[str, str]:
    # Whether the last day belongs to the range is not documented: the next range's first day is
    # asked for too, and comes twice if it does.
    last = part.first + dt.timedelta(days=part.days)
    return {"first": part.first.isoformat(), "last": last.isoformat()}


def _parse_token(token: str | None) -> Mapping[str, Any]:
    try:
        parsed = orjson.loads(token or "{}")
    except orjson.JSONDecodeError:
        parsed = None
    if not isinstance(parsed, dict):
        raise ValueError("not a resume token of this connector")  # noqa: TRY004 - a wrong value
    return parsed


def _parse_range(token: Mapping[str, Any]) -> _Range | None:
    if "full" not in token:
        return None
    return _Range(
        first=dt.date.fromisoformat(token["full"]),
        days=int(token["days"]),
        position=Position.from_json(token),
    )
