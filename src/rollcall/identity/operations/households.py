"""Saying that two people are of one household; they stay two people."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from rollcall.customers.models import Customer
from rollcall.customers.operations.settling import lock_ties
from rollcall.customers.queries.people import members_of
from rollcall.identity.models import Decision
from rollcall.identity.operations.deciding import decide
from rollcall.identity.queries.decisions import find_between
from rollcall.kit.scope import Role, Scope, require


class AlreadyLinkedError(RuntimeError):
    """Somebody said so before, and it stands."""


@transaction.atomic
def link_household(
    scope: Scope, first: Customer, second: Customer, *, now: dt.datetime
) -> Decision:
    """Remember that two people are of one household. Withdrawn as every decision.

    :raises AlreadyLinkedError: it stands already.
    :raises AlreadyOneError: they are one person.
    :raises CustomerNotFoundError: one of them is nobody whom the scope may see.
    """
    require(scope, Role.MANAGER)
    lock_ties(scope)
    sides = [set(members_of(scope, one.merged_into_id or one.pk)) for one in (first, second)]
    if sides[0] != sides[1] and any(
        held.kind == Decision.Kind.HOUSEHOLD for held in find_between(scope, *sides)
    ):
        raise AlreadyLinkedError
    return decide(scope, first, second, Decision.Kind.HOUSEHOLD, now=now)
