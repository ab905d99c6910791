"""What people have decided of one another."""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import combinations
from typing import Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from rollcall.customers.models import Customer, Link, PosRecord
from rollcall.customers.queries.people import listed, members_of
from rollcall.customers.queries.profile import list_account_ids
from rollcall.identity.blockers import Blocker, People
from rollcall.identity.models import Decision
from rollcall.kit.scope import Scope

_PEOPLE_OF = (
    "first_customer",
    "second_customer",
    "first_record__link__customer",
    "second_record__link__customer",
)
_WORDS = {
    Decision.Kind.DIFFERENT: "somebody decided that they are different people",
    Decision.Kind.HOUSEHOLD: "somebody decided that they are different people of one household",
}

# Each by an index, whatever the number of people and of decisions.
_DECIDED: Final = """
select first_customer_id from identity_decision
 where first_customer_id = any(%(ids)s::bigint[])
   and retailer_id = %(retailer)s and withdrawn_at is null
union
select second_customer_id from identity_decision
 where second_customer_id = any(%(ids)s::bigint[])
   and retailer_id = %(retailer)s and withdrawn_at is null
union
select link.customer_id from customers_link link
  join identity_decision decision
    on decision.first_record_id = link.record_id and decision.withdrawn_at is null
 where link.customer_id = any(%(ids)s::bigint[]) and link.retailer_id = %(retailer)s
union
select link.customer_id from customers_link link
  join identity_decision decision
    on decision.second_record_id = link.record_id and decision.withdrawn_at is null
 where link.customer_id = any(%(ids)s::bigint[]) and link.retailer_id = %(retailer)s
"""


def screen_decided(scope: Scope, customer_ids: Set[int]) -> Set[int]:
    """Return those of these Customers about whom, or whose records, a decision is in force."""
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED, {"ids": listed(customer_ids), "retailer": scope.retailer_id})
        return {customer_id for (customer_id,) in cursor.fetchall()}


def find_blocking(scope: Scope, people: People, *, parting: bool) -> Sequence[Blocker]:
    """Return the decisions by which people must not be merged."""
    if parting:
        return []
    found = {
        decision.pk: decision
        for first, second in combinations(people, 2)
        for decision in find_between(scope, first, second)
        if decision.kind != Decision.Kind.SAME
    }
    return [
        Blocker(
            code=f"decided_{decision.kind}",
            words=f"{_WORDS[Decision.Kind(decision.kind)]} (decision {pk})",
        )
        for pk, decision in sorted(found.items())
    ]


def find_between(scope: Scope, first: Set[int], second: Set[int]) -> list[Decision]:
    """Return the decisions in force between two people, each given by all their Customers."""
    between = _side("first", first) & _side("second", second)
    swapped = _side("first", second) & _side("second", first)
    decisions = Decision.objects.scoped(scope).filter(withdrawn_at__isnull=True)
    return list(decisions.filter(between | swapped).order_by("pk"))


def list_decisions(scope: Scope, customer: Customer) -> list[Decision]:
    """Return the decisions about a person, also withdrawn ones, the newest first."""
    members = set(members_of(scope, customer.merged_into_id or customer.pk))
    return list(involving(scope, members).order_by("-pk"))


def involving(scope: Scope, members: Set[int]) -> QuerySet[Decision]:
    """Return all decisions about any of these Customers or a record of theirs."""
    about = _side("first", members) | _side("second", members)
    return Decision.objects.scoped(scope).filter(about)


def list_recent_decisions(scope: Scope, *, before: int | None, limit: int) -> list[Decision]:
    """Return decisions about people whom the scope may see, the newest first, withdrawn ones too.

    :param before: id of the last one of the page before.
    """
    decisions = Decision.objects.scoped(scope).select_related(*_PEOPLE_OF)
    if before is not None:
        decisions = decisions.filter(pk__lt=before)
    if scope.store_ids is not None:
        decisions = decisions.filter(_shows(scope, "first"), _shows(scope, "second"))
    return list(decisions.order_by("-pk")[:limit])


def get_decision(scope: Scope, decision_id: int) -> Decision | None:
    """Return one decision with its people; who may see it was asked before."""
    decisions = Decision.objects.scoped(scope).select_related(*_PEOPLE_OF)
    return decisions.filter(pk=decision_id).first()


def _shows(scope: Scope, side: str) -> Exists:
    standing = Coalesce(
        OuterRef(f"{side}_record__link__customer"),
        OuterRef(f"{side}_customer__merged_into"),
        OuterRef(f"{side}_customer"),
    )
    links = Link.objects.scoped(scope).filter(customer=standing)
    return Exists(links.filter(record__account__in=list_account_ids(scope)))


def _side(name: str, members: Set[int]) -> Q:
    ids = list(members)
    return Q(**{f"{name}_customer__in": ids}) | Q(**{f"{name}_record__link__customer__in": ids})


def decided_pairs(scope: Scope, customer_ids: Set[int]) -> set[frozenset[int]]:
    """Return the pairs among these people about whom a decision is in force.

    :param customer_ids: those who stand for people.
    """
    decisions = Decision.objects.scoped(scope).filter(withdrawn_at__isnull=True)
    if not customer_ids or not decisions.exists():
        return set()
    members = _members(scope, customer_ids)
    sides = Q()
    for name in ("first", "second"):
        sides &= _side(name, members.keys())
    return {
        frozenset((_standing(members, one, "first"), _standing(members, one, "second")))
        for one in decisions.filter(sides).select_related(
            "first_record__link", "second_record__link"
        )
    }


def _members(scope: Scope, customer_ids: Set[int]) -> dict[int, int]:
    """Customer → who stands for them, of everybody who is one of these people."""
    merged = Customer.objects.scoped(scope).filter(merged_into__in=customer_ids)
    known = {one: one for one in customer_ids}
    return known | {pk: into or pk for pk, into in merged.values_list("pk", "merged_into")}


def _standing(members: dict[int, int], decision: Decision, side: str) -> int:
    record: PosRecord | None = getattr(decision, f"{side}_record")
    held = record.link.customer_id if record else getattr(decision, f"{side}_customer_id")
    return members.get(held, held)
