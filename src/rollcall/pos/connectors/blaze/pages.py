"""Reads BLAZE's lists by skip and limit, newest change first, and walks through time by weeks.

``total`` is not used: it counts the whole company [code]. A list ends where an empty page shows it,
or a page shorter than one that came before: a server may give fewer rows than were asked for.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from rollcall.pos.connectors.blaze.values import millis
from rollcall.pos.contract import Page, RawRow
from rollcall.pos.errors import PosUnavailableError
from rollcall.pos.paging import (
    SMALLEST_PAGE,
    ListPage,
    OverlapReader,
    Position,
    fingerprint,
)

#: Query, skip and limit in; the page's rows out.
Ask = Callable[[Mapping[str, str], int, int], list[RawRow]]

_SECOND_MS: Final = 1000
#: The longest range of dates that one question may have [code]; a second stays free, because it is
#: not known whether both ends count.
WEEK_MS: Final = 7 * 86_400_000 - _SECOND_MS
#: The clock that stamps rows need not be the one that dates answers.
_CLOCK_SLACK_MS: Final = 60_000
#: How often to go on behind a list's end in smaller pages.
_REPEATS: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Weeks:
    """A stretch of time, read in ranges that BLAZE accepts, the oldest first.

    So rows that change meanwhile move to a range that is still to come, or behind the last one,
    where the hub's next window reads them.

    :param lower: epoch milliseconds, like ``upper``.
    """

    lower: int
    upper: int

    @classmethod
    def between(cls, since: dt.datetime, until: dt.datetime) -> Weeks:
        """Move both ends outwards: it is not documented to which side they belong."""
        lower = millis(since) - _SECOND_MS
        return cls(lower=lower, upper=max(lower, millis(until)) + _CLOCK_SLACK_MS)

    def ranges(self, first: int | None = None) -> Iterator[tuple[int, int]]:
        """Stream the ranges, each a little over the one before.

        :param first: where the range begins that reading goes on with.
        """
        lower = self.lower if first is None else first
        while True:
            upper = min(self.upper, lower + WEEK_MS)
            yield lower, upper
            if upper >= self.upper:
                return
            lower = upper - 2 * _SECOND_MS


class PageReader:
    """Asks for lists; what it learns about the server's pages holds for all further lists."""

    def __init__(self, ask: Ask, *, largest_page: int) -> None:
        self._ask = ask
        self._largest = largest_page
        #: Rows of the longest page so far: a shorter one is not cut, so it ends its list.
        self._given = 0
        self._last_size = 0
        self._last_rows: Sequence[RawRow] = ()

    def everybody(self, token: str | None) -> Iterator[Page]:
        """Stream the whole list, asked for without dates."""
        parsed = parse_token(token)
        position = Position.from_json(parsed) if parsed else None
        for page in self._pages({}, position):
            yield Page(rows=page.rows, resume_token=_token(page.position))

    def changed(self, weeks: Weeks, token: str | None) -> Iterator[Page]:
        """Stream who was changed in a stretch of time."""
        parsed = parse_token(token)
        first = parsed.get("from") if parsed else None
        if first is not None and type(first) is not int:
            raise ValueError("not a resume token of this connector")
        position = Position.from_json(parsed) if parsed else None
        for lower, upper in weeks.ranges(first):
            dates = {"startDate": str(lower), "endDate": str(upper)}
            for page in self._pages(dates, position):
                yield Page(rows=page.rows, resume_token=_token(page.position, lower))
                if _is_behind(page.rows, lower):
                    # The server ignores dates: what follows is older still.
                    break
            position = None

    def _pages(self, query: Mapping[str, str], start: Position | None) -> Iterator[ListPage]:
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
            for page in reader.pages(position):
                position = page.position
                yield page
            if self._is_end(query, position):
                return
            # Go on as if the server had cut the page, in pages of a size that it certainly gives.
            largest = max(len(self._last_rows), SMALLEST_PAGE)
        raise PosUnavailableError(
            f"BLAZE gives fewer than {SMALLEST_PAGE} rows a page, too few to read safely",
            code="page_tiny",
        )

    def _fetch(self, query: Mapping[str, str], index: int, size: int) -> Sequence[RawRow]:
        rows = self._ask(query, index * size, size)
        if len(rows) > size:
            raise PosUnavailableError("BLAZE ignores the limit", code="page_too_long")
        self._given = max(self._given, len(rows))
        self._last_size, self._last_rows = size, rows
        return rows

    def _is_end(self, query: Mapping[str, str], position: Position | None) -> bool:
        """Tell whether the short page that was read last ends the list.

        It does if it is empty, or if longer pages came before; else nothing new may stand behind.
        """
        rows = self._last_rows
        if not rows or len(rows) < self._given or position is None:
            return True
        skip = max(0, position.offset - (len(rows) + 1) // 2)
        behind = self._ask(query, skip, self._last_size)
        seen = set(map(_name, rows))
        return all(_name(row) in seen for row in behind)


def parse_token(token: str | None) -> Mapping[str, Any]:
    """Read a resume token back; empty at the start.

    :raises ValueError: it is none of this connector's.
    """
    try:
        parsed = orjson.loads(token or "{}")
    except orjson.JSONDecodeError:
        parsed = None
    if not isinstance(parsed, dict):
        raise ValueError("not a resume token of this connector")  # noqa: TRY004 - a wrong value
    return parsed


def _token(position: Position, lower: int | None = None) -> str:
    content = position.as_json()
    if lower is not None:
        content["from"] = lower
    return orjson.dumps(content).decode()


def _is_behind(rows: Sequence[RawRow], lower: int) -> bool:
    """Tell whether a page that is sorted, newest first, lies below a bound as a whole."""
    times = [row.get("modified") for row in rows]
    known = [time for time in times if type(time) is int]
    if not known or len(known) < len(times) or known[0] <= known[-1]:
        return False
    return known[0] < lower - _CLOCK_SLACK_MS and known == sorted(known, reverse=True)


def _name(row: RawRow) -> str:
    return _anchor(row) or repr(row)


def _anchor(row: RawRow) -> str | None:
    pos_id = row.get("id")
    return None if pos_id is None else fingerprint(pos_id, row.get("modified"))
