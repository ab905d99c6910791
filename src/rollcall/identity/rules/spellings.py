"""How alike two words are, by the same measures as the engines' own functions.

Plain Python, because an online decision compares a handful of pairs and must not wait for an
engine; a test holds the answers against DuckDB's.
"""

from __future__ import annotations


def jaro_winkler(one: str, other: str) -> float:
    """Jaro-Winkler similarity, 0 to 1: prefixes count up to four letters, from 0.7 upwards."""
    if one == other:
        return 1.0
    jaro = _jaro(one, other)
    if jaro <= 0.7:
        return jaro
    prefix = 0
    for left, right in zip(one[:4], other[:4], strict=False):
        if left != right:
            break
        prefix += 1
    return jaro + prefix * 0.1 * (1.0 - jaro)


def _jaro(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    if len(one) > len(other):
        one, other = other, one
    window = max(len(other) // 2 - 1, 0)
    left, right = _matching(one, other, window)
    matches = len(left)
    if not matches:
        return 0.0
    swapped = sum(a != b for a, b in zip(left, right, strict=True)) // 2
    return (matches / len(one) + matches / len(other) + (matches - swapped) / matches) / 3.0


def _matching(one: str, other: str, window: int) -> tuple[list[str], list[str]]:
    """The letters that find a partner within the window, each side in its own order."""
    left: list[str] = []
    taken = [False] * len(other)
    for at, letter in enumerate(one):
        place = other.find(letter, at - window if at > window else 0, at + window + 1)
        while place >= 0 and taken[place]:
            place = other.find(letter, place + 1, at + window + 1)
        if place >= 0:
            taken[place] = True
            left.append(letter)
    return left, [other[at] for at, hit in enumerate(taken) if hit]


def one_slip(one: str, other: str) -> bool:
    """At most one letter left out, added, replaced, or swapped with its neighbour."""
    if one == other:
        return True
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    if one[start + 1 :] == other[start + 1 :]:
        return True
    return (
        one[start : start + 2] == other[start : start + 2][::-1]
        and one[start + 2 :] == other[start + 2 :]
    )
