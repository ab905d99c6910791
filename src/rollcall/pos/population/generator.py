"""Generates people household by household; the same count and seed always give the same people."""

from __future__ import annotations

import datetime as dt
import random
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rollcall.pos.population import names, places
from rollcall.pos.population.people import Person

_FIRST_BIRTH: Final = dt.date(1940, 1, 1).toordinal()
_LAST_BIRTH: Final = dt.date(2003, 12, 31).toordinal()
_EXCHANGES: Final = tuple(n for n in range(200, 1000) if n % 100 != 11 and n != 555)
_PHONES: Final = len(places.AREA_CODES) * len(_EXCHANGES) * 10_000
#: Prime to every number space here, so that multiplying by it shuffles without collisions.
_STEP: Final = 179_424_673
#: So that the first numbers do not look like placeholders (A0000000).
_OFFSET: Final = 7_654_321
_MAIL_HOSTS: Final = ("example.com", "example.org", "example.net")


def phone_number(number: int) -> str:
    """Return the ``number``-th phone: ten digits of NANP shape.

    Different numbers below 190 million never share one.
    """
    shuffled = (number + _OFFSET) * _STEP % _PHONES
    area, rest = divmod(shuffled, len(_EXCHANGES) * 10_000)
    exchange, line = divmod(rest, 10_000)
    return f"{places.AREA_CODES[area]}{_EXCHANGES[exchange]}{line:04d}"


def licence_number(state: str, number: int) -> str:
    """Return a licence number of the state's shape, unique for ``number`` within the state."""
    if state == "CA":
        letter, digits = divmod((number + _OFFSET) * _STEP % (24 * 10**7), 10**7)
        return f"{'ABCDEFGHIJKLMNPRSTUVWXYZ'[letter]}{digits:07d}"
    shuffled = (number + _OFFSET) * _STEP % 10**9
    if state == "WA":
        return f"WDL{shuffled:09d}"
    if state == "NV":
        return f"1{shuffled:09d}"
    return f"{shuffled:09d}"


def typo(rng: random.Random, word: str) -> str:
    """One slip of the keyboard in the last word: two letters swapped, one dropped or doubled."""
    before, space, word = word.rpartition(" ")
    return before + space + _slip(rng, word)


def _slip(rng: random.Random, word: str) -> str:
    if len(word) < 4:
        return word
    at = rng.randrange(1, len(word) - 2)
    kind = rng.randrange(3)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    return word[:at] + word[at] + word[at:]


