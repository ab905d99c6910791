"""Whom somebody registered although they were shown a likely match."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from rollcall.customers.models import Customer
from rollcall.identity.models import SaidNew
from rollcall.kit.scope import Scope


def list_said_new(scope: Scope, customer_ids: Collection[int]) -> list[tuple[int, int]]:
    """Return pairs among these Customers of whom one was registered as somebody else."""
    pairs = SaidNew.objects.scoped(scope).filter(newcomer__in=customer_ids, other__in=customer_ids)
    return list(pairs.values_list("newcomer", "other"))


def was_said_new(scope: Scope, first: int, second: int) -> bool:
    """Tell whether one of two people was registered as somebody else than the other.

    :param first: who stands for a person; ``second`` for another.
    """
    said = SaidNew.objects.scoped(scope)
    if not said.exists():
        return False
    wanted = (first, second)
    people = Customer.objects.scoped(scope).filter(Q(pk__in=wanted) | Q(merged_into__in=wanted))
    standing = {pk: into or pk for pk, into in people.values_list("pk", "merged_into")}
    pairs = said.filter(newcomer__in=standing, other__in=standing)
    return any(
        standing[newcomer] != standing[other]
        for newcomer, other in pairs.values_list("newcomer", "other")
    )
