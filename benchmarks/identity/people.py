"""Households and the people in them, with what changed about them over nine years.

Everything that changes is a list of (from when, value), the first from 0; time runs from 0 to 1.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from identity.nicknames import NICKNAMES
from identity.numbers import UNACCENTED, Numbers
from identity.pools import STATES, Names, Town, draw_street, load_names, make_towns

#: Sizes of households, counting only customers: mostly one, because not everybody of 21 shops.
_SIZES: Final = ((1, 45), (2, 35), (3, 12), (4, 6), (5, 2))
#: What two or more customers at one address are to each other.
_KINDS: Final = (("partners", 52), ("parent", 18), ("siblings", 13), ("rooms", 17))
#: Partners of one surname; of these some changed theirs while they were customers.
_SAME_SURNAME: Final = 0.65
_MARRIED_LATELY: Final = 0.15
#: Sons and fathers with all names the same ("Jr" is rarely typed), of sons with fathers.
_JUNIORS: Final = 0.10
#: Siblings living together who are twins: more than the 3 % of births, as they share homes longer.
_TWINS: Final = 0.08
_TWINS_ALIKE: Final = 0.35
_SPANISH: Final = 0.2
#: Moves, new numbers and new addresses within nine years; a fifth keep their number less than that.
_MOVES: Final = 0.30
_NEW_PHONE: Final = 0.22
_NEW_EMAIL: Final = 0.12
#: Share of given-up numbers that another customer of the same shops gets.
_RECYCLED: Final = 0.35
#: Licences whose number changes: another state, or a state that renumbers.
_NEW_LICENCE: Final = 0.07
#: Households with a number or an address that several use.
_SHARED_PHONE: Final = 0.22
_SHARED_EMAIL: Final = 0.12
_GOES_BY_NICKNAME: Final = 0.35
_GOES_BY_MIDDLE: Final = 0.025
_PATIENTS: Final = 0.08

History = list[tuple[float, str]]
Address = tuple[str, str, str, str]


@dataclass(kw_only=True, slots=True)
class Human:
    """One customer as they are; records are what became of that at a counter."""

    number: int
    sex: str
    given: str
    middle: str
    called: str
    surnames: History
    born: dt.date
    phones: History
    emails: History
    licences: list[tuple[float, str, str]]
    addresses: list[tuple[float, Address]]
    medical_id: str
    shared_phone: str = ""
    shared_email: str = ""
    suffix: str = ""


@dataclass(kw_only=True)
class Society:
    """Makes households, one after the other, for ever."""

    rng: random.Random
    home: str
    names: Names = field(default_factory=load_names)
    numbers: Numbers = field(init=False)
    _near: list[Town] = field(init=False)
    _far: list[Town] = field(init=False)
    _buildings: deque[Address] = field(default_factory=lambda: deque(maxlen=60))
    _made: int = 0

    def __post_init__(self) -> None:
        self.numbers = Numbers(rng=self.rng)
        towns = make_towns(self.rng, home=self.home)
        self._near = [town for town in towns if town.state == self.home]
        self._far = [town for town in towns if town.state != self.home]

    def households(self) -> Iterator[list[Human]]:
        sizes, size_weights = [row[0] for row in _SIZES], [row[1] for row in _SIZES]
        kinds, kind_weights = [row[0] for row in _KINDS], [row[1] for row in _KINDS]
        rng = self.rng
        while True:
            size = rng.choices(sizes, size_weights)[0]
            kind = rng.choices(kinds, kind_weights)[0] if size > 1 else "rooms"
            members = self._members(size, kind)
            self._share(members, kind)
            yield members

    def _members(self, size: int, kind: str) -> list[Human]:
        rng = self.rng
        spanish = rng.random() < _SPANISH
        surname = self._surname(spanish=spanish)
        address = self._address()
        oldest = _born(rng, kind)
        members: list[Human] = []
        for place in range(size):
            alien = kind == "rooms" or (
                kind == "partners" and place == 1 and rng.random() > _SAME_SURNAME
            )
            if alien and place:
                spanish = rng.random() < _SPANISH
            members.append(
                self._human(
                    surname=self._surname(spanish=spanish) if alien and place else surname,
                    born=_relative(rng, oldest, kind, place),
                    spanish=spanish,
                    address=address,
                    sex=_sex(rng, kind, place, members),
                )
            )
        if kind == "siblings":
            self._make_twins(members)
        if kind == "parent":
            self._make_junior(members)
        if kind == "partners" and members[1].surnames[0][1] == surname:
            self._marry(members[1])
        return members

    def _surname(self, *, spanish: bool) -> str:
        """Spanish people often have two, of the father and of the mother."""
        first = self.names.draw_surname(self.rng, spanish=spanish)
        if spanish and self.rng.random() < 0.3:
            second = self.names.draw_surname(self.rng, spanish=True)
            return f"{first}{self.rng.choice((' ', ' ', ' ', '-'))}{second}"
        if not spanish and self.rng.random() < 0.012:
            return f"{first}-{self.names.draw_surname(self.rng, spanish=False)}"
        return first

    def _human(
        self, *, surname: str, born: dt.date, spanish: bool, address: Address, sex: str
    ) -> Human:
        rng = self.rng
        self._made += 1
        given = self.names.draw_given(rng, sex=sex, year=born.year, spanish=spanish)
        middle = self.names.draw_given(rng, sex=sex, year=born.year, spanish=spanish)
        state = address[2] if rng.random() > 0.06 else rng.choice(list(STATES))
        human = Human(
            number=self._made,
            sex=sex,
            given=given,
            middle=middle,
            called=self._called(given, middle),
            surnames=[(0.0, surname)],
            born=born,
            phones=[(0.0, self.numbers.phone(state))],
            emails=[(0.0, self.numbers.email(given, surname, born))],
            licences=[(0.0, self.numbers.licence(state), state)],
            addresses=[(0.0, address)],
            medical_id=f"M{rng.randrange(10**8):08d}" if rng.random() < _PATIENTS else "",
        )
        self._age(human, state)
        return human

    def _called(self, given: str, middle: str) -> str:
        rng = self.rng
        short = NICKNAMES.get(given.translate(UNACCENTED))
        if short and rng.random() < _GOES_BY_NICKNAME:
            # The first ones are the common ones.
            return short[int(len(short) * rng.random() ** 2)]
        return middle if rng.random() < _GOES_BY_MIDDLE else ""

    def _age(self, human: Human, state: str) -> None:
        """Let nine years pass."""
        rng = self.rng
        while rng.random() < _NEW_PHONE:
            old = human.phones[-1]
            human.phones.append((rng.uniform(old[0], 1), self.numbers.phone(state)))
            if rng.random() < _RECYCLED:
                self.numbers.given_up.append(old[1])
        if rng.random() < _NEW_EMAIL:
            email = self.numbers.email(human.given, human.surnames[-1][1], human.born)
            human.emails.append((rng.random(), email))
        while rng.random() < _MOVES:
            since = rng.uniform(human.addresses[-1][0], 1)
            human.addresses.append((since, self._address()))
        if rng.random() < _NEW_LICENCE:
            now = state if rng.random() < 0.5 else human.addresses[-1][1][2]
            human.licences.append((rng.random(), self.numbers.licence(now), now))

    def _address(self) -> Address:
        rng = self.rng
        if self._buildings and rng.random() < 0.2:
            street, *rest = rng.choice(self._buildings)
            return (f"{street} {_flat(rng)}", rest[0], rest[1], rest[2])
        at_home = rng.random() < 0.93
        # The home state's towns come in any order; the first are the larger ones.
        local = self._near if at_home else self._far
        town = local[int(len(local) * rng.random() ** 1.7)]
        address = (draw_street(rng), town.name, town.state, rng.choice(town.zips))
        if rng.random() < 0.06:
            self._buildings.append(address)
            return (f"{address[0]} {_flat(rng)}", *address[1:])
        return address

    def _make_twins(self, members: list[Human]) -> None:
        rng = self.rng
        if rng.random() > _TWINS:
            return
        first, second = members[:2]
        second.born = first.born
        if rng.random() < _TWINS_ALIKE:
            given = self._same_initial(first, second.sex)
            second.given, second.called = given, ""
            email = self.numbers.email(given, second.surnames[0][1], second.born)
            second.emails = [(0.0, email)]

    def _same_initial(self, human: Human, sex: str) -> str:
        for _ in range(60):
            given = self.names.draw_given(self.rng, sex=sex, year=human.born.year, spanish=False)
            if given[0] == human.given[0] and given != human.given:
                return given
        return human.middle

    def _make_junior(self, members: list[Human]) -> None:
        parent, child = members[:2]
        if parent.sex == child.sex == "male" and self.rng.random() < _JUNIORS:
            child.given, child.suffix = parent.given, "Jr"
            child.surnames = list(parent.surnames)
            child.called = self._called(child.given, child.middle)

    def _marry(self, human: Human) -> None:
        """The surname was another one before."""
        if self.rng.random() < _MARRIED_LATELY:
            maiden = self._surname(spanish=False)
            human.surnames = [(0.0, maiden), (self.rng.random(), human.surnames[0][1])]

    def _share(self, members: list[Human], kind: str) -> None:
        rng = self.rng
        if len(members) < 2 or kind == "rooms":
            return
        if rng.random() < _SHARED_PHONE:
            phone = members[0].phones[0][1]
            for human in members[1:]:
                human.shared_phone = phone
        if rng.random() < _SHARED_EMAIL:
            email = members[0].emails[0][1]
            for human in members[1:]:
                human.shared_email = email


def _flat(rng: random.Random) -> str:
    return f"Apt {rng.randint(1, 420)}" if rng.random() < 0.75 else f"Unit {rng.choice('ABCDEFGH')}"


def _born(rng: random.Random, kind: str) -> dt.date:
    """Customers are 21 and older, mostly 25 to 45; parents of customers are older."""
    age = 21 + rng.betavariate(1.5, 3.2) * 62
    if kind == "parent":
        age = max(age, 42.0) + rng.random() * 12
    return dt.date(2025, 6, 1) - dt.timedelta(days=int(age * 365.25))


def _relative(rng: random.Random, oldest: dt.date, kind: str, place: int) -> dt.date:
    if place == 0:
        return oldest
    child = kind == "parent" or (kind == "partners" and place > 1)
    years = rng.gauss(27, 4) if child else rng.gauss(0, 3.5)
    born = oldest + dt.timedelta(days=int(years * 365.25))
    # Who would be too young is a few years older.
    return born if born < _OF_AGE else _OF_AGE - dt.timedelta(days=rng.randrange(1, 1500))


#: Born before that: 21 years old, which is when one may shop.
_OF_AGE: Final = dt.date(2004, 6, 1)


def _sex(rng: random.Random, kind: str, place: int, members: list[Human]) -> str:
    if kind == "partners" and place == 1 and rng.random() < 0.93:
        return "female" if members[0].sex == "male" else "male"
    return "male" if rng.random() < 0.53 else "female"
