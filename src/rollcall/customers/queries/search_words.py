"""Typed words → words of the retailer's dictionary that they may mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from rollcall.customers.queries.search_matching import Closeness, TypedWord
from rollcall.kit.normalise.spelling import one_slip_spellings, thirds
from rollcall.kit.scope import Scope

Params = dict[str, Any]
#: Words with more completions than this are "broad": too many to look each of them up.
MOST_COMPLETIONS: Final = 400
_MOST_MISSPELT: Final = 60

_SPELT: Final = (
    "select token, id, uses from customers_nametoken"
    " where retailer_id = %(retailer)s and token = any(%(spellings)s)"
)
# The operators of text_pattern_ops, by which the dictionary is ordered; U+10FFFF is behind all.
_BEGUN: Final = (
    "(select token, id, uses from customers_nametoken"
    " where retailer_id = %(retailer)s and token ~>=~ %(word{0})s and token ~<~ %(end{0})s"
    " order by uses desc, id limit %(most)s)"
)
_MISSPELT: Final = (
    "(select token, id, uses from customers_nametoken"
    " where retailer_id = %(retailer)s and length(token) between %(short{0})s and %(long{0})s"
    " and (token like %(first{0})s or token like %(middle{0})s or token like %(last{0})s)"
    " order by similarity(token, %(word{0})s) desc, uses desc, id limit %(most)s)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the dictionary; ``uses`` is a rough guess of how many records have it."""

    text: str
    id: int
    uses: int


@dataclass(kw_only=True, slots=True)
class Meanings:
    """What a typed word may mean.

    :param broad: there are more completions than were read.
    """

    word: TypedWord
    broad: bool = False
    tokens: dict[Closeness, list[Token]] = field(default_factory=dict)

    def upto(self, closeness: Closeness) -> list[Token]:
        """The words that are at least so close, closest first, usual ones before rare ones."""
        levels = [level for level in Closeness if level <= closeness]
        return [token for level in levels for token in self.tokens.get(level, ())]

    def add(self, rows: Iterable[Token]) -> None:
        """Sort words of the dictionary into those that this word may mean."""
        known = {token.id for tokens in self.tokens.values() for token in tokens}
        for token in sorted(rows, key=lambda row: (-row.uses, row.text)):
            closest = self.word.closest_of((token.text,))
            if closest is not None and token.id not in known:
                known.add(token.id)
                self.tokens.setdefault(closest[0], []).append(token)


def find_meanings(scope: Scope, words: Sequence[TypedWord]) -> list[Meanings]:
    """What each word may mean as it is spelt: itself, its completions, its nicknames."""
    spellings = sorted({one for word in words for one in (word.text, *word.nicknames)})
    begun = " union all ".join(_BEGUN.format(place) for place in range(len(words)))
    params: Params = {"spellings": spellings, "most": MOST_COMPLETIONS + 1}
    for place, word in enumerate(words):
        params |= {f"word{place}": word.text, f"end{place}": word.text + "\U0010ffff"}
    rows = _read(scope, f"{_SPELT} union all {begun}", params)
    found = []
    for word in words:
        meant = Meanings(word=word)
        meant.add(
            row for row in rows if row.text.startswith(word.text) or row.text in word.nicknames
        )
        meant.broad = len(meant.tokens.get(Closeness.BEGINNING, ())) >= MOST_COMPLETIONS
        found.append(meant)
    return found


def add_misspelt(scope: Scope, meanings: Sequence[Meanings]) -> bool:
    """Add what the words may mean if they were misspelt; False if none of them can be."""
    wrong = [meant for meant in meanings if meant.word.slips]
    if not wrong:
        return False
    once = [meant.word.text for meant in wrong if meant.word.slips == 1]
    twice = [meant.word.text for meant in wrong if meant.word.slips == 2]
    spellings = [spelling for word in once for spelling in one_slip_spellings(word)]
    params: Params = {"most": _MOST_MISSPELT, "spellings": spellings}
    for place, word in enumerate(twice):
        params |= _like(place, word)
    parts = [_SPELT, *(_MISSPELT.format(place) for place in range(len(twice)))]
    rows = _read(scope, " union all ".join(parts), params)
    for meant in wrong:
        meant.add(rows)
    return True


def _like(place: int, word: str) -> Params:
    first, middle, last = thirds(word)
    return {
        f"word{place}": word,
        f"first{place}": first + "%",
        f"middle{place}": f"%{middle}%",
        f"last{place}": "%" + last,
        f"short{place}": len(word) - 2,
        f"long{place}": len(word) + 2,
    }


def _read(scope: Scope, sql: str, params: Params) -> list[Token]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"retailer": scope.retailer_id, **params})
        return [Token(*row) for row in cursor.fetchall()]
