"""Contradictions that no amount of agreement elsewhere outweighs: a person has to look.

All of them are functions of the levels, so that every engine finds the same ones.
"""

from __future__ import annotations

from typing import Final

from rollcall.identity.rules.levels import FIELDS, LEVELS, Levels

_AT: Final = {field: at for at, field in enumerate(FIELDS)}


def _level(field: str, name: str) -> int:
    return LEVELS[field].index(name)


_GIVEN, _FAMILY, _SUFFIX = _AT["given"], _AT["family"], _AT["suffix"]
_BORN, _LICENCE, _MEDICAL = _AT["born"], _AT["licence"], _AT["medical"]
_PHONE, _EMAIL, _ADDRESS = _AT["phone"], _AT["email"], _AT["address"]
_EXACT_LICENCE: Final = _level("licence", "exact")
_EXACT_MEDICAL: Final = _level("medical", "exact")
_EXACT_BORN: Final = _level("born", "exact")
_BORN_SLIP: Final = _level("born", "one_slip")
_EXACT_PHONE: Final = _level("phone", "exact")
_EXACT_EMAIL: Final = _level("email", "exact")
_NEAR_GIVEN: Final = _level("given", "near")
_INITIAL: Final = _level("given", "initial")
_PART: Final = _level("given", "part")
_SHORT: Final = _level("given", "short")
_SIMILAR_FAMILY: Final = _level("family", "similar")
_NEAR_FAMILY: Final = _level("family", "near")
_HOUSE: Final = _level("address", "house")
_NEAR_ADDRESS: Final = _level("address", "near")


def vetoes(levels: Levels) -> tuple[str, ...]:
    """Names of what speaks against one person: fields in contradiction; empty if nothing does."""
    found = []
    same_id = levels[_LICENCE] == _EXACT_LICENCE or levels[_MEDICAL] == _EXACT_MEDICAL
    if levels[_BORN] == 0 and not (same_id and _may_be_misdated(levels)):
        found.append("born")
    if levels[_GIVEN] == 0 and not (same_id and _may_be_misnamed(levels)):
        found.append("given")
    if levels[_SUFFIX] == 0 and not same_id:
        found.append("suffix")
    if not _known_well(levels):
        found += [
            field
            for field, at in (("licence", _LICENCE), ("medical", _MEDICAL))
            if levels[at] == 0 and not same_id
        ]
    return tuple(found)


def speaks_of_the_person(levels: Levels) -> bool:
    """Whether something agrees that a household does not share: name, birth date or an id.

    A first name alone is the person's only together with the family's: room-mates have first names.
    """
    return (
        _named(levels)
        or levels[_BORN] >= _BORN_SLIP
        or levels[_LICENCE] > 1
        or levels[_MEDICAL] > 0
    )


def _named(levels: Levels) -> bool:
    """Whether the names are one person's, by as much as is shared besides."""
    given, family = levels[_GIVEN], levels[_FAMILY]
    if given >= _NEAR_GIVEN:
        # Family names change at weddings; two room-mates of one first name are rare.
        return family != 0 or _reached(levels) + _at_door(levels) > 1
    if given == _PART:
        return family >= _SIMILAR_FAMILY
    if given == _SHORT:
        return family >= _SIMILAR_FAMILY and _reached(levels) + _at_door(levels) > 0
    return given == _INITIAL and family >= _NEAR_FAMILY and _reached(levels) > 0


def shares_contact_or_id(levels: Levels) -> bool:
    """Whether something agrees that strangers do not share, however often their names are met."""
    return (
        levels[_PHONE] > 0
        or levels[_EMAIL] > 0
        or levels[_LICENCE] > 1
        or levels[_MEDICAL] > 0
        or levels[_ADDRESS] >= _HOUSE
    )


def _may_be_misdated(levels: Levels) -> bool:
    """One id, and the name fits, or nobody wrote it down and the home fits: the date is wrong."""
    if levels[_FAMILY] == 0:
        return False
    return levels[_GIVEN] >= _SHORT or (levels[_GIVEN] < 0 and _at_home(levels))


def _may_be_misnamed(levels: Levels) -> bool:
    """One id, and the birth date, or nobody wrote it down and family and home fit."""
    if levels[_BORN] == _EXACT_BORN:
        return True
    return levels[_BORN] != 0 and levels[_FAMILY] >= _SIMILAR_FAMILY and _at_home(levels)


def _reached(levels: Levels) -> int:
    """How many ways to reach somebody are the same."""
    return (levels[_PHONE] == _EXACT_PHONE) + (levels[_EMAIL] == _EXACT_EMAIL)


def _at_door(levels: Levels) -> bool:
    return levels[_ADDRESS] >= _NEAR_ADDRESS


def _at_home(levels: Levels) -> bool:
    return _reached(levels) > 0 or levels[_ADDRESS] >= _HOUSE


def _known_well(levels: Levels) -> bool:
    """A person so well known that another licence is a new licence: cards are lost and renewed."""
    return (
        levels[_GIVEN] >= _NEAR_GIVEN
        and levels[_FAMILY] >= _NEAR_FAMILY
        and levels[_BORN] == _EXACT_BORN
        and (_reached(levels) > 0 or _at_door(levels))
    )
