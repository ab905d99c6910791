"""Blocking keys: two records are compared only if they share one."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.pet_names import pet_forms

#: A key whose kind is first; the rest are normal forms.
Key = tuple[str, ...]

#: Kind → how many records may share a key; if more do, it says too little to compare them all.
KEY_KINDS: Final[Mapping[str, int]] = {
    "phone": 100,
    "email": 100,
    "licence": 100,
    "medical": 100,
    "name_born": 100,
    "names_zip": 100,
    "names_year": 100,
    "names_day": 100,
    "names_phone": 100,
    "door": 100,
    "names": 12,
}


def blocking_keys(evidence: Evidence) -> tuple[Key, ...]:
    """All keys of a record, each once."""
    found: dict[Key, None] = {
        (kind, value): None
        for kind, value in (
            ("phone", evidence.phone),
            ("email", evidence.email),
            ("licence", evidence.licence),
            ("medical", evidence.medical),
        )
        if value
    }
    given = given_root(evidence.given) if evidence.given else None
    families = family_roots(evidence.family_parts) if evidence.family_parts else ()
    if evidence.born:
        # One kind for both names, so that names written in the wrong boxes meet.
        for name in (given, *families):
            if name:
                found["name_born", name, evidence.born] = None
    if given:
        for family in families:
            _add_names(found, evidence, given, family)
    if evidence.street and evidence.given:
        found["door", evidence.street, evidence.given[0]] = None
    return tuple(found)


def _add_names(found: dict[Key, None], evidence: Evidence, given: str, family: str) -> None:
    # Sorted for the same reason.
    names = (given, family) if given <= family else (family, given)
    found["names", *names] = None
    if evidence.zip:
        found["names_zip", *names, evidence.zip] = None
    if evidence.born:
        found["names_year", *names, evidence.born[:4]] = None
        found["names_day", *names, evidence.born[5:]] = None
    if evidence.phone:
        found["names_phone", *names, evidence.phone[-10:-4]] = None


@functools.lru_cache(maxsize=1 << 17)
def family_roots(parts: str) -> tuple[str, ...]:
    """The first two words, of which people leave one out."""
    return tuple(given_root(word) for word in parts.split(" ")[:2])


@functools.lru_cache(maxsize=1 << 17)
def given_root(given: str) -> str:
    """One word for a given name and its short forms: the longest of them."""
    word = given.partition(" ")[0]
    return max(pet_forms(word) | {word}, key=lambda form: (len(form), form))