def plain(text: str) -> str:
    """Without accents: ``Zoë`` becomes ``Zoe``."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@dataclass(frozen=True, slots=True)
class _Home:
    """What the people of one household may share; ``serial`` numbers it uniquely."""

    serial: int
    place: places.Place
    street: str
    zip: str


def generate(count: int, seed: int) -> Iterator[Person]:
    """Stream ``count`` people in constant memory.

    Among them are couples and families on one phone, e-mail or address, fathers and sons of one
    name at one address, twins, people recorded by their nickname or with a slip of the keyboard.
    Phones are of valid shape, e-mails only at example.com, .org and .net.
    """
    made = 0
    serial = 0
    while made < count:
        rng = random.Random(seed * 1_000_003 + serial)  # noqa: S311 - not for secrets
        for person in _household(rng, serial)[: count - made]:
            made += 1
            yield replace(person, person_id=f"P{made:07d}")
        serial += 1


def _household(rng: random.Random, serial: int) -> Sequence[Person]:
    home = _home(rng, serial)
    family = _family_name(rng)
    first = _person(rng, home, 0, family)
    kind = rng.random()
    if kind < 0.55:
        return (first,)
    if kind < 0.75:
        other = family if rng.random() < 0.7 else _family_name(rng)
        return (first, _sharing(rng, first, _person(rng, home, 1, other)))
    if kind < 0.80:
        return _parent_and_child(rng, home, first)
    if kind < 0.86:
        return (first, _sharing(rng, first, _person(rng, home, 1, family)),
                _sharing(rng, first, _person(rng, home, 2, family)))  # fmt: skip
    if kind < 0.90:
        return (first, _twin(rng, home, first))
    return (first, _person(rng, home, 1, _family_name(rng)))


def _home(rng: random.Random, serial: int) -> _Home:
    # Two thirds of a retailer's shoppers live near each other.
    place = places.PLACES[int(len(places.PLACES) * rng.random() ** 1.7)]
    name, kind = rng.choice(places.STREET_NAMES), rng.choice(places.STREET_TYPES)
    street = f"{rng.randrange(1, 9900)} {name} {kind}"
    if rng.random() < 0.2:
        street += f" Apt {rng.randrange(1, 60)}"
    return _Home(serial, place, street, f"{place.zip_prefix}{rng.randrange(1, 100):02d}")


def _family_name(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.62:
        return rng.choice(names.COMMON_FAMILY)
    if kind < 0.88:
        return rng.choice(names.BEGINNINGS) + rng.choice(names.ENDINGS)
    if kind < 0.91:
        return rng.choice(names.APOSTROPHES)
    if kind < 0.94:
        return rng.choice(names.PARTICLES)
    return f"{rng.choice(names.COMMON_FAMILY)}-{rng.choice(names.COMMON_FAMILY)}"


def _given_name(rng: random.Random) -> tuple[str, str]:
    female = rng.random() < 0.48
    given, nicknames = rng.choice(names.FEMALE if female else names.MALE)
    if nicknames and rng.random() < 0.02:
        given = rng.choice(nicknames)
    gender = "female" if female else "male"
    roll = rng.random()
    return given, gender if roll < 0.93 else "nonbinary" if roll < 0.95 else "unspecified"


def _person(rng: random.Random, home: _Home, slot: int, family: str) -> Person:
    number = home.serial * 4 + slot
    given, gender = _given_name(rng)
    if rng.random() < 0.01:
        family = typo(rng, family)
    state = home.place.state
    licensed = rng.random() < 0.88
    medical = rng.random() < 0.12
    lives_here = rng.random() < 0.9
    return Person(
        person_id="",
        given_name=given,
        family_name=family,
        born_on=dt.date.fromordinal(rng.randint(_FIRST_BIRTH, _LAST_BIRTH)).isoformat(),
        phone=phone_number(number) if rng.random() < 0.95 else "",
        email=_email(rng, given, family, number) if rng.random() < 0.75 else "",
        licence=licence_number(state, number) if licensed else "",
        licence_state=state if licensed else "",
        street=home.street if lives_here else "",
        city=home.place.city if lives_here else "",
        state=state if lives_here else "",
        zip=home.zip if lives_here else "",
        gender=gender,
        medical_id=f"MM{(number + _OFFSET) * _STEP % 10**8:08d}" if medical else "",
        medical_expires_on=_expiry(rng) if medical else "",
    )  # fmt: skip


def _expiry(rng: random.Random) -> str:
    return f"{rng.randint(2024, 2028)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


def _email(rng: random.Random, given: str, family: str, number: int) -> str:
    name = "".join(c for c in plain(family).lower() if c.isascii() and c.isalpha()) or "x"
    first = "".join(c for c in plain(given).lower() if c.isascii() and c.isalpha()) or "x"
    shape = rng.randrange(4)
    local = (f"{first}.{name}{number}", f"{first[0]}{name}.{number}", f"{name}_{first}{number}",
             f"{first}{number}")[shape]  # fmt: skip
    return f"{local}@{rng.choice(_MAIL_HOSTS)}"


def _sharing(rng: random.Random, first: Person, other: Person) -> Person:
    """Members of a family often give one phone, less often one mailbox."""
    return replace(
        other,
        phone=first.phone if rng.random() < 0.35 else other.phone,
        email=first.email if rng.random() < 0.15 else other.email,
    )


def _parent_and_child(rng: random.Random, home: _Home, parent: Person) -> Sequence[Person]:
    """Return the parent and a child of the same name and address, 20 to 35 years younger."""
    born = dt.date.fromisoformat(parent.born_on)
    parent = replace(
        parent, born_on=born.replace(year=1940 + born.year % 34, day=min(born.day, 28)).isoformat()
    )
    child = _person(rng, home, 1, parent.family_name)
    year = min(int(parent.born_on[:4]) + rng.randint(20, 35), 2003)
    return (
        parent,
        replace(
            _sharing(rng, parent, child),
            given_name=parent.given_name,
            family_name=parent.family_name + (" Jr" if rng.random() < 0.5 else ""),
            gender=parent.gender,
            born_on=f"{year}{child.born_on[4:]}"
            if child.born_on[5:] != "02-29"
            else f"{year}-02-28",
        ),
    )


def _twin(rng: random.Random, home: _Home, first: Person) -> Person:
    twin = _person(rng, home, 1, first.family_name)
    return replace(_sharing(rng, first, twin), family_name=first.family_name, born_on=first.born_on)
