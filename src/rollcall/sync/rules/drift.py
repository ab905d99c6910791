"""When a key that a POS no longer sends is worth a person's look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

#: Rows that must have been looked at, before and since, for a judgement.
ENOUGH_ROWS: Final = 100
#: A key that fewer rows had may be missing by chance.
_MOST: Final = 0.5
#: Rows of each batch whose keys are counted: plenty for a judgement, and too few to cost anything.
_SAMPLED_ROWS: Final = 40
#: Then old rows count half, so that a POS that changes slowly does not count as it was years ago.
_REMEMBERED_ROWS: Final = 20_000
_LONGEST_NAME: Final = 80


def has_vanished(*, rows: int, present: int, absent: int) -> bool:
    """Whether a key that most rows had is in none of those looked at since.

    :param rows: looked at since the key was met first.
    :param present: of them had it.
    :param absent: looked at since it was met last.
    """
    before = rows - absent
    return absent >= ENOUGH_ROWS and before >= ENOUGH_ROWS and present > _MOST * before


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyCounts:
    """How often a key was there.

    :param rows: looked at since it was met first.
    :param present: of them had it.
    :param absent: looked at since it was met last.
    """

    rows: int = 0
    present: int = 0
    absent: int = 0

    @property
    def vanished(self) -> bool:
        """See :func:`has_vanished`."""
        return has_vanished(rows=self.rows, present=self.present, absent=self.absent)

    def after(self, *, rows: int, present: int) -> KeyCounts:
        """With so many more rows, of which some had it."""
        more = KeyCounts(
            rows=self.rows + rows,
            present=self.present + present,
            absent=0 if present else self.absent + rows,
        )
        if more.rows <= _REMEMBERED_ROWS or more.absent:
            return more
        return KeyCounts(rows=more.rows // 2, present=more.present // 2, absent=0)


def count_keys(rows: Sequence[Mapping[str, Any]]) -> tuple[int, Counter[str]]:
    """Count the top-level keys of a few rows, evenly spread: how many rows, key → of them."""
    sample = rows[:: max(1, len(rows) // _SAMPLED_ROWS)]
    counted: Counter[str] = Counter()
    for row in sample:
        counted.update(row.keys())
    return len(sample), counted


def add_counts(
    known: Mapping[str, int], more: Iterable[tuple[str, int]], *, most: int
) -> dict[str, int]:
    """Add counts by key; hostile keys can neither fill what holds them nor break it."""
    added = dict(known)
    for key, count in more:
        name = "".join(letter if letter.isprintable() else "?" for letter in key[:_LONGEST_NAME])
        if name in added or len(added) < most:
            added[name] = added.get(name, 0) + count
    return added
