"""Reads Flowhub's lists page by page, and finds out whether the server cuts pages.

How many rows Flowhub gives at most is known from practice only: were fewer given than asked for, a
short page would look like the end of the list.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from rollcall.pos.connectors.flowhub.wire import CustomerList, list_of
from rollcall.pos.contract import Page, RawRow, Window
from rollcall.pos.errors import PosUnavailableError
from rollcall.pos.http import Call, Reply
from rollcall.pos.paging import SMALLEST_PAGE, OverlapReader, Position, fingerprint

#: Sends a request with the account's headers.
Send = Callable[[Call], Reply]

LIST: Final = "/v1/customers/"
_MOST_CUTS: Final = 3
#: No zone of the world is further behind UTC.
_WESTERNMOST: Final = dt.timedelta(hours=12)
_DAY: Final = dt.timedelta(days=1)

Query = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class _Start:
    """Where to begin: in which of a window's lists, where in it, with pages of which size."""

    part: int
    position: Position | None
    size: int


class _CutError(Exception):
    """The server gave fewer rows than it was asked for, and holds more."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def lower_day(since: dt.datetime) -> str:
    """Return a day for ``updated_after`` that leaves nothing out that happened at ``since``.

    Flowhub counts whole days of a store [code], but not of which store of the company, nor whether
    the day itself counts, is documented. So: the day it is in the westernmost zone, and one before.
    """
    return (since.astimezone(dt.UTC) - _WESTERNMOST - _DAY).date().isoformat()


class PageReader:
    """Reads whole lists of one account."""

    def __init__(self, send: Send, *, page_size: int) -> None:
        self._send = send
        self._page_size = page_size

    def window(self, window: Window, resume_token: str | None) -> Iterator[Page]:
        """Stream a window; see :meth:`PosClient.iter_pages`."""
        start = _parse_token(resume_token, self._page_size)
        parts: Sequence[Query] = ({},)
        if window.since is not None:
            # Whether a row that never changed has a time of change is not documented.
            day = lower_day(window.since)
            parts = ({"updated_after": day}, {"created_after": day})
        for number, query in list(enumerate(parts))[start.part :]:
            for page in self._pages(query, start):
                yield _with_token(page, number)
            start = _Start(part=number + 1, position=None, size=self._page_size)

    def created_since(self, since: dt.datetime) -> Iterator[RawRow]:
        """Stream everybody who was created on that day or later, and a few from before."""
        start = _Start(part=0, position=None, size=self._page_size)
        for page in self._pages({"created_after": lower_day(since)}, start):
            yield from page.rows

    def _pages(self, query: Query, start: _Start) -> Iterator[_Read]:
        size, position = start.size, start.position
        for _ in range(_MOST_CUTS):
            reader = OverlapReader(
                functools.partial(self._fetch, query), anchor=_anchor, largest_page=size
            )
            try:
                for page in reader.pages(position):
                    yield _Read(rows=page.rows, position=page.position, size=size)
            except _CutError as cut:
                # Told by the first page only; nothing came of it yet.
                size = cut.size
            else:
                return
        raise PosUnavailableError("Flowhub gives ever fewer rows a page", code="page_cut")

    def _fetch(self, query: Query, number: int, size: int) -> Sequence[RawRow]:
        told = self._ask(query, number, size)
        if len(told.rows) > size:
            raise PosUnavailableError("Flowhub ignores the page size", code="page_too_long")
        if number == 1 and 0 < len(told.rows) < size and self._is_cut(query, told):
            if len(told.rows) < SMALLEST_PAGE:
                raise PosUnavailableError(
                    f"Flowhub gives fewer than {SMALLEST_PAGE} rows a page, too few to read safely",
                    code="page_tiny",
                )
            raise _CutError(len(told.rows))
        return told.rows

    def _is_cut(self, query: Query, told: CustomerList) -> bool:
        """Tell whether more stands behind a short first page."""
        if told.total is not None:
            return told.total > len(told.rows)
        seen = {row.get("id") for row in told.rows}
        behind = self._ask(query, 2, len(told.rows))
        return any(row.get("id") not in seen for row in behind.rows)

    def _ask(self, query: Query, number: int, size: int) -> CustomerList:
        paging = {"page": str(number), "page_size": str(size), "order_by": "asc"}
        return list_of(self._send(Call(method="GET", template=LIST, query={**query, **paging})))


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A page of one list, and the page size that the server takes."""

    rows: Sequence[RawRow]
    position: Position
    size: int


def _with_token(page: _Read, part: int) -> Page:
    token = {**page.position.as_json(), "part": part, "size": page.size}
    return Page(rows=page.rows, resume_token=orjson.dumps(token).decode())


def _parse_token(token: str | None, page_size: int) -> _Start:
    if token is None:
        return _Start(part=0, position=None, size=page_size)
    try:
        parsed: Any = orjson.loads(token)
        part, size = int(parsed["part"]), int(parsed["size"])
        position = Position.from_json(parsed)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        raise ValueError("not a resume token of this connector") from None
    return _Start(part=part, position=position, size=max(SMALLEST_PAGE, min(size, page_size)))


def _anchor(row: RawRow) -> str:
    pos_id = row.get("id")
    if pos_id is None:
        return fingerprint(repr(row))
    return fingerprint(pos_id, row.get("updatedAt"))
