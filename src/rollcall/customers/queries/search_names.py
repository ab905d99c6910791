"""Which records to look at for the words of a name: the closest first, as far as needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rollcall.customers.queries.search_candidates import (
    Candidate,
    Candidates,
    Values,
    View,
    find_by_words,
    guess_size,
)
from rollcall.customers.queries.search_matching import Closeness
from rollcall.customers.queries.search_people import Likelihood
from rollcall.customers.queries.search_words import Meanings, Token, add_misspelt, find_meanings

#: Words of a name that are looked up; the others are only compared.
_MOST_WORDS: Final = 6
#: Records that are compared by their clear names: at first, and if too few of them fit.
_POOL: Final = 60
_DEEP_POOL: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Choice:
    """Tokens that a typed word may mean; ``broad``: and more than were read."""

    tokens: Sequence[Token]
    broad: bool


def find_by_names(
    view: View, likelihood: Likelihood, *, values: Values | None, wanted: int
) -> Candidates:
    """Records that answer the typed words; looks further until more than ``wanted`` people do."""
    words = sorted(likelihood.words, key=lambda word: -len(word.text))[:_MOST_WORDS]
    meanings = find_meanings(view.scope, [word for word in likelihood.words if word in words])
    search = _Search(view=view, likelihood=likelihood, values=values, wanted=wanted)
    for choices in _as_spelt(meanings):
        search.look(choices)
        if not search.cut or search.is_enough(Closeness.SAME):
            break
    if not search.is_enough() and add_misspelt(view.scope, meanings):
        search.look([_upto(meant, Closeness.TWO_SLIPS) for meant in meanings])
    return search.result()


def _as_spelt(meanings: Sequence[Meanings]) -> Iterator[Sequence[_Choice]]:
    """All that is spelt so or begun so, or a nickname.

    If there are too many: those with all words finished, those with all but the last one finished.
    """
    yield [_upto(meant, Closeness.NICKNAME) for meant in meanings]
    *first, last = meanings
    if first:
        finished = [_upto(meant, Closeness.SAME) for meant in first]
        yield [*finished, _upto(last, Closeness.SAME)]
        yield [*finished, _upto(last, Closeness.BEGINNING)]


def _upto(meant: Meanings, closeness: Closeness) -> _Choice:
    broad = meant.broad and closeness >= Closeness.BEGINNING
    return _Choice(meant.upto(closeness), broad)


class _Search:
    """Candidates as they come together."""

    def __init__(
        self, *, view: View, likelihood: Likelihood, values: Values | None, wanted: int
    ) -> None:
        self._view = view
        self._likelihood = likelihood
        self._values = values
        self._wanted = wanted
        self._rows: dict[int, Candidate] = {}
        self.cut = False

    def look(self, choices: Sequence[_Choice]) -> None:
        """Look with these tokens."""
        if not all(choice.tokens for choice in choices):
            return
        narrow = [choice.tokens for choice in choices if not choice.broad]
        broad = [choice.tokens for choice in choices if choice.broad]
        pool = max(_POOL, 3 * self._wanted)
        first = _first_look(narrow, broad, pool=pool)
        every = [*narrow, *broad[:1]] if narrow else first
        cut = self._read(first, pool=pool, deep=False)
        if cut and every != first and not self.is_enough():
            cut = self._read(every, pool=pool, deep=False)
        if cut and (narrow or len(every) == 1) and not self.is_enough():
            cut = self._read(every, pool=_DEEP_POOL, deep=True)
        self.cut = self.cut or cut

    def result(self) -> Candidates:
        """All that was found so far."""
        return Candidates(rows=list(self._rows.values()), cut=self.cut)

    def is_enough(self, worst: Closeness = Closeness.TWO_SLIPS) -> bool:
        """Whether more than the wanted people were found, with words at least so close."""
        people = self._likelihood.count_people(self._rows.values(), worst=worst)
        return people > self._wanted

    def _read(self, sets: Sequence[Sequence[Token]], *, pool: int, deep: bool) -> bool:
        found = find_by_words(self._view, sets, values=self._values, pool=pool, deep=deep)
        self._rows |= {row.record_id: row for row in found.rows}
        return found.cut


def _first_look(
    narrow: Sequence[Sequence[Token]], broad: Sequence[Sequence[Token]], *, pool: int
) -> Sequence[Sequence[Token]]:
    """The words that the database is asked for; the others are compared by the clear names.

    Broad words narrow nothing down, and a rare one needs no help.
    """
    rarest = min(narrow, key=guess_size, default=None)
    if rarest is not None and guess_size(rarest) <= pool // 2:
        return [rarest]
    return narrow or broad[:2]
