"""Reads Treez's lists: signup ranges short enough to page through, and what changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from rollcall.pos.connectors.treez import wire
from rollcall.pos.contract import Page, RawRow, Window, WindowKind
from rollcall.pos.paging import ListPage, OverlapReader, Position, fingerprint

_LONGEST_RANGE_DAYS: Final = 4 * 366
_FIRST_RANGE_DAYS: Final = 366
_PAGED: Final = "/page/{page}/pagesize/{size}"
_SIGNUP: Final = "/customer/signup/from/{first}/to/{last}" + _PAGED
CHANGED: Final = "/customer/lastUpdated/after/{after}" + _PAGED

#: Path and its values in; the rows of the answer out.
Ask = Callable[[str, Mapping[str, str]], list[RawRow]]


@dataclass(frozen=True, kw_only=True)
class _Range:
    """One signup range of a full window: its first day, its length, and where it was left."""

    first: dt.date
    days: int
    position: Position = field(default_factory=Position)

    def token(self) -> str:
        content = {"full": self.first.isoformat(), "days": self.days, **self.position.as_json()}
        return orjson.dumps(content).decode()


class PageReader:
    """Asks for the lists of one dispensary."""

    def __init__(
        self, ask: Ask, *, page_size: int, history_from: dt.date, time_zone: ZoneInfo
    ) -> None:
        """Prepare to read.

        :param history_from: the first day on which somebody may have signed up.
        :param time_zone: the store's; signup days are its days.
        """
        self._ask = ask
        self._page_size = page_size
        self._history_from = history_from
        self._time_zone = time_zone

    def pages(self, window: Window, resume_token: str | None) -> Iterator[Page]:
        """Read a window, from the start or from behind a page that was read."""
        token = _parse_token(resume_token)
        if window.kind is WindowKind.INCREMENTAL and window.since is not None:
            position = Position.from_json(token) if "offset" in token else None
            return self._changed_since(window.since, position)
        return self._everybody(window.until, _parse_range(token))

    def _changed_since(self, since: dt.datetime, position: Position | None) -> Iterator[Page]:
        local = since.astimezone(self._time_zone)
        values = {"after": wire.iso_millis(local)}
        for page in self._listed(CHANGED, values, position):
            token = orjson.dumps(page.position.as_json()).decode()
            yield Page(rows=page.rows, resume_token=token)

    def _everybody(self, until: dt.datetime, start: _Range | None) -> Iterator[Page]:
        """Read signup range by signup range, each short enough to keep page numbers small."""
        # Tomorrow, because the store's and the POS's idea of today may differ.
        last_day = until.astimezone(self._time_zone).date() + dt.timedelta(days=1)
        current = start or _Range(first=self._history_from, days=_FIRST_RANGE_DAYS)
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
        size = self._page_size
        while current.days > 1:
            page = 2 * self._rows_aimed_at() // size
            values = {**_range_values(current), "page": str(page), "size": str(size)}
            if not self._ask(_SIGNUP, values):
                break
            current = replace(current, days=max(1, current.days // 2))
        return current

    def _following(self, done: _Range, rows: int) -> _Range:
        factor = 4.0 if rows == 0 else min(4.0, max(0.25, self._rows_aimed_at() / rows))
        days = min(_LONGEST_RANGE_DAYS, max(1, int(done.days * factor)))
        return _Range(first=done.first + dt.timedelta(days=done.days), days=days)

    def _rows_aimed_at(self) -> int:
        return max(5000, 20 * self._page_size)

    def _listed(
        self, template: str, values: Mapping[str, str], position: Position | None
    ) -> Iterator[ListPage]:
        def fetch(page: int, size: int) -> list[RawRow]:
            return self._ask(template, {**values, "page": str(page), "size": str(size)})

        # The first page is 1. [code]
        reader = OverlapReader(fetch, anchor=_anchor, largest_page=self._page_size, first_page=1)
        return reader.pages(position)


def _anchor(row: RawRow) -> str | None:
    pos_id = row.get("customer_id")
    return None if pos_id is None else fingerprint(pos_id, row.get("last_update"))


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
