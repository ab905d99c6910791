"""The ladder of identification: what was said, whom it fits, and what has to be asked next.

Two of contact, names and birth date have to be right, or a code has; and one person has to be left.
Whether a proof was wrong or is not on file is answered alike.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from rollcall.kit.fields import Fields
from rollcall.kit.normalise.names import name_tokens

#: More people than this with one phone are nobody in particular.
MOST_PEOPLE: Final = 25
_ENOUGH: Final = 2


class Result(enum.StrEnum):
    """How far an identification came."""

    FOUND = "found"
    MORE_NEEDED = "more_needed"
    SEVERAL = "several"
    NOT_FOUND = "not_found"


class Factor(enum.StrEnum):
    """What can be compared; the names are those of the API."""

    PHONE = "phone"
    EMAIL = "email"
    NAMES = "names"
    BIRTHDAY = "birthday"
    CODE = "code"


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What a shopper said of themselves; normal forms, "" for what they did not say.

    :param given_words: folded words of the given names; so too of the family names.
    """

    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    given_words: tuple[str, ...] = field(default=(), repr=False)
    family_words: tuple[str, ...] = field(default=(), repr=False)
    born_on: str = field(default="", repr=False)
    code: str = field(default="", repr=False)

    @property
    def has_contact(self) -> bool:
        """Whether a phone or an e-mail was said."""
        return bool(self.phone or self.email)

    @property
    def has_names(self) -> bool:
        """Whether both names were said: half a name proves nothing."""
        return bool(self.given_words and self.family_words)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What was said, in a fixed order."""
        said = {
            Factor.PHONE: self.phone,
            Factor.EMAIL: self.email,
            Factor.NAMES: self.has_names,
            Factor.BIRTHDAY: self.born_on,
            Factor.CODE: self.code,
        }
        return tuple(factor for factor, value in said.items() if value)

    @property
    def is_try(self) -> bool:
        """Whether it can be right or wrong: a contact alone only says whom it is about."""
        proofs = sum(map(bool, (self.has_names, self.born_on, self.code)))
        return proofs + self.has_contact >= _ENOUGH


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundRecord:
    """A record of somebody whom the first thing that was said fits."""

    record_id: int
    values: Fields = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody with those of their records that were found."""

    customer_id: int
    records: Sequence[FoundRecord]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """The answer.

    :param record_id: which record proved it; only if somebody was found.
    :param ask: what to ask next, best first; only if more is needed.
    """

    result: Result
    customer_id: int = 0
    record_id: int = 0
    ask: tuple[Factor, ...] = ()


def decide(
    given: Given, people: Sequence[Person], *, proven_by_code: int = 0, may_send: bool = False
) -> Step:
    """Say how far it came.

    :param people: whom the contact fits, or the names with the birth date; at most one more than
        ``MOST_PEOPLE``.
    :param proven_by_code: the record whose code was right; 0 if none was.
    :param may_send: whether a code can be sent.
    """
    if not people:
        return Step(result=Result.NOT_FOUND)
    if len(people) > MOST_PEOPLE:
        return Step(result=Result.SEVERAL)
    by_code = [p for p in people if any(r.record_id == proven_by_code for r in p.records)]
    if len(by_code) == 1 and _fitting(by_code[0], given):
        return _found(by_code[0], proven_by_code)
    proven = [(person, record) for person in people if (record := _proving(person, given))]
    if len(proven) == 1:
        person, record = proven[0]
        return _found(person, record.record_id)
    return _more(given, people, is_ambiguous=len(proven) > 1, may_send=may_send)


def _more(given: Given, people: Sequence[Person], *, is_ambiguous: bool, may_send: bool) -> Step:
    missing = [Factor.BIRTHDAY] if not given.born_on else []
    missing += [Factor.NAMES] if not given.has_names else []
    if not given.has_contact:
        missing += [Factor.PHONE, Factor.EMAIL]
    elif may_send:
        missing += [Factor.CODE]
    if any(factor is not Factor.CODE for factor in missing):
        return Step(result=Result.MORE_NEEDED, ask=tuple(missing))
    if is_ambiguous:
        return Step(result=Result.SEVERAL)
    if any(_fitting(person, given) for person in people):
        # Nothing speaks against it, and nothing is on file that could speak for it.
        return Step(result=Result.MORE_NEEDED, ask=tuple(missing)) if missing else _SEVERAL
    return Step(result=Result.NOT_FOUND)


_SEVERAL: Final = Step(result=Result.SEVERAL)


def _found(person: Person, record_id: int) -> Step:
    return Step(result=Result.FOUND, customer_id=person.customer_id, record_id=record_id)


def _fitting(person: Person, given: Given) -> bool:
    return any(not _differing(record, given) for record in person.records)


def _proving(person: Person, given: Given) -> FoundRecord | None:
    """The first record of theirs of which enough is right and nothing wrong."""
    for record in person.records:
        if len(_agreeing(record, given)) + given.has_contact >= _ENOUGH and not _differing(
            record, given
        ):
            return record
    return None


def _agreeing(record: FoundRecord, given: Given) -> Set[Factor]:
    return {factor for factor, fits in _compared(record, given) if fits}


def _differing(record: FoundRecord, given: Given) -> Set[Factor]:
    return {factor for factor, fits in _compared(record, given) if fits is False}


def _compared(record: FoundRecord, given: Given) -> list[tuple[Factor, bool | None]]:
    """Each proof that was said: whether it fits; None if there is nothing on file."""
    compared: list[tuple[Factor, bool | None]] = []
    if given.has_names:
        compared.append((Factor.NAMES, names_fit(given, record.values)))
    if given.born_on:
        held = record.values.get("born_on")
        compared.append((Factor.BIRTHDAY, None if not held else held == given.born_on))
    return compared


def names_fit(given: Given, values: Fields) -> bool | None:
    """Whether whole words of both names are right; None if a name is not on file."""
    first = name_tokens(str(values.get("given_name") or ""))
    last = name_tokens(str(values.get("family_name") or ""))
    if not first or not last:
        return None
    return set(given.given_words) <= set(first) and set(given.family_words) <= set(last)
