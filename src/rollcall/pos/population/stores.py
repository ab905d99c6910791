"""What each of a retailer's stores knows of the same people: overlapping, and never quite equal."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from rollcall.pos.population.generator import phone_number, typo
from rollcall.pos.population.names import NICKNAMES
from rollcall.pos.population.people import Person

#: How likely somebody is also a customer of a store that is not their usual one.
VISITS_OTHER_STORE: Final = 0.25

#: What people at a till type when somebody has no licence at hand.
PLACEHOLDER_LICENCES: Final = ("", "", "", "NONE", "NA", "0000000", "123456789")


def store_share(
    people: Iterable[Person], *, seed: int, store_number: int, store_count: int
) -> Iterator[Person]:
    """Stream the people that store ``store_number`` (from 1) knows, as it wrote them down.

    Everybody has one usual store, which holds them as they are; a quarter also visits each other
    store, where the record may differ (nickname, new phone, slip of the keyboard, placeholder
    licence, no e-mail). One single store knows everybody, unchanged. Deterministic by seed and
    store number.
    """
    if not 1 <= store_number <= store_count:
        raise ValueError("the store number must be between 1 and the number of stores")
    if store_count == 1:
        yield from people
        return
    for person in people:
        usual = zlib.crc32(f"{seed}:{person.person_id}".encode()) % store_count + 1
        if usual == store_number:
            yield person
            continue
        rng = random.Random(f"{seed}:{store_number}:{person.person_id}")  # noqa: S311 - not for secrets
        if rng.random() < VISITS_OTHER_STORE:
            yield _as_written_elsewhere(rng, person)


def _as_written_elsewhere(rng: random.Random, person: Person) -> Person:
    changes: dict[str, str] = {}
    if person.given_name in NICKNAMES and rng.random() < 0.25:
        changes["given_name"] = rng.choice(NICKNAMES[person.given_name])
    if person.phone and rng.random() < 0.10:
        # The upper half of the number space belongs to phones that people had before.
        changes["phone"] = phone_number(100_000_000 + rng.randrange(50_000_000))
    if rng.random() < 0.04:
        changes["family_name"] = typo(rng, person.family_name)
    if rng.random() < 0.10:
        changes["licence"] = rng.choice(PLACEHOLDER_LICENCES)
        changes["licence_state"] = ""
    if rng.random() < 0.15:
        changes["email"] = ""
    return replace(person, **changes)
