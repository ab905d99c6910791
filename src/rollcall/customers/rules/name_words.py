"""Which words a record's name has, and in which part of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rollcall.kit.fields import Fields
from rollcall.kit.normalise.names import name_tokens

#: Word → sum of the parts it stands in: 1 given name, 2 family name, 4 any other.
NameWords = Mapping[str, int]

GIVEN: Final = 1
FAMILY: Final = 2
OTHER: Final = 4
NAME_FIELDS: Final = {
    "given_name": GIVEN,
    "family_name": FAMILY,
    "middle_name": OTHER,
    "nickname": OTHER,
}
#: Nobody has more or longer ones; a hostile row must not fill the dictionary.
MOST_WORDS: Final = 16
LONGEST_WORD: Final = 60


def name_words(values: Fields) -> NameWords:
    """The folded words of a record's names; those beyond the limits are left out or cut."""
    found: dict[str, int] = {}
    for field, part in NAME_FIELDS.items():
        name = values.get(field)
        if name and isinstance(name, str):
            for token in name_tokens(name):
                word = token[:LONGEST_WORD]
                if word in found or len(found) < MOST_WORDS:
                    found[word] = found.get(word, 0) | part
    return found
