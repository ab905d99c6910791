"""Reads Cova's list of changes page by page, although little is documented about its pages.

``$skip`` and ``$top`` are documented for the slim list; whether the list of changes heeds them is
not. So only an empty page, or a short one behind longer ones, ends a list; a server that sends
everything whatever is asked is served from what it sent; one that sends its first page again and
again is refused rather than half read.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from rollcall.pos.contract import RawRow
from rollcall.pos.errors import PosUnavailableError
from rollcall.pos.paging import SMALLEST_PAGE, ListPage, OverlapReader, Position, fingerprint

#: ``$filter``, ``$skip`` and ``$top`` in; the rows out.
Fetch = Callable[[str, int, int], list[RawRow]]

#: How often a list is gone on with, in smaller pages.
_REPEATS: Final = 5
#: The sizes at which Cova cuts lists [doc]: an answer of just so many rows need not be all.
_CUTS: Final = frozenset({50, 100})


class PageReader:
    """Reads one list to its end."""

    def __init__(self, fetch: Fetch, *, condition: str, largest_page: int) -> None:
        """Prepare to read.

        :param condition: the list's ``$filter``.
        """
        self._ask = functools.partial(fetch, condition)
        self._largest = largest_page
        self._last: tuple[int, int, Sequence[RawRow]] = (0, 0, ())
        self._longest = 0
        #: Everything, once the server was seen to ignore the paging.
        self._whole: Sequence[RawRow] | None = None

    def pages(self, start: Position | None = None) -> Iterator[ListPage]:
        """Stream the list; rows that move come twice, never not at all.

        :raises PosError: the list was not read to its end.
        """
        position, largest = start, self._largest
        for _ in range(_REPEATS):
            reader = OverlapReader(self._fetch, anchor=_anchor, largest_page=largest, first_page=0)
            try:
                for page in reader.pages(position):
                    position = page.position
                    yield page
            except PosUnavailableError as error:
                # Mostly a time-out of the server over a page that is too large for it. [doc]
                if not error.code.startswith("http_5") or largest == SMALLEST_PAGE:
                    raise
                largest = max(SMALLEST_PAGE, largest // 2)
                continue
            if position is None or self._is_end(position):
                return
            # The server cuts pages: go on in pages of a size that it certainly gives.
            largest = max(len(self._last[2]), SMALLEST_PAGE)
        raise PosUnavailableError(
            f"Cova gives fewer than {SMALLEST_PAGE} rows a page, too few to read safely",
            code="page_tiny",
        )

    def _fetch(self, index: int, size: int) -> Sequence[RawRow]:
        rows = self._slice(index * size, size)
        self._longest = max(self._longest, len(rows))
        self._last = (index * size, size, rows)
        return rows

    def _slice(self, offset: int, size: int) -> Sequence[RawRow]:
        if self._whole is None:
            rows = self._ask(offset, size)
            if len(rows) <= size:
                self._refuse_repetition(offset, rows)
                return rows
            if len(rows) in _CUTS:
                raise PosUnavailableError("Cova ignores the page size", code="page_too_long")
            self._whole = rows
        return self._whole[offset : offset + size]

    def _refuse_repetition(self, offset: int, rows: Sequence[RawRow]) -> None:
        before, _, last = self._last
        if before == offset or not last:
            return
        alike = sum(_name(a) == _name(b) for a, b in zip(rows, last, strict=False))
        # Pages at other places may overlap, but the same rows do not stand in the same places.
        if len(rows) >= SMALLEST_PAGE and alike > len(rows) * 0.8:
            raise PosUnavailableError("Cova ignores where a page is to begin", code="skip_ignored")

    def _is_end(self, position: Position) -> bool:
        """Tell whether the short page that was read last ends the list."""
        _, size, rows = self._last
        if not rows or size <= self._longest or self._whole is not None:
            return True
        seen = set(map(_name, rows))
        behind = self._ask(position.offset, size)
        # Nothing new is the end, too: a server that ignores $skip has sent all that it has.
        return all(_name(row) in seen for row in behind)


def _name(row: RawRow) -> str:
    pos_id = row.get("Id")
    return pos_id if type(pos_id) is str else repr(row)


def _anchor(row: RawRow) -> str:
    return fingerprint(_name(row), row.get("Version"), row.get("LastModifiedDateUtc"))
