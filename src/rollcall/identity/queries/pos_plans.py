"""Merges that people are to do at a POS: what could be planned, and what is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from rollcall.customers.models import Customer, PosAccount, PosRecord
from rollcall.customers.queries.profile import list_account_ids
from rollcall.identity.models import PosMergePlan
from rollcall.identity.pos_ways import PosWay, find_pos_way
from rollcall.identity.rules.pos_plans import INACTIVE
from rollcall.kit.scope import Scope

State = PosMergePlan.State
#: States in which a step may still happen.
OPEN: Final = (State.PLANNED, State.TO_DO)
#: Steps of one list.
MOST: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubles:
    """Two or more records of one person in one list; the first is the one to keep, usually."""

    account: PosAccount
    way: PosWay
    records: Sequence[PosRecord]


def list_doubles(scope: Scope, customer: Customer) -> list[Doubles]:
    """Return where a person has several records in one list that can be merged there."""
    found: dict[int, list[PosRecord]] = {}
    for record in mergeable(scope, customer.pk):
        found.setdefault(record.account_id, []).append(record)
    return list(_doubles(found.values()))


def mergeable(scope: Scope, customer_id: int) -> QuerySet[PosRecord]:
    """Return a person's living records that the scope may see, the liveliest first."""
    return (
        PosRecord.objects.scoped(scope)
        .filter(
            link__customer=customer_id,
            account__in=list_account_ids(scope),
            gone_at__isnull=True,
            merged_into__isnull=True,
        )
        .select_related("account")
        .defer("sealed_fields", "sealed_raw")
        .order_by("account_id", "status", "-pos_updated_at", "pk")
    )


def is_mergeable(record: PosRecord, way: PosWay) -> bool:
    """Tell whether we would see it: where only the state tells, inactive records look merged."""
    return way.sign != INACTIVE or record.status == PosRecord.Status.ACTIVE


def list_plans(
    scope: Scope, *, customer: Customer | None = None, states: Collection[str] = State.values
) -> list[PosMergePlan]:
    """Return steps in lists that the scope may see, the newest first."""
    found = PosMergePlan.objects.scoped(scope).filter(
        state__in=list(states), account__in=list_account_ids(scope)
    )
    if customer is not None:
        found = found.filter(holder=customer)
    found = found.select_related("account", "donor", "kept", "holder")
    return list(
        found.defer(
            "donor__sealed_fields", "donor__sealed_raw", "kept__sealed_fields", "kept__sealed_raw"
        ).order_by("-pk")[:MOST]
    )


def _doubles(groups: Collection[list[PosRecord]]) -> Iterator[Doubles]:
    for records in groups:
        way = find_pos_way(records[0].account.kind)
        if way is None:
            continue
        fit = [record for record in records if is_mergeable(record, way)]
        if len(fit) > 1:
            yield Doubles(account=fit[0].account, way=way, records=fit)
