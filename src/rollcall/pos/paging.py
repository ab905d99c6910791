"""Reads lists that are paged by number while they move, so that no row is skipped.

Staff work while we read: a row that they save moves to the front or the end of the list, and the
rows between shift by one, across page borders in either direction. So every page has to overlap
what was read before: it must show at least one *anchor*, a row that was read and has not changed
since. Rows that do not change keep their order among themselves, so everything that stands behind
an anchor on a page is what comes next in the list, without a gap. Without an anchor on the page we
step back, twice as far each time, at worst to the first page, which needs none.

A page costs few repeated rows, because the page size is free to choose: for the next page we look
for a size and a number whose product lies two or a few rows before the end of what was read.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from rollcall.pos.contract import RawRow

_log = structlog.get_logger()

#: Rows that a new page repeats, if its size can be chosen so.
MIN_OVERLAP: Final = 2
#: With smaller pages there are lists in which every page ends where another one does.
SMALLEST_PAGE: Final = 20
#: Anchors in a resume token, and in memory.
TOKEN_ANCHORS: Final = 8
_MEMORY_ANCHORS: Final = 2000
#: How often to step back without getting any further before going on without a proof; halved each
#: time that this happens in a list.
_MAX_STEPS_BACK: Final = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """Where a list was left.

    :param offset: rows that stood before the end of what was read.
    :param anchors: some of the rows read last, by their fingerprints.
    """

    offset: int = 0
    anchors: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Write down for a resume token."""
        return {"offset": self.offset, "anchors": list(self.anchors)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Position:
        """Read back.

        :raises ValueError: it was not written by :meth:`as_json`.
        """
        offset, anchors = value.get("offset"), value.get("anchors")
        if not isinstance(offset, int) or offset < 0 or not isinstance(anchors, list):
            raise ValueError("not a position in a list")
        return cls(offset=offset, anchors=tuple(map(str, anchors)))


@dataclass(frozen=True, kw_only=True, slots=True)
class ListPage:
    """Rows that follow what was read before, and where to go on."""

    rows: Sequence[RawRow]
    position: Position


#: Page number (counted as the POS does) and page size in, the page's rows out.
Fetch = Callable[[int, int], Sequence[RawRow]]


def fingerprint(*parts: object) -> str:
    """Name a row together with its state, without telling either: 16 hexadecimal digits."""
    text = "\x1f".join(map(str, parts))
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def next_page(*, end: int, largest: int) -> tuple[int, int]:
    """Choose the index (from 0) and size of a page that begins shortly before row ``end``.

    Of all sizes up to ``largest`` the one that brings the most new rows, always at least one:
    only a multiple of all sizes could prevent that, which for 10 to 20 is beyond 200 million rows.
    """
    if end <= MIN_OVERLAP:
        return 0, largest
    for overlap in range(MIN_OVERLAP, 0, -1):
        new, index, size = _best_page(end=end, largest=largest, overlap=overlap)
        if new > 0:
            return index, size
    raise ValueError("the list is too long to be read in pages of this size")


def _best_page(*, end: int, largest: int, overlap: int) -> tuple[int, int, int]:
    best = (0, 0, largest)
    for size in range(largest, largest // 2 - 1, -1):
        index = (end - overlap) // size
        best = max(best, (size - (end - index * size), index, size))
        if size - overlap <= best[0]:
            break
    return best


class OverlapReader:
    """Reads one list to its end; see the module's text for why nothing is skipped."""

    def __init__(
        self,
        fetch: Fetch,
        *,
        anchor: Callable[[RawRow], str | None],
        largest_page: int,
        first_page: int = 1,
    ) -> None:
        """Prepare to read.

        :param anchor: names a row together with its state (``fingerprint``): equal only if the row
            did not change. None for a row that cannot be recognised.
        :param largest_page: rows, at least 20.
        :param first_page: how the POS numbers its first page, 0 or 1.
        """
        if largest_page < SMALLEST_PAGE:
            raise ValueError("pages this small cannot overlap")
        self._fetch = fetch
        self._anchor = anchor
        self._largest = largest_page
        self._first_page = first_page
        self._known: OrderedDict[str, None] = OrderedDict()
        self._last_page: frozenset[str] = frozenset()
        self._end = 0
        self._furthest = 0
        self._back = 0
        self._steps_back = 0
        self._unproven = 0

    def pages(self, start: Position | None = None) -> Iterator[ListPage]:
        """Stream the list; rows already given on the page before are left out."""
        if start is not None and start.offset and start.anchors:
            self._end = start.offset
            self._known.update(dict.fromkeys(start.anchors))
        while True:
            index, size = next_page(end=max(0, self._end - self._back), largest=self._largest)
            rows = self._fetch(index + self._first_page, size)
            names = [self._anchor(row) for row in rows]
            if not self._is_proven(index, names):
                self._step_back()
                continue
            yield self._take_over(index * size, rows, names)
            if len(rows) < size:
                return

    def _is_proven(self, index: int, names: Sequence[str | None]) -> bool:
        if index == 0 or any(name in self._known for name in names if name is not None):
            return True
        if self._steps_back < _MAX_STEPS_BACK >> self._unproven:
            return False
        # Whatever was read changes again and again, or the rows cannot be recognised.
        self._unproven += 1
        _log.warning("pos.paging.unproven", steps=self._steps_back)
        return True

    def _step_back(self) -> None:
        self._steps_back += 1
        self._back = min(self._end, max(2 * self._back, self._largest // 4))

    def _take_over(
        self, offset: int, rows: Sequence[RawRow], names: Sequence[str | None]
    ) -> ListPage:
        new = [row for row, name in zip(rows, names, strict=True) if name not in self._last_page]
        self._end = offset + len(rows)
        # A list that moves this much will do so again: keep some distance for the next pages.
        self._back = min(self._back // 2, self._largest // 8)
        if self._end > self._furthest:
            self._furthest = self._end
            self._steps_back = 0
        found = [name for name in names if name is not None]
        self._last_page = frozenset(found)
        for name in found:
            self._known[name] = None
            self._known.move_to_end(name)
        while len(self._known) > _MEMORY_ANCHORS:
            self._known.popitem(last=False)
        position = Position(offset=self._end, anchors=tuple(found[-TOKEN_ANCHORS:]))
        return ListPage(rows=new, position=position)
