"""How two records compare, field by field: named levels, from contradiction to equality.

A level is an index into ``LEVELS[field]``; ``MISSING`` where one side says nothing. The engines
compute the same levels in SQL (``identity.engines.settings``), and a test keeps them equal.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from rollcall.identity.rules.evidence import Evidence, given_forms
from rollcall.identity.rules.pet_names import is_short
from rollcall.identity.rules.spellings import jaro_winkler, one_slip

MISSING: Final = -1

LEVELS: Final[Mapping[str, tuple[str, ...]]] = {
    "given": (
        "different", "similar", "short", "part", "initial", "near", "nickname", "swapped", "exact",
    ),
    "family": ("different", "initial", "part", "similar", "near", "swapped", "exact"),
    "suffix": ("different", "exact"),
    "born": ("different", "two_slips", "two_parts", "one_slip", "day_month", "exact"),
    "gender": ("different", "exact"),
    "licence": ("conflict", "different", "one_slip", "exact"),
    "medical": ("different", "one_slip", "exact"),
    "phone": ("different", "one_slip", "exact"),
    "email": ("different", "near", "exact"),
    "address": ("different", "zip", "house", "street", "near", "other_unit", "exact"),
}  # fmt: skip
FIELDS: Final[tuple[str, ...]] = tuple(LEVELS)

#: Not at values that short words reach exactly, so that rounding never decides.
NEAR: Final = 0.9195
SIMILAR: Final = 0.7995
SIMILAR_GIVEN: Final = 0.7495
SIMILAR_FAMILY: Final = 0.8495
SIMILAR_ROAD: Final = 0.6995
#: A slip in a shorter name makes another one.
SLIP_LENGTH: Final = 5
#: A shorter local part before the @ is shared by strangers at different providers.
MAILBOX_LENGTH: Final = 6
#: Likewise a shorter street line in different zips.
STREET_LENGTH: Final = 8
#: Shorter house numbers are found in every street.
HOUSE_LENGTH: Final = 3

Levels = tuple[int, ...]


def compare(a: Evidence, b: Evidence) -> Levels:
    """Levels of the pair in the order of ``FIELDS``; symmetrical."""
    return (
        _given(a, b),
        _family(a, b),
        MISSING if not a.suffix or not b.suffix else int(a.suffix == b.suffix),
        _born(a.born, b.born),
        MISSING if not a.gender or not b.gender else int(a.gender == b.gender),
        _licence(a, b),
        _number(a.medical, b.medical),
        _number(a.phone, b.phone),
        _email(a.email, b.email),
        _address(a, b),
    )


def level_name(field: str, level: int) -> str:
    """Name a level; ``missing`` where one side says nothing."""
    return "missing" if level == MISSING else LEVELS[field][level]


def _given(a: Evidence, b: Evidence) -> int:
    one, other = a.given, b.given
    if not one or not other:
        return MISSING
    if one == other:
        return 8
    if _swapped(a, b):
        return 7
    if _first(one) in given_forms(other) or _first(other) in given_forms(one):
        return 6
    return _similar_given(one, other)


def _first(given: str) -> str:
    return given.partition(" ")[0]


@functools.lru_cache(maxsize=1 << 15)
def _similar_given(one: str, other: str) -> int:
    likeness = jaro_winkler(one, other)
    if likeness >= NEAR or _slipped(one, other):
        return 5
    if one[0] == other[0] and (len(one) == 1 or len(other) == 1):
        return 4
    if not set(one.split(" ")).isdisjoint(other.split(" ")):
        return 3
    if is_short(_first(one), _first(other)):
        return 2
    return int(likeness >= SIMILAR_GIVEN)


def _slipped(one: str, other: str) -> bool:
    return len(one) >= SLIP_LENGTH <= len(other) and one_slip(one, other)


def given_compatible(one: str, other: str) -> bool:
    """Whether two given names can be one person's, swapped names apart."""
    return (
        one == other
        or _first(one) in given_forms(other)
        or _first(other) in given_forms(one)
        or _similar_given(one, other) > 0
    )


