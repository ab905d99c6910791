"""The score of a pair in bits, and why; fast enough to answer while somebody waits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.levels import FIELDS, LEVELS, MISSING, Levels, compare, level_name
from rollcall.identity.rules.model import BY_FREQUENCY, HOUSEHOLD, Model
from rollcall.identity.rules.outcomes import Outcome, decide
from rollcall.identity.rules.vetoes import (
    shares_contact_or_id,
    speaks_of_the_person,
    vetoes,
)

_FREQUENT: Final = tuple(
    (field, value_of, FIELDS.index(field), len(LEVELS[field]) - 1)
    for field, value_of in BY_FREQUENCY.items()
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Frequencies:
    """How often values occur: per field their counts, and how many records have one at all.

    :param records: all records of the file, whose size moves the thresholds.
    """

    records: int
    counts: Mapping[str, Mapping[str, int]]
    totals: Mapping[str, int]

    def share(self, model: Model, field: str, value: str) -> float:
        """The share of records with this value, drawn towards the model's average."""
        prior = model.frequency_prior
        usual = model.fields[field][-1].u
        count = self.counts[field].get(value, 0)
        share = (count + prior * usual) / (self.totals[field] + prior)
        return max(share, model.rarest[field])


def count_frequencies(records: Iterable[Evidence]) -> Frequencies:
    """Count the values of a whole file."""
    held = list(records)
    counts = {
        field: Counter(value for e in held if (value := getattr(e, value_of)))
        for field, value_of in BY_FREQUENCY.items()
    }
    totals = {field: found.total() for field, found in counts.items()}
    return Frequencies(records=len(held), counts=counts, totals=totals)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What one field says: its level, and how many bits for (or against) one person."""

    field: str
    level: str
    bits: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A pair's score with its reasons.

    :param bits: the total after the cap on what a household shares.
    :param capped: bits that the cap took away.
    :param vetoes: fields whose contradiction needs a person's eyes.
    :param missing_bits: bits short of an automatic link; 0 or less if the score is enough.
    """

    parts: tuple[Part, ...]
    bits: float
    capped: float
    vetoes: tuple[str, ...]
    outcome: Outcome
    missing_bits: float


class Pattern(NamedTuple):
    """What follows from the levels alone."""

    personal: float
    household: float
    vetoes: tuple[str, ...]
    about_person: bool
    names_only: bool


