"""Merges of people: those in force, and those of somebody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from rollcall.customers.models import Customer, Link
from rollcall.customers.queries.people import listed, members_of
from rollcall.customers.queries.profile import list_account_ids, visible_records
from rollcall.customers.rules.forest import Join
from rollcall.identity.models import Merge
from rollcall.kit.scope import Scope

# Without the evidence, which is most of a row.
_JOINS: Final = """
select id, survivor_id, absorbed_id, is_chosen from identity_merge
 where survivor_id = any(%(ids)s::bigint[]) and retailer_id = %(retailer)s and undone_at is null
union
select id, survivor_id, absorbed_id, is_chosen from identity_merge
 where absorbed_id = any(%(ids)s::bigint[]) and retailer_id = %(retailer)s and undone_at is null
"""


class MergeNotFoundError(LookupError):
    """There is no such merge that the scope may see."""


def read_joins(scope: Scope, customer_ids: Collection[int]) -> Sequence[Join]:
    """Return the merges in force that name any of these Customers."""
    with connection.cursor() as cursor:
        cursor.execute(_JOINS, {"ids": listed(customer_ids), "retailer": scope.retailer_id})
        return [
            Join(id=pk, survivor_id=survivor, absorbed_id=absorbed, is_chosen=is_chosen)
            for pk, survivor, absorbed, is_chosen in cursor.fetchall()
        ]


def as_join(merge: Merge) -> Join:
    """Return what a merge says."""
    return Join(
        id=merge.pk,
        survivor_id=merge.survivor_id,
        absorbed_id=merge.absorbed_id,
        is_chosen=merge.is_chosen,
    )


def list_merges(scope: Scope, customer: Customer) -> list[Merge]:
    """Return the merges of a person, also those that were undone, the newest first."""
    standing_id = customer.merged_into_id or customer.pk
    return list(_naming(scope, members_of(scope, standing_id)).order_by("-pk"))


def list_recent_merges(scope: Scope, *, before: int | None, limit: int) -> list[Merge]:
    """Return merges of people whom the scope may see, the newest first, undone ones too.

    :param before: id of the last one of the page before.
    """
    merges = Merge.objects.scoped(scope).select_related("survivor", "absorbed")
    if before is not None:
        merges = merges.filter(pk__lt=before)
    if scope.store_ids is not None:
        merges = merges.filter(_shows(scope, "survivor"), _shows(scope, "absorbed"))
    return list(merges.order_by("-pk")[:limit])


def _shows(scope: Scope, side: str) -> Exists:
    standing = Coalesce(OuterRef(f"{side}__merged_into"), OuterRef(side))
    links = Link.objects.scoped(scope).filter(customer=standing)
    return Exists(links.filter(record__account__in=list_account_ids(scope)))


def get_merge(scope: Scope, merge_id: int) -> Merge:
    """Return one merge.

    :raises MergeNotFoundError: none that may be seen.
    """
    merge = Merge.objects.scoped(scope).filter(pk=merge_id).first()
    if merge is None or not may_see(scope, {merge.survivor_id, merge.absorbed_id}):
        raise MergeNotFoundError
    return merge


def may_see(scope: Scope, customer_ids: Collection[int]) -> bool:
    """Tell whether the scope may see a record of each of these people."""
    if scope.store_ids is None:
        return True
    people = Customer.objects.scoped(scope).filter(pk__in=customer_ids)
    return all(
        visible_records(scope, [into or pk]).exists()
        for pk, into in people.values_list("pk", "merged_into")
    )


def _naming(scope: Scope, customer_ids: Collection[int]) -> QuerySet[Merge]:
    ids = list(customer_ids)
    return Merge.objects.scoped(scope).filter(Q(survivor__in=ids) | Q(absorbed__in=ids))
