"""Pet forms of given names that follow from spelling alone, where no list has them."""

from __future__ import annotations

import functools
from typing import Final

from rollcall.kit.normalise.nicknames import nicknames_of

#: Fewer letters in front are shared by unrelated names (Marie, Mark); behind, by even more.
SHORT_FRONT: Final = 3
SHORT_BEHIND: Final = 4
_ENDINGS: Final = ("ie", "ey", "ee", "y", "i")
_SPELLINGS: Final = ("y", "ie", "ey", "i", "")


def is_short(one: str, other: str) -> bool:
    """Whether a word is the other's beginning (Meg, Megan), end (Rissa, Marissa) or pet (Jimmy)."""
    if len(one) > len(other):
        one, other = other, one
    if len(one) >= SHORT_FRONT and other.startswith(one):
        return True
    if len(one) >= SHORT_BEHIND and other.endswith(one):
        return True
    stem, other_stem = pet_stem(one), pet_stem(other)
    return bool(stem and other.startswith(stem)) or bool(other_stem and one.startswith(other_stem))


@functools.lru_cache(maxsize=1 << 16)
def pet_stem(word: str) -> str:
    """What a pet form is made from: ``jim`` of ``jimmie``; empty if the word looks like none."""
    bare = _bare(word)
    if len(bare) > SHORT_FRONT and bare[-1] == bare[-2]:
        return bare[:-1]
    return bare if len(bare) > SHORT_FRONT else ""


@functools.lru_cache(maxsize=1 << 16)
def pet_forms(word: str) -> frozenset[str]:
    """What else somebody with this name may be called, by the list, in whatever spelling."""
    bare = _bare(word)
    stems = {bare, bare[:-1]} if bare[-1:] == bare[-2:-1] else {bare}
    spelt = {stem + ending for stem in stems if len(stem) > 1 for ending in _SPELLINGS}
    listed = [spelling for spelling in spelt if nicknames_of(spelling)]
    return nicknames_of(word).union(listed, *map(nicknames_of, listed)) - {word}


def _bare(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending):
            return word.removesuffix(ending)
    return ""
