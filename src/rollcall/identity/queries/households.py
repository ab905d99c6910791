"""Households: whom people called different people of one household, as they stand now."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Final

from rollcall.customers.models import Customer, PosRecord
from rollcall.customers.queries.people import members_of
from rollcall.identity.models import Decision
from rollcall.identity.queries.decisions import involving
from rollcall.identity.queries.sharing import Named, name_people
from rollcall.kit.scope import Scope

#: A household with more people is shown in part.
MOST: Final = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """Another person of the household.

    :param decision: what says so, if it names the person asked about; else through others.
    """

    person: Named
    decision: Decision | None


def list_household(scope: Scope, customer: Customer) -> list[Member]:
    """Return the others of a person's household whom the scope may see, the direct ones first.

    People are who they are now: merges are followed, and undone ones too.
    """
    person_id = customer.merged_into_id or customer.pk
    direct: dict[int, Decision] = {}
    met, new = {person_id}, {person_id}
    while new and len(met) < MOST:
        around: set[int] = set()
        for decision, sides in _links_of(scope, new):
            around |= sides
            if person_id in sides:
                direct.setdefault(next(iter(sides - {person_id})), decision)
        new = around - met
        met |= new
    ordered = sorted(met - {person_id}, key=lambda pk: (pk not in direct, pk))[:MOST]
    return [
        Member(person=named, decision=direct.get(named.customer_id))
        for named in name_people(scope, ordered)
    ]


def _links_of(scope: Scope, people: Set[int]) -> Sequence[tuple[Decision, set[int]]]:
    members = {pk for person in people for pk in members_of(scope, person)}
    held = involving(scope, members).filter(kind=Decision.Kind.HOUSEHOLD, withdrawn_at__isnull=True)
    decisions = held.select_related(
        "first_customer", "second_customer", "first_record__link", "second_record__link"
    )
    told = [(one, {_stands(one, "first"), _stands(one, "second")}) for one in decisions]
    return [(one, sides) for one, sides in told if len(sides) == 2]  # two sides


def _stands(decision: Decision, side: str) -> int:
    record: PosRecord | None = getattr(decision, f"{side}_record")
    if record is not None:
        return record.link.customer_id
    customer: Customer = getattr(decision, f"{side}_customer")
    return customer.merged_into_id or customer.pk
