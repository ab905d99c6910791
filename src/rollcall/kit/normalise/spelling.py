"""Slips of the keyboard in single folded words: how far two spellings lie apart."""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Final

#: Words this long may have one slip, longer ones than the second limit two; in shorter words a slip
#: makes another name.
_SHORTEST: Final = 4
_LONGEST_WITH_ONE: Final = 7


def slips_allowed(word: str) -> int:
    """How many slips a typed word may have: 0 below 4 letters, 1 up to 7, 2 beyond."""
    if len(word) < _SHORTEST:
        return 0
    return 1 if len(word) <= _LONGEST_WITH_ONE else 2


def count_slips(one: str, other: str, *, most: int) -> int | None:
    """Letters left out, added, replaced, or swapped with their neighbour; None if above ``most``.

    Symmetrical. A letter takes part in one slip only ("optimal string alignment").
    """
    if one == other:
        return 0
    if abs(len(one) - len(other)) > most:
        return None
    return _align(*_without_common_ends(one, other), most)


def _without_common_ends(one: str, other: str) -> tuple[str, str]:
    shorter = min(len(one), len(other))
    start = 0
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[start : len(one) - end], other[start : len(other) - end]


def _align(one: str, other: str, most: int) -> int | None:
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        line = [row]
        for column, against in enumerate(other, start=1):
            cost = min(last[column], line[-1], last[column - 1] - (letter == against)) + 1
            if (
                before
                and column > 1
                and letter == other[column - 2]
                and one[row - 2] == against
                and before[column - 2] < cost
            ):
                cost = before[column - 2] + 1
            line.append(cost)
        if min(line) > most and min(last) > most:
            return None
        before, last = last, line
    return last[-1] if last[-1] <= most else None


def one_slip_spellings(word: str) -> frozenset[str]:
    """All words one slip away, over the letters a to z and those of the word itself."""
    return frozenset(_one_slip(word)) - {word}


def _one_slip(word: str) -> Iterator[str]:
    letters = sorted({*string.ascii_lowercase, *word})
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield from (before + letter + after for letter in letters)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in letters)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]


def thirds(word: str) -> tuple[str, str, str]:
    """Beginning, middle and end: two slips leave one of them as it was.

    Unless both are swaps across the two seams, which nobody types.
    """
    first = -(-len(word) // 3)
    second = first + -(-(len(word) - first) // 2)
    return word[:first], word[first:second], word[second:]
