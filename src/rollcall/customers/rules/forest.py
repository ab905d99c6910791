"""Who people are: which Customers are one person, and which of them stands for it.

Two kinds of evidence say so. POS systems tell that a record belongs to another one's Customer: a
Customer whose records have all gone elsewhere is who their own record belongs to now. Above these
stand the merges of people, in the order in which they were made. Nothing else counts, so that a
merge that is taken back leaves nothing behind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

#: When a Customer came to be, and their id: who is smaller is older.
Age = tuple[dt.datetime, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Join:
    """A merge of people that is in force.

    :param id: later ones have greater ids.
    :param is_chosen: somebody said that the survivor shall stand; else the older of the two does.
    """

    id: int
    survivor_id: int
    absorbed_id: int
    is_chosen: bool = False


class Place(NamedTuple):
    """Where a record belongs by what its POS tells."""

    record_id: int
    home_id: int
    base_id: int


def representatives(
    ages: Mapping[int, Age], places: Iterable[Place], joins: Iterable[Join]
) -> dict[int, int]:
    """Customer → who stands for the person that they are.

    The Customers have to be whole people: everybody whom a place or a join connects.
    """
    forwards = _forwards(ages, sorted(places))
    chosen: dict[int, int] = {}

    def find(customer_id: int) -> int:
        while customer_id in chosen:
            customer_id = chosen[customer_id]
        return customer_id

    for join in sorted(joins, key=lambda one: one.id):
        survivor = find(forwards[join.survivor_id])
        absorbed = find(forwards[join.absorbed_id])
        if survivor == absorbed:
            continue
        if not join.is_chosen and ages[absorbed] < ages[survivor]:
            survivor, absorbed = absorbed, survivor
        chosen[absorbed] = survivor
    return {customer_id: find(forward) for customer_id, forward in forwards.items()}


def forwards_of(ages: Mapping[int, Age], places: Iterable[Place]) -> dict[int, int]:
    """Customer → who they are by what POS systems tell alone."""
    return _forwards(ages, sorted(places))


def connected(customer_id: int, ties: Iterable[tuple[int, int]]) -> set[int]:
    """Return all who are tied to a Customer, with themselves."""
    found, new = {customer_id}, {customer_id}
    ties = list(ties)
    while new:
        around = {two for one, two in ties if one in new} | {one for one, two in ties if two in new}
        new = around - found
        found |= new
    return found


def _forwards(ages: Mapping[int, Age], places: Sequence[Place]) -> dict[int, int]:
    held = {place.base_id for place in places}
    own: dict[int, int] = {}
    for place in places:
        own.setdefault(place.home_id, place.base_id)
    return {
        customer_id: customer_id if customer_id in held else own.get(customer_id, customer_id)
        for customer_id in ages
    }