def _swapped(a: Evidence, b: Evidence) -> bool:
    """Whether names stand in the wrong boxes; one of the two may have a slip besides."""
    if not (a.family and b.family and a.given and b.given):
        return False
    one, other = a.given.replace(" ", ""), b.given.replace(" ", "")
    if one == b.family:
        return jaro_winkler(a.family, other) >= SIMILAR
    return other == a.family and jaro_winkler(one, b.family) >= SIMILAR


def _family(a: Evidence, b: Evidence) -> int:
    one, other = a.family, b.family
    if not one or not other:
        return MISSING
    if one == other:
        return 6
    if _swapped(a, b):
        return 5
    return _similar_family(one, other, a.family_parts or one, b.family_parts or other)


@functools.lru_cache(maxsize=1 << 15)
def _similar_family(one: str, other: str, parts: str, other_parts: str) -> int:
    likeness = jaro_winkler(one, other)
    if likeness >= NEAR or _slipped(one, other):
        return 4
    if likeness >= SIMILAR_FAMILY:
        return 3
    if not set(parts.split(" ")).isdisjoint(other_parts.split(" ")):
        return 2
    return int(one[0] == other[0] and (len(one) == 1 or len(other) == 1))


def _born(one: str | None, other: str | None) -> int:
    if not one or not other:
        return MISSING
    if one == other:
        return 5
    if one[:5] == other[:5] and one[5:7] == other[8:] and one[8:] == other[5:7]:
        return 4
    if one_slip(one, other):
        return 3
    same = (one[:4] == other[:4]) + (one[5:7] == other[5:7]) + (one[8:] == other[8:])
    if same >= 2:
        return 2
    return int(sum(a != b for a, b in zip(one, other, strict=False)) == 2)


def born_near(one: str, other: str) -> bool:
    """Whether two birth dates can be one person's, written down wrongly."""
    return _born(one, other) > 0


def _licence(a: Evidence, b: Evidence) -> int:
    one, other = a.licence, b.licence
    if not one or not other:
        return MISSING
    if one == other:
        return 3
    if one_slip(one, other):
        return 2
    shape = licence_shape(one)
    same_issuer = bool(a.licence_state) and a.licence_state == b.licence_state
    return 0 if same_issuer and shape and shape == licence_shape(other) else 1


def licence_shape(licence: str) -> str:
    """Letters as A, digits as 9; empty if this can hardly be a licence's number."""
    shape = "".join(["9" if character.isdigit() else "A" for character in licence])
    return shape if len(shape) >= 6 and shape.count("9") >= 4 else ""


def _number(one: str | None, other: str | None) -> int:
    if not one or not other:
        return MISSING
    if one == other:
        return 2
    return int(one_slip(one, other))


def _email(one: str | None, other: str | None) -> int:
    if not one or not other:
        return MISSING
    if one == other:
        return 2
    mailbox = one.partition("@")[0]
    same_mailbox = len(mailbox) >= MAILBOX_LENGTH and mailbox == other.partition("@")[0]
    return int(same_mailbox or one_slip(one, other))


def _address(a: Evidence, b: Evidence) -> int:
    zips, streets = bool(a.zip and b.zip), bool(a.street and b.street)
    if not streets:
        return int(a.zip == b.zip) if zips else MISSING
    one, other = a.street or "", b.street or ""
    if zips and a.zip != b.zip:
        if one == other and len(one) >= STREET_LENGTH:
            return 3
        return 2 if _one_house(one, other, SIMILAR) else 0
    if one == other:
        return 5 if a.unit and b.unit and a.unit != b.unit else 6
    return _near_street(one, other, same_zip=zips)


def _near_street(one: str, other: str, *, same_zip: bool) -> int:
    contained = len(one) >= STREET_LENGTH <= len(other) and (one in other or other in one)
    if contained or jaro_winkler(one, other) >= NEAR:
        return 4
    return 2 if _one_house(one, other, SIMILAR_ROAD, HOUSE_LENGTH) else int(same_zip)


def _one_house(one: str, other: str, alike: float, long: int = STREET_LENGTH) -> bool:
    """Whether the number is the same, and the road alike or the number so long that it may not."""
    number, _, road = one.partition(" ")
    other_number, _, other_road = other.partition(" ")
    if number != other_number or not "0" <= number[0] <= "9":
        return False
    return len(number) >= long or jaro_winkler(road, other_road) >= alike
