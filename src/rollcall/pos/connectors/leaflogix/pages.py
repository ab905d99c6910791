"""Reads Dutchie's lists page by page, although three documents disagree on how they are paged.

Pages are counted from 0 [doc] or from 1 [code]; a server may give fewer rows than were asked for
and then go on [guess]. Both are found out while reading: only a list that was seen to end ends.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from rollcall.pos.contract import RawRow
from rollcall.pos.errors import PosError, PosRefusedDataError, PosUnavailableError
from rollcall.pos.paging import (
    SMALLEST_PAGE,
    ListPage,
    OverlapReader,
    Position,
    fingerprint,
)

#: Query, page number as the server counts, page size in; the page's rows out.
Ask = Callable[[Mapping[str, str], int, int], list[RawRow]]

#: How often a page that is too short to go on from is read again.
_REPEATS: Final = 5
#: How far to look behind such a page for something new.
_PAGES_BEHIND: Final = 3


class PageReader:
    """Asks for lists; what it learns about the server's pages holds for all further lists."""

    def __init__(self, ask: Ask, *, largest_page: int, zero_may_fail: bool) -> None:
        """Prepare to read.

        :param zero_may_fail: the server counts from 1 and fails (5xx) at page 0.
        """
        self._ask = ask
        self._largest = largest_page
        self._zero_may_fail = zero_may_fail
        #: None until a list with rows was seen.
        self.first_page: int | None = None
        #: Rows of the longest page so far: pages up to this size are short at a list's end only.
        self._given = 0
        self._last_size = 0
        self._last_rows: Sequence[RawRow] = ()

    def pages(self, query: Mapping[str, str], start: Position | None = None) -> Iterator[ListPage]:
        """Stream one list; rows that move come twice, never not at all.

        :raises PosError: the list was not read to its end.
        """
        position, largest = start, self._largest
        for _ in range(_REPEATS):
            reader = OverlapReader(
                functools.partial(self._fetch, query),
                anchor=_anchor,
                largest_page=largest,
                first_page=0,
            )
            known = set(map(_anchor, self._last_rows)) if position is not start else set()
            for page in reader.pages(position):
                position = page.position
                rows = (
                    [row for row in page.rows if _anchor(row) not in known] if known else page.rows
                )
                yield ListPage(rows=rows, position=position)
                known = set()
            if self._is_end(query, position):
                return
            # Go on as if the server had cut the page, in pages of a size that it certainly gives.
            largest = max(len(self._last_rows), SMALLEST_PAGE)
        raise PosUnavailableError(
            f"Dutchie gives fewer than {SMALLEST_PAGE} rows a page, too few to read safely",
            code="page_tiny",
        )

    def _fetch(self, query: Mapping[str, str], index: int, size: int) -> Sequence[RawRow]:
        rows = self._page(query, index, size)
        if len(rows) > size:
            raise PosUnavailableError("Dutchie ignores the page size", code="page_too_long")
        self._given = max(self._given, len(rows))
        self._last_size, self._last_rows = size, rows
        return rows

    def _is_end(self, query: Mapping[str, str], position: Position | None) -> bool:
        """Tell whether the short page that was read last ends the list.

        It does if it is empty, or if longer pages came before. From a page of a few rows reading
        could not go on with an overlap: there, nothing new may stand behind it.
        """
        rows = self._last_rows
        if not rows or self._last_size <= self._given:
            return True
        if position is None or len(rows) >= SMALLEST_PAGE:
            return False
        seen, size = set(map(_name, rows)), len(rows)
        for index in range(position.offset // size, position.offset // size + _PAGES_BEHIND):
            behind = self._page(query, index, size)
            if any(_name(row) not in seen for row in behind):
                return False
            if len(behind) < size:
                break
        # A full page of rows that were just seen proves nothing by itself: a server that answers 0
        # like 1 is one page behind.
        return True

    def _page(self, query: Mapping[str, str], index: int, size: int) -> list[RawRow]:
        if self.first_page is not None:
            return self._ask(query, index + self.first_page, size)
        if index:
            return self._ask(query, index, size)
        return self._first(query, size)

    def _first(self, query: Mapping[str, str], size: int) -> list[RawRow]:
        """Find out how the first page is called.

        If page 0 has rows, counting from 0 is safe also with a server that answers 0 like 1: it
        repeats one page. Page 0 has to fail twice, around a page 1 with rows, before 1 is believed.
        """
        rows = self._page_zero(query, size)
        if rows:
            self.first_page = 0
            return rows
        told = self._ask(query, 1, size)
        if told:
            rows = self._page_zero(query, size)
            self.first_page = 0 if rows else 1
        return rows or told

    def _page_zero(self, query: Mapping[str, str], size: int) -> list[RawRow]:
        try:
            return self._ask(query, 0, size)
        except PosRefusedDataError:
            return []
        except PosUnavailableError as error:
            if self._zero_may_fail and error.code.startswith("http_5"):
                return []
            raise


def _name(row: RawRow) -> str:
    pos_id = row.get("customerId")
    return str(pos_id) if type(pos_id) in (int, str) else repr(row)


def _anchor(row: RawRow) -> str:
    pos_id = row.get("customerId")
    if pos_id is None:
        return fingerprint(repr(row))
    return fingerprint(pos_id, row.get("lastModifiedDateUTC"))


def refused_range(days: int, error: PosError) -> PosRefusedDataError:
    """Say what can be done about a refused range of times."""
    return PosRefusedDataError(
        f"Dutchie refused a range of {days} days or less ({error}); a location may be set to fewer "
        'days: lower "Days at once"',
        code="range_refused",
    )


def parse_token(token: str | None) -> Mapping[str, Any]:
    """Read a resume token.

    :raises ValueError: it is somebody else's.
    """
    try:
        parsed = orjson.loads(token or "{}")
    except orjson.JSONDecodeError:
        parsed = None
    if not isinstance(parsed, dict):
        raise ValueError("not a resume token of this connector")  # noqa: TRY004 - a wrong value
    return parsed


def moment(text: object) -> dt.datetime:
    """Read a time out of a resume token."""
    return dt.datetime.fromisoformat(str(text)).astimezone(dt.UTC)
