"""Automatic merges that matching everybody at once would not make today: a person decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer
from rollcall.customers.queries.profile import CustomerView, get_profile
from rollcall.identity.models import MergeDoubt
from rollcall.identity.queries.merges import may_see
from rollcall.kit.scope import Role, Scope, require

#: Doubts that a page shows at once.
PAGE = 20


class DoubtNotFoundError(LookupError):
    """There is no such doubt that the scope may see, or it is none any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DoubtedPerson:
    """A merge that is in doubt, and who came of it."""

    doubt: MergeDoubt
    customer: Customer
    profile: CustomerView


@transaction.atomic
def write_doubts(scope: Scope, merge_ids: Collection[int], *, now: dt.datetime) -> int:
    """Make these the doubted merges; what a person kept is not asked about again.

    :return: how many are new.
    """
    doubts = MergeDoubt.objects.scoped(scope)
    doubts.filter(kept_at__isnull=True).exclude(merge__in=merge_ids).delete()
    known = set(doubts.filter(merge__in=merge_ids).values_list("merge_id", flat=True))
    new = [one for one in merge_ids if one not in known]
    rows = [MergeDoubt(retailer_id=scope.retailer_id, merge_id=one, at=now) for one in new]
    doubts.bulk_create(rows, ignore_conflicts=True)
    return len(new)


def count_doubts(scope: Scope) -> int:
    """Return how many merges are in doubt; at most a page of them for who works in some stores."""
    if scope.store_ids is None:
        return _open(scope).count()
    return len(_visible(scope))


def view_doubts(scope: Scope) -> Sequence[DoubtedPerson]:
    """Show doubted merges of people whom the scope may see; the audit says who saw them."""
    require(scope, Role.MANAGER)
    found = [
        DoubtedPerson(doubt=doubt, customer=customer, profile=get_profile(scope, customer))
        for doubt, customer in _visible(scope)
    ]
    audit.record(
        scope,
        "customer.viewed",
        subject_kind="customer",
        subject_ids=[one.customer.pk for one in found],
        context={"merges": [one.doubt.merge_id for one in found]},
    )
    return found


def _visible(scope: Scope) -> list[tuple[MergeDoubt, Customer]]:
    doubts = _open(scope).select_related("merge__survivor__merged_into")
    people = ((one, one.merge.survivor.merged_into or one.merge.survivor) for one in doubts)
    return list(islice((pair for pair in people if may_see(scope, {pair[1].pk})), PAGE))


@transaction.atomic
def keep_merge(scope: Scope, merge_id: int, *, now: dt.datetime) -> None:
    """Let a doubted merge stand, for good.

    :raises DoubtNotFoundError: it is not in doubt, or the scope may not see whom it made.
    """
    require(scope, Role.MANAGER)
    doubt = _open(scope).select_for_update().filter(pk=merge_id).first()
    if doubt is None or not may_see(scope, {doubt.merge.survivor_id, doubt.merge.absorbed_id}):
        raise DoubtNotFoundError
    doubt.kept_at, doubt.kept_by = now, str(scope.actor)
    doubt.save(update_fields=["kept_at", "kept_by"])
    audit.record(
        scope,
        "customer.merge_kept",
        subject_kind="customer",
        subject_ids=[doubt.merge.survivor_id, doubt.merge.absorbed_id],
        context={"merge": merge_id},
    )


def _open(scope: Scope) -> QuerySet[MergeDoubt]:
    doubts = MergeDoubt.objects.scoped(scope)
    return doubts.filter(kept_at__isnull=True, merge__undone_at__isnull=True).order_by("pk")
