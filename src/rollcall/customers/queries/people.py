"""Who belongs together: the Customers around some of them, with what says so.

All of it is small: people have few records, and look-ups go by indexes that hold only what moved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from rollcall.customers import joins
from rollcall.customers.models import Customer
from rollcall.customers.rules.forest import (
    Age,
    Join,
    Place,
    connected,
    forwards_of,
    representatives,
)
from rollcall.kit.scope import Scope

_LINKS: Final = """
select record_id, home_id, base_id, customer_id from customers_link
 where customer_id = any(%(ids)s::bigint[]) and retailer_id = %(retailer)s
union
select record_id, home_id, base_id, customer_id from customers_link
 where base_id = any(%(ids)s::bigint[])
   and not (base_id = customer_id) and retailer_id = %(retailer)s
union
select record_id, home_id, base_id, customer_id from customers_link
 where home_id = any(%(ids)s::bigint[])
   and not (home_id = base_id) and retailer_id = %(retailer)s
"""
_CUSTOMERS: Final = """
select id, merged_into_id, created_at from customers_customer
 where (id = any(%(ids)s::bigint[])
        or merged_into_id = any(%(ids)s::bigint[])) and retailer_id = %(retailer)s
"""


#: What makes people one, for keeping: ``pos`` pairs, and ``merges`` pairs with the merge's id.
Ties = dict[str, list[Any]]


@dataclass(kw_only=True)
class Kin:
    """Customers who are connected, whole people, and why.

    :param now: Customer → who it was last worked out that they are.
    :param held: record → Customer that it was last worked out to belong to.
    """

    ages: dict[int, Age] = field(default_factory=dict)
    now: dict[int, int] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)
    held: dict[int, int] = field(default_factory=dict)
    joins: dict[int, Join] = field(default_factory=dict)

    def ties_of(self, customer_id: int) -> Ties:
        """Return what makes a Customer one person with others."""
        forwards = forwards_of(self.ages, self.places.values())
        told = [(one, two) for one, two in sorted(forwards.items()) if one != two]
        merges = [(one.survivor_id, one.absorbed_id, one.id) for one in self.joins.values()]
        whole = connected(customer_id, [*told, *((one, two) for one, two, _ in merges)])
        return {
            "pos": [tie for tie in told if tie[0] in whole],
            "merges": sorted((tie for tie in merges if tie[0] in whole), key=lambda tie: tie[2]),
        }

    def around(self, customer_ids: Collection[int]) -> Kin:
        """Return the part of it that is connected with some of these Customers."""
        group = self._groups()
        wanted = {group[one] for one in customer_ids if one in group}
        kept = {one for one in self.ages if group[one] in wanted}
        places = {pk: one for pk, one in self.places.items() if one.base_id in kept}
        return Kin(
            ages={one: age for one, age in self.ages.items() if one in kept},
            now={one: now for one, now in self.now.items() if one in kept},
            places=places,
            held={pk: self.held[pk] for pk in places},
            joins={pk: one for pk, one in self.joins.items() if one.survivor_id in kept},
        )

    def _groups(self) -> dict[int, int]:
        """Customer → one of those who are connected with them, the same for all of them."""
        root = {one: one for one in self.ages}

        def find(one: int) -> int:
            while root[one] != one:
                root[one] = one = root[root[one]]
            return one

        for place in self.places.values():
            root[find(place.home_id)] = find(place.base_id)
            root[find(place.base_id)] = find(self.held[place.record_id])
        for join in self.joins.values():
            root[find(join.survivor_id)] = find(join.absorbed_id)
        for one, now in self.now.items():
            root[find(one)] = find(now)
        return {one: find(one) for one in root}

    def representatives(self, *, without: int | None = None) -> dict[int, int]:
        """Customer → who stands for the person that they are.

        :param without: a join that shall not count.
        """
        counting = (join for join in self.joins.values() if join.id != without)
        return representatives(self.ages, self.places.values(), counting)


def find_kin(scope: Scope, customer_ids: Collection[int]) -> Kin:
    """Return everybody who is connected with any of these Customers."""
    kin = Kin()
    asked: set[int] = set()
    new = set(customer_ids)
    while new:
        asked |= new
        new = _look_around(scope, kin, sorted(new)) - asked
    return kin


def listed(ids: Iterable[int]) -> str:
    """Return numbers as the text of a ``bigint[]``.

    For long lists: of a list of numbers psycopg makes the same ten times more slowly.
    """
    return f"{{{','.join(map(str, ids))}}}"


def members_of(scope: Scope, customer_id: int) -> list[int]:
    """Return all Customers that are the person for whom this one stands, sorted."""
    merged = Customer.objects.scoped(scope).filter(merged_into=customer_id)
    return sorted({customer_id, *merged.values_list("pk", flat=True)})


def _look_around(scope: Scope, kin: Kin, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    parameters: dict[str, str | int] = {"ids": listed(ids), "retailer": scope.retailer_id}
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS, parameters)
        for customer_id, merged_into_id, created_at in cursor.fetchall():
            kin.ages[customer_id] = (created_at, customer_id)
            kin.now[customer_id] = merged_into_id or customer_id
            found |= {customer_id, kin.now[customer_id]}
        cursor.execute(_LINKS, parameters)
        for record_id, home_id, base_id, held_by in cursor.fetchall():
            kin.places[record_id] = Place(record_id, home_id, base_id)
            kin.held[record_id] = held_by
            found |= {home_id, base_id, held_by}
    for join in joins.read_joins(scope, ids):
        kin.joins[join.id] = join
        found |= {join.survivor_id, join.absorbed_id}
    return found
