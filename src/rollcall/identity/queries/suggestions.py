"""The review queue: open suggestions, the strongest first, and the two people of one of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from rollcall.customers.models import Customer, Link
from rollcall.customers.queries.account_stores import StoreNames, list_store_names
from rollcall.customers.queries.profile import (
    CustomerView,
    RecordView,
    get_profile,
    list_account_ids,
)
from rollcall.identity.models import Suggestion
from rollcall.identity.queries.merges import may_see
from rollcall.kit.scope import Scope

#: Suggestions of one page of the queue.
PAGE: Final = 50
#: Closer than this, two suggestions say the same.
EQUAL_BITS: Final = 1.0
_LONG_AGO: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: Values that are counted among others; who shares a household shares these.
_COUNTED: Final = ("phone", "email")


class SuggestionNotFoundError(LookupError):
    """There is no such suggestion that the scope may see."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where in the queue something stands; the next page begins behind it."""

    bits: float
    id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PairSide:
    """One of the two people of a suggestion.

    :param record: the record that was compared; None if the scope may not see it.
    :param stores: names of the stores that the compared record belongs to.
    :param others: further records of the person that the scope may see.
    """

    customer: Customer
    profile: CustomerView
    record: RecordView | None
    stores: Sequence[str]
    others: Sequence[RecordView]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A suggestion with both people opened.

    :param sharing: field → how many further people have the value that these two share.
    """

    suggestion: Suggestion
    sides: tuple[PairSide, PairSide]
    sharing: dict[str, int]


def list_open(
    scope: Scope,
    *,
    after: Place | None = None,
    without: Collection[int] = (),
    limit: int = PAGE,
) -> list[Suggestion]:
    """Return open suggestions about people whom the scope may see, the strongest first.

    :param after: the place of the last one of the page before.
    :param without: ids that are not wanted now.
    """
    found = list_of_two(scope).exclude(pk__in=list(without))
    if after is not None:
        found = found.filter(Q(bits__lt=after.bits) | Q(bits=after.bits, pk__gt=after.id))
    found = found.select_related("first__link__customer", "second__link__customer")
    return list(found.order_by("-bits", "pk")[:limit])


def find_next(scope: Scope, *, without: Collection[int] = ()) -> Suggestion | None:
    """Return the open suggestion to look at next: the strongest, and of equals the weightiest.

    Less than ``EQUAL_BITS`` apart counts as equal. More is at stake with people who have more
    records, and then with those who were seen at a POS on a later day.
    """
    found = list_open(scope, without=without, limit=PAGE)
    if not found:
        return None
    equals = [one for one in found if one.bits > found[0].bits - EQUAL_BITS]
    return equals[0] if len(equals) == 1 else _weightiest(scope, equals)


def _weightiest(scope: Scope, found: Sequence[Suggestion]) -> Suggestion:
    sides = Suggestion.objects.scoped(scope).filter(pk__in=[one.pk for one in found])
    people = {
        pk: (first, second)
        for pk, first, second in sides.values_list(
            "pk", "first__link__customer", "second__link__customer"
        )
    }
    links = Link.objects.scoped(scope).filter(
        customer__in={one for pair in people.values() for one in pair}
    )
    stakes = {
        person: (records, seen_at)
        for person, records, seen_at in links.values("customer").values_list(
            "customer", Count("record"), Max("record__pos_updated_at")
        )
    }

    def weight(one: Suggestion) -> tuple[int, dt.date, int]:
        told = [stakes[person] for person in people[one.pk]]
        return sum(n for n, _ in told), max((at or _LONG_AGO).date() for _, at in told), -one.pk

    return max(found, key=weight)


def count_open(scope: Scope) -> int:
    """Return how many suggestions wait for an answer of this scope."""
    return list_of_two(scope).count()


def place_of(suggestion: Suggestion) -> Place:
    """Return where a suggestion stands in the queue."""
    return Place(bits=suggestion.bits, id=suggestion.pk)


def get_suggestion(scope: Scope, suggestion_id: int) -> Suggestion:
    """Return a suggestion in any state, with its records.

    :raises SuggestionNotFoundError: none that may be seen.
    """
    found = (
        Suggestion.objects.scoped(scope)
        .select_related("first__link__customer", "second__link__customer")
        .filter(pk=suggestion_id)
        .first()
    )
    if found is None or not may_see(scope, people_of(found)):
        raise SuggestionNotFoundError
    return found


def people_of(suggestion: Suggestion) -> tuple[int, int]:
    """Return whose the two records are now."""
    return suggestion.first.link.customer_id, suggestion.second.link.customer_id


def open_pair(scope: Scope, suggestion_id: int) -> Pair:
    """Open both people of a suggestion; the caller audits that they were seen.

    :raises SuggestionNotFoundError: none that may be seen.
    """
    suggestion = get_suggestion(scope, suggestion_id)
    stores = list_store_names(scope)
    return Pair(
        suggestion=suggestion,
        sides=(
            _side(scope, suggestion.first.link.customer, suggestion.first_id, stores),
            _side(scope, suggestion.second.link.customer, suggestion.second_id, stores),
        ),
        sharing=_sharing(scope, suggestion),
    )


def list_between(scope: Scope, suggestion: Suggestion) -> QuerySet[Suggestion]:
    """Return all open suggestions about the same two people, this one among them."""
    first, second = people_of(suggestion)
    one_way = Q(first__link__customer=first, second__link__customer=second)
    other_way = Q(first__link__customer=second, second__link__customer=first)
    held = Suggestion.objects.scoped(scope).filter(state=Suggestion.State.OPEN)
    return held.filter(one_way | other_way)


def list_of_two(scope: Scope) -> QuerySet[Suggestion]:
    """Return all open suggestions about two people whom the scope may see."""
    found = Suggestion.objects.scoped(scope).filter(state=Suggestion.State.OPEN)
    # What other merges have made one person meanwhile is no question any more.
    found = found.exclude(first__link__customer=F("second__link__customer"))
    if scope.store_ids is None:
        return found
    return found.filter(_is_visible(scope, "first"), _is_visible(scope, "second"))


def _is_visible(scope: Scope, side: str) -> Exists:
    return Exists(
        Link.objects.scoped(scope).filter(
            customer=OuterRef(f"{side}__link__customer"),
            record__account__in=list_account_ids(scope),
        )
    )


def _side(scope: Scope, customer: Customer, record_id: int, stores: StoreNames) -> PairSide:
    profile = get_profile(scope, customer)
    record = next((one for one in profile.records if one.id == record_id), None)
    return PairSide(
        customer=customer,
        profile=profile,
        record=record,
        stores=stores.get((record.kind, record.account_key), ()) if record else (),
        others=[one for one in profile.records if one.id != record_id],
    )


def _sharing(scope: Scope, suggestion: Suggestion) -> dict[str, int]:
    found = {}
    for field in _COUNTED:
        key = getattr(suggestion.first, f"{field}_key")
        if key is None or key != getattr(suggestion.second, f"{field}_key"):
            continue
        links = Link.objects.scoped(scope).filter(**{f"record__{field}_key": key})
        if scope.store_ids is not None:
            links = links.filter(record__account__in=list_account_ids(scope))
        further = links.exclude(customer__in=people_of(suggestion))
        found[field] = further.values("customer").distinct().count()
    return {field: count for field, count in found.items() if count}
