"""How well a record answers what was typed: its names word by word, its other values exactly."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from rollcall.customers.rules.name_words import FAMILY, GIVEN, LONGEST_WORD, NameWords
from rollcall.customers.rules.values import search_values
from rollcall.kit.fields import Fields
from rollcall.kit.normalise.nicknames import nicknames_of
from rollcall.kit.normalise.search_text import SearchTerms
from rollcall.kit.normalise.spelling import count_slips, slips_allowed


class Closeness(enum.IntEnum):
    """How a typed word is like a word of a name, best first."""

    SAME = 0
    BEGINNING = 1
    NICKNAME = 2
    ONE_SLIP = 3
    TWO_SLIPS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedWord:
    """A word of a name as it was typed, folded."""

    text: str
    nicknames: frozenset[str]
    slips: int
    _known: dict[str, Closeness | None] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, text: str, *, with_slips: bool) -> TypedWord:
        """Ready to be compared; ``with_slips`` lets it be misspelt."""
        text = text[:LONGEST_WORD]
        slips = slips_allowed(text) if with_slips else 0
        return cls(text=text, nicknames=nicknames_of(text), slips=slips)

    def closest_of(self, held: Iterable[str]) -> tuple[Closeness, str] | None:
        """The word of a name that it is most like; None if it is like none."""
        found = [
            (closeness, other) for other in held if (closeness := self._as_spelt(other)) is not None
        ]
        if not found and self.slips:
            found = [
                (closeness, other)
                for other in held
                if (closeness := self._misspelt(other)) is not None
            ]
        return min(found, default=None)

    def _as_spelt(self, held: str) -> Closeness | None:
        if held.startswith(self.text):
            return Closeness.SAME if held == self.text else Closeness.BEGINNING
        return Closeness.NICKNAME if held in self.nicknames else None

    def _misspelt(self, held: str) -> Closeness | None:
        if held not in self._known:
            slips = count_slips(self.text, held, most=self.slips)
            wrong = Closeness.TWO_SLIPS if slips == 2 else Closeness.ONE_SLIP
            self._known[held] = wrong if slips is not None else None
        return self._known[held]


@dataclass(frozen=True, kw_only=True, slots=True)
class NameMatch:
    """How a name answers the typed words.

    :param missing: how many typed words are like no word of it.
    :param worst: of all words; ``total`` is their sum.
    :param order: 0 given name before family name as typed, 1 the other way round, 2 neither.
    :param ways: for each typed word, what it is like and how.
    """

    missing: int
    worst: Closeness
    total: int
    order: int
    ways: Sequence[tuple[str, str, Closeness]]


def match_names(words: Sequence[TypedWord], held: NameWords) -> NameMatch:
    """Compare typed words with the words of a name; a word of it may answer several."""
    ways: list[tuple[str, str, Closeness]] = []
    parts: list[int] = []
    for word in words:
        best = word.closest_of(held)
        if best is not None:
            closeness, other = best
            ways.append((word.text, other, closeness))
            parts.append(held[other])
    closenesses = [way[2] for way in ways]
    return NameMatch(
        missing=len(words) - len(ways),
        worst=max(closenesses, default=Closeness.SAME),
        total=sum(closenesses),
        order=_order(parts) if len(words) > 1 else 0,
        ways=ways,
    )


def _order(parts: Sequence[int]) -> int:
    if not parts:
        return 2
    if parts[0] & GIVEN and parts[-1] & FAMILY:
        return 0
    return 1 if parts[0] & FAMILY and parts[-1] & GIVEN else 2


#: Fields in which something was found, the most telling first. Those up to the medical id name one
#: person; the others narrow down.
STRENGTH = (
    "customer_id", "external_id", "phone", "email", "licence", "medical_id", "phone_suffix",
    "phone_last4", "born_on", "name",
)  # fmt: skip
_STRONG = STRENGTH.index("medical_id")
_CODES = ("phone", "phone_last4", "phone_suffix", "licence", "medical_id", "external_id")


def exact_values(terms: SearchTerms) -> list[tuple[str, str]]:
    """Blind index columns (without ``_key``) and the values that are looked up in them."""
    values = [
        ("phone", terms.phone_e164),
        ("phone_last4", terms.phone_last4 or (terms.phone_suffix or "")[-4:]),
        ("email", terms.email),
        ("born_on", terms.born_on.isoformat() if terms.born_on else None),
        ("licence", terms.id_key),
        ("medical_id", terms.id_key),
    ]
    return [(column, value) for column, value in values if value]


def match_values(values: Fields, external_id: str, terms: SearchTerms) -> list[str]:
    """In which fields a record really carries what was asked; blind indexes may collide."""
    held = search_values(values)
    matched = [column for column, value in exact_values(terms) if held.get(column) == value]
    if terms.phone_suffix is not None and "phone_last4" in matched:
        matched.remove("phone_last4")
        digits = "".join(filter(str.isdigit, held["phone"]))
        if digits.endswith(terms.phone_suffix):
            matched.append("phone_suffix")
    if terms.external_id is not None and external_id == terms.external_id:
        matched.append("external_id")
    return matched


def answers(matched: Iterable[str], terms: SearchTerms) -> bool:
    """Whether the values found answer each part of what was asked (the name apart)."""
    found = set(matched)
    if terms.public_id is not None:
        return not found.isdisjoint(("customer_id", "external_id"))
    codes = any((terms.phone_e164, terms.phone_last4, terms.phone_suffix, terms.id_key,
                 terms.external_id))  # fmt: skip
    coded = not codes or not found.isdisjoint(_CODES)
    dated = terms.born_on is None or "born_on" in found
    if is_day_or_id(terms):
        return not found.isdisjoint((*_CODES, "born_on"))
    return coded and dated and (terms.email is None or "email" in found)


def is_day_or_id(terms: SearchTerms) -> bool:
    """Whether eight digits were read as a day and as an id, so that either may fit."""
    return terms.born_on is not None and terms.id_key == f"{terms.born_on:%Y%m%d}"


def strength(matched: Iterable[str]) -> int:
    """Rank of the most telling field; all that do not name one person rank equal."""
    best = min((STRENGTH.index(name) for name in matched), default=len(STRENGTH))
    return min(best, _STRONG + 1)


def sort_fields(matched: Iterable[str]) -> list[str]:
    """The fields in order of strength, each once."""
    return sorted(set(matched), key=STRENGTH.index)


#: State of a record that the POS no longer has; 0 is active, 1 inactive.
GONE: Final = 2


def record_state(*, status: str, gone: bool) -> int:
    """0 active, 1 inactive, 2 gone: that is how people are ranked."""
    if gone:
        return GONE
    return 0 if status == "active" else 1