class Scorer:
    """Scores pairs by one model and the frequencies of one file (or of the database)."""

    def __init__(self, model: Model, frequencies: Frequencies) -> None:
        self.model = model
        self.frequencies = frequencies
        self.auto, self.review = model.thresholds.at(frequencies.records)
        self._names_limits = model.names_thresholds.at(frequencies.records)
        self._patterns: dict[Levels, Pattern] = {}
        self._bits = tuple(
            (*(level.bits for level in model.fields[field]), 0.0) for field in FIELDS
        )
        self._usual = {
            (field, level): Part(
                field=field, level=level_name(field, level), bits=self._bits[at][level]
            )
            for at, field in enumerate(FIELDS)
            for level in range(MISSING, len(LEVELS[field]))
        }

    def score(self, a: Evidence, b: Evidence) -> Scored:
        """Score a pair and say why; symmetrical."""
        levels = compare(a, b)
        pattern = self.pattern(levels)
        rarity = self.rarity(levels, a)
        bits, capped = self.total(pattern, rarity)
        return Scored(
            parts=self._parts(levels, rarity),
            bits=bits,
            capped=capped,
            vetoes=pattern.vetoes,
            outcome=self.outcome(pattern, bits),
            missing_bits=self.limits(pattern)[0] - bits,
        )

    def _parts(self, levels: Levels, rarity: Mapping[str, float]) -> tuple[Part, ...]:
        parts = []
        for field, level, bits in zip(FIELDS, levels, self._bits, strict=True):
            rare = rarity.get(field)
            parts.append(
                self._usual[field, level]
                if rare is None
                else Part(field=field, level=level_name(field, level), bits=bits[level] + rare)
            )
        return tuple(parts)

    def weigh(self, a: Evidence, b: Evidence) -> tuple[float, Outcome]:
        """Bits and outcome without the reasons."""
        levels = compare(a, b)
        pattern = self.pattern(levels)
        bits, _ = self.total(pattern, self.rarity(levels, a))
        return bits, self.outcome(pattern, bits)

    def pattern(self, levels: Levels) -> Pattern:
        """What follows from the levels alone, remembered."""
        known = self._patterns.get(levels)
        if known is None:
            known = self._patterns[levels] = self._pattern(levels)
        return known

    def _pattern(self, levels: Levels) -> Pattern:
        personal = household = 0.0
        for field, bits, level in zip(FIELDS, self._bits, levels, strict=True):
            if field in HOUSEHOLD:
                household += bits[level]
            else:
                personal += bits[level]
        return Pattern(
            personal,
            household,
            vetoes(levels),
            about_person=speaks_of_the_person(levels),
            names_only=not shares_contact_or_id(levels),
        )

    def rarity(self, levels: Levels, a: Evidence) -> dict[str, float]:
        """Bits by which an equal value weighs more (rare) or less (frequent) than the average."""
        found = {}
        for field, value_of, at, exact in _FREQUENT:
            if levels[at] == exact:
                share = self.frequencies.share(self.model, field, getattr(a, value_of))
                found[field] = math.log2(self.model.fields[field][-1].u / share)
        return found

    def total(self, pattern: Pattern, rarity: Mapping[str, float]) -> tuple[float, float]:
        """The score, and what the cap took away."""
        personal, household = pattern.personal, pattern.household
        for field, bits in rarity.items():
            if field in HOUSEHOLD:
                household += bits
            else:
                personal += bits
        capped = max(0.0, household - self.model.household_cap)
        return personal + household - capped, capped

    def limits(self, pattern: Pattern) -> tuple[float, float]:
        """From how many bits a pair of this pattern is linked, and from how many it is shown."""
        return self._names_limits if pattern.names_only else (self.auto, self.review)

    @property
    def least(self) -> float:
        """Pairs of fewer bits are nothing, whatever their pattern."""
        return min(self.review, self._names_limits[1])

    def outcome(self, pattern: Pattern, bits: float) -> Outcome:
        """What happens to a pair of this pattern and score."""
        auto, review = self.limits(pattern)
        may_link = self.model.thresholds.links and _is_free(pattern)
        return decide(bits, auto=auto, review=review, may_link=may_link)

    def reasons(self, pattern: Pattern, bits: float) -> tuple[str, ...]:
        """Why a pair is shown to a person: fields in contradiction, ``bits``, or ``by_hand``."""
        is_enough = _is_free(pattern) and bits >= self.limits(pattern)[0]
        return pattern.vetoes or (("by_hand",) if is_enough else ("bits",))

    def would_link_if(self, a: Evidence, b: Evidence) -> tuple[str, ...]:
        """Fields that would make this a link if both records agreed on them; the least first.

        Only fields are asked for that now say nothing or disagree, one at a time.
        """
        levels = compare(a, b)
        found: list[tuple[float, str]] = []
        for at, (field, level) in enumerate(zip(FIELDS, levels, strict=True)):
            exact = len(LEVELS[field]) - 1
            if level == exact or (level == MISSING and field in {"suffix", "gender"}):
                continue
            wanted = (*levels[:at], exact, *levels[at + 1 :])
            pattern = self.pattern(wanted)
            known = self.rarity(levels, a)
            bits, _ = self.total(pattern, known)
            if self.outcome(pattern, bits) is Outcome.AUTO:
                found.append((bits, field))
        return tuple(field for _, field in sorted(found))


def _is_free(pattern: Pattern) -> bool:
    return not pattern.vetoes and pattern.about_person
