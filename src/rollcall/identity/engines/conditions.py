"""The levels of ``rules.levels`` once more, as SQL conditions; a test keeps both equal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rollcall.identity.engines.dialects import Dialect
from rollcall.identity.rules.levels import (
    HOUSE_LENGTH,
    MAILBOX_LENGTH,
    NEAR,
    SIMILAR,
    SIMILAR_FAMILY,
    SIMILAR_GIVEN,
    SIMILAR_ROAD,
    SLIP_LENGTH,
    STREET_LENGTH,
)
from rollcall.identity.rules.pet_names import SHORT_BEHIND, SHORT_FRONT

#: Where a date as YYYY-MM-DD has digits.
_DIGITS: Final = (1, 2, 3, 4, 6, 7, 9, 10)


def missing(field: str) -> str:
    """When a pair says nothing about a field."""
    if field == "address":
        return "((street_l is null or street_r is null) and (zip_l is null or zip_r is null))"
    return f"({field}_l is null or {field}_r is null)"


def conditions(dialect: Dialect) -> Mapping[str, Mapping[str, str]]:
    """Field → level → condition; the lowest level of a field is whatever fits nothing else."""
    return {
        "given": _given(dialect),
        "family": _family(dialect),
        "suffix": {"exact": "suffix_l = suffix_r"},
        "born": _born(dialect),
        "gender": {"exact": "gender_l = gender_r"},
        "licence": _licence(dialect),
        "medical": _number(dialect, "medical"),
        "phone": _number(dialect, "phone"),
        "email": _email(dialect),
        "address": _address(dialect),
    }


def _swapped(dialect: Dialect) -> str:
    one, other = "replace(given_l, ' ', '')", "replace(given_r, ' ', '')"
    return (
        f"(({one} = family_r and {dialect.alike('family_l', other, SIMILAR)})"
        f" or ({other} = family_l and {one} <> family_r"
        f" and {dialect.alike(one, 'family_r', SIMILAR)}))"
    )


def _given(dialect: Dialect) -> Mapping[str, str]:
    return {
        "exact": "given_l = given_r",
        "swapped": _swapped(dialect),
        "nickname": (
            "(contains(forms_l, concat(' ', first_r, ' '))"
            " or contains(forms_r, concat(' ', first_l, ' ')))"
        ),
        "near": _near(dialect, "given"),
        "initial": _initial("given"),
        "part": dialect.share_a_word("given_l", "given_r"),
        "short": f"({_short('l', 'r')} or {_short('r', 'l')})",
        "similar": dialect.alike("given_l", "given_r", SIMILAR_GIVEN),
    }


def _short(one: str, other: str) -> str:
    """Whether the first given name of one side is the beginning, end or pet form of the other's."""
    word, long, stem = f"first_{one}", f"first_{other}", f"stem_{one}"
    length = f"length({word})"
    return (
        f"(({length} >= {SHORT_FRONT} and left({long}, {length}) = {word})"
        f" or ({length} >= {SHORT_BEHIND} and right({long}, {length}) = {word})"
        f" or ({stem} <> '' and left({long}, length({stem})) = {stem}))"
    )


def _near(dialect: Dialect, name: str) -> str:
    one, other = f"{name}_l", f"{name}_r"
    return (
        f"({dialect.alike(one, other, NEAR)}"
        f" or (length({one}) >= {SLIP_LENGTH} and length({other}) >= {SLIP_LENGTH}"
        f" and {dialect.one_slip(one, other)}))"
    )


def _initial(name: str) -> str:
    return (
        f"(substr({name}_l, 1, 1) = substr({name}_r, 1, 1)"
        f" and (length({name}_l) = 1 or length({name}_r) = 1))"
    )


def _family(dialect: Dialect) -> Mapping[str, str]:
    return {
        "exact": "family_l = family_r",
        "swapped": _swapped(dialect),
        "near": _near(dialect, "family"),
        "similar": dialect.alike("family_l", "family_r", SIMILAR_FAMILY),
        "part": dialect.share_a_word("family_parts_l", "family_parts_r"),
        "initial": _initial("family"),
    }


def _born(dialect: Dialect) -> Mapping[str, str]:
    year = "(substr(born_l, 1, 4) = substr(born_r, 1, 4))"
    month = "(substr(born_l, 6, 2) = substr(born_r, 6, 2))"
    day = "(substr(born_l, 9, 2) = substr(born_r, 9, 2))"
    slips = " + ".join(
        f"cast(substr(born_l, {at}, 1) <> substr(born_r, {at}, 1) as int)" for at in _DIGITS
    )
    return {
        "exact": "born_l = born_r",
        "day_month": (
            f"({year} and substr(born_l, 6, 2) = substr(born_r, 9, 2)"
            " and substr(born_l, 9, 2) = substr(born_r, 6, 2))"
        ),
        "one_slip": dialect.one_slip("born_l", "born_r"),
        "two_parts": f"(({year} and {month}) or ({year} and {day}) or ({month} and {day}))",
        "two_slips": f"({slips} = 2)",
    }


def _licence(dialect: Dialect) -> Mapping[str, str]:
    return {
        "exact": "licence_l = licence_r",
        "one_slip": dialect.one_slip("licence_l", "licence_r"),
        "different": (
            "not coalesce(licence_shape_l <> '' and licence_shape_l = licence_shape_r"
            " and licence_state_l = licence_state_r, false)"
        ),
    }


def _number(dialect: Dialect, field: str) -> Mapping[str, str]:
    return {
        "exact": f"{field}_l = {field}_r",
        "one_slip": dialect.one_slip(f"{field}_l", f"{field}_r"),
    }


def _email(dialect: Dialect) -> Mapping[str, str]:
    one, other = "split_part(email_l, '@', 1)", "split_part(email_r, '@', 1)"
    return {
        "exact": "email_l = email_r",
        "near": (
            f"(({one} = {other} and length({one}) >= {MAILBOX_LENGTH})"
            f" or {dialect.one_slip('email_l', 'email_r')})"
        ),
    }


def _address(dialect: Dialect) -> Mapping[str, str]:
    zips_differ = "coalesce(zip_l <> zip_r, false)"
    long = f"(length(street_l) >= {STREET_LENGTH} and length(street_r) >= {STREET_LENGTH})"
    contained = f"({long} and (contains(street_l, street_r) or contains(street_r, street_l)))"
    near = f"({contained} or {dialect.alike('street_l', 'street_r', NEAR)})"
    return {
        "exact": (
            f"(street_l = street_r and not {zips_differ} and not coalesce(unit_l <> unit_r, false))"
        ),
        "other_unit": f"(street_l = street_r and not {zips_differ})",
        "near": f"(not {zips_differ} and {near})",
        "street": f"(street_l = street_r and {long})",
        "house": _house(dialect, zips_differ),
        "zip": "zip_l = zip_r",
    }


def _house(dialect: Dialect, zips_differ: str) -> str:
    number, other = "split_part(street_l, ' ', 1)", "split_part(street_r, ' ', 1)"
    road = f"substr(street_l, length({number}) + 2)"
    other_road = f"substr(street_r, length({other}) + 2)"
    return (
        f"({number} = {other} and left({number}, 1) between '0' and '9'"
        f" and (length({number}) >= {STREET_LENGTH}"
        f" or (not {zips_differ} and length({number}) >= {HOUSE_LENGTH})"
        f" or {dialect.alike(road, other_road, SIMILAR)}"
        f" or (not {zips_differ} and {dialect.alike(road, other_road, SIMILAR_ROAD)})))"
    )
