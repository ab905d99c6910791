"""Values that belong to nobody: a store's phone, a budtender's mail, a default birth date.

Pure counts in, verdict out: a value that fewer people share tomorrow is somebody's own again.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from rollcall.identity.rules.evidence import Evidence

#: Field → how many different people share a value before it is generic.
NAMES_ALLOWED: Final[Mapping[str, int]] = {"phone": 7, "email": 7, "licence": 4, "medical": 4}
#: So many fewer people have to share a generic value before it is somebody's own again: what it
#: holds together must not come and go with one customer.
SLACK: Final = 2
#: A birth date is generic if it is this many times as frequent as the median one, and no fewer.
BORN_EXCESS: Final = 20
BORN_LEAST: Final = 20

#: Known before anything is counted; shapes without meaning (0000000) never become evidence at all.
SEED: Final[Mapping[str, frozenset[str]]] = {
    "phone": frozenset({"+18005551212", "+15555555555", "5555551212", "+12025550100"}),
    "email": frozenset({"noemail@noemail.com", "no@email.com", "email@email.com", "a@a.com"}),
    "licence": frozenset(),
    "medical": frozenset(),
    "born": frozenset(
        {"1899-12-30", "1899-12-31", "1900-01-01", "1901-01-01", "1970-01-01", "1969-12-31"}
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class GenericValues:
    """Per field the values that are no evidence."""

    values: Mapping[str, frozenset[str]]

    def joined(self, others: GenericValues) -> GenericValues:
        """These and others."""
        return GenericValues(
            values={field: held | others.values[field] for field, held in self.values.items()}
        )

    def without(self, evidence: Evidence) -> Evidence:
        """The record without its generic values."""
        dropped = [
            field for field, values in self.values.items() if getattr(evidence, field) in values
        ]
        if not dropped:
            return evidence
        if "licence" in dropped:
            dropped.append("licence_state")
        return dataclasses.replace(evidence, **dict.fromkeys(dropped))


SEED_ONLY: Final = GenericValues(values=SEED)


def is_generic(field: str, people: int) -> bool:
    """Whether a value of this field is shared by too many different people to be anybody's own."""
    return people >= NAMES_ALLOWED[field]


def is_own_again(field: str, people: int) -> bool:
    """Whether a generic value of this field is shared by so few that it is evidence again."""
    return people <= NAMES_ALLOWED[field] - SLACK


def count_people(holders: Sequence[Evidence]) -> int:
    """About how many people share a value: names, or birth dates if those are fewer.

    Slips of the keyboard make many names of one person, who still has one birth date.
    """
    names = {name_tag(evidence) for evidence in holders}
    births = [evidence.born for evidence in holders if evidence.born]
    if 2 * len(births) < len(holders):
        return len(names)
    return min(len(names), len(set(births)))


def is_generic_birth_date(count: int, median_count: float) -> bool:
    """Whether a birth date stands on so many records that a system must have filled it in."""
    return count > max(BORN_EXCESS * median_count, BORN_LEAST)


def is_birth_date_again(count: int, median_count: float) -> bool:
    """Whether a generic birth date has become so rare that people may have been born then."""
    return 2 * count <= max(BORN_EXCESS * median_count, BORN_LEAST)


def name_tag(evidence: Evidence) -> tuple[str, str]:
    """Whom a value is counted for: first initial and family name."""
    return ((evidence.given or " ")[0], evidence.family or "")


def learn_generic(records: Sequence[Evidence]) -> GenericValues:
    """Count all records once; the seed is always part of the answer."""
    learned = {field: SEED[field] | _shared(field, records) for field in NAMES_ALLOWED}
    learned["born"] = SEED["born"] | _frequent_births(e.born for e in records if e.born)
    return GenericValues(values=learned)


def _shared(field: str, records: Sequence[Evidence]) -> frozenset[str]:
    column = [getattr(evidence, field) for evidence in records]
    counts = Counter(column)
    candidates = {v for v, count in counts.items() if v and is_generic(field, count)}
    holders: dict[str, list[Evidence]] = defaultdict(list)
    for value, evidence in zip(column, records, strict=True):
        if value in candidates:
            holders[value].append(evidence)
    return frozenset(
        value for value, held in holders.items() if is_generic(field, count_people(held))
    )


def _frequent_births(births: Iterable[str]) -> frozenset[str]:
    counts = Counter(births)
    if not counts:
        return frozenset()
    usual = median(counts.values())
    return frozenset(b for b, count in counts.items() if is_generic_birth_date(count, usual))
