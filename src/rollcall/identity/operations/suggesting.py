"""Keeping the review queue: pairs that only a person may call one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from rollcall.identity.models import Suggestion
from rollcall.identity.queries.decisions import decided_pairs
from rollcall.kit.scope import Scope

State = Suggestion.State
_Pair = frozenset[int]
#: Reasons that stay with an open suggestion whatever else is found: why it is asked at all.
_STAYING = ("shared_value",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Two records that may be one person.

    :param people: whose records they are now, in the same order.
    :param reasons: codes: fields in contradiction, ``bits``, ``rival``, or why a group refused.
    """

    records: tuple[int, int]
    people: tuple[int, int]
    bits: float
    reasons: tuple[str, ...]
    evidence: Mapping[str, object]


@transaction.atomic
def replace_suggestions(
    scope: Scope, record_ids: Collection[int], found: Iterable[Found], *, now: dt.datetime
) -> int:
    """Make these the open suggestions about some records; what a person decided is not asked again.

    One for each pair of people, the strongest.

    :return: how many are new.
    """
    wanted = _wanted(scope, found)
    _renew_held(scope, record_ids, wanted, now=now)
    return _add(scope, wanted, now=now)


@transaction.atomic
def propose(scope: Scope, found: Iterable[Found], *, now: dt.datetime) -> int:
    """Add suggestions, and leave the open ones alone; what a person decided is not asked again.

    :return: how many are new.
    """
    return _add(scope, _wanted(scope, found), now=now)


def _wanted(scope: Scope, found: Iterable[Found]) -> dict[tuple[int, int], Found]:
    """The strongest for each pair of people about whom nobody has decided."""
    best: dict[_Pair, Found] = {}
    for one in sorted(found, key=lambda one: (-one.bits, one.records)):
        best.setdefault(frozenset(one.people), one)
    decided = decided_pairs(scope, {person for pair in best for person in pair})
    return {_in_order(one.records): one for pair, one in best.items() if pair not in decided}


def _add(scope: Scope, wanted: Mapping[tuple[int, int], Found], *, now: dt.datetime) -> int:
    asked = _asked_pairs(scope, wanted.values())
    new = [one for one in wanted.items() if frozenset(one[1].people) not in asked]
    Suggestion.objects.scoped(scope).bulk_create(
        [
            Suggestion(
                retailer_id=scope.retailer_id,
                first_id=first,
                second_id=second,
                bits=one.bits,
                reasons=list(one.reasons),
                evidence=dict(one.evidence),
                at=now,
            )
            for (first, second), one in new
        ],
        ignore_conflicts=True,
    )
    return len(new)


def _renew_held(
    scope: Scope,
    record_ids: Collection[int],
    wanted: dict[tuple[int, int], Found],
    *,
    now: dt.datetime,
) -> None:
    """Bring the open ones about these records up to date; what is left in ``wanted`` is new."""
    ids = list(record_ids)
    about = Suggestion.objects.scoped(scope).filter(
        Q(first__in=ids) | Q(second__in=ids), state=State.OPEN
    )
    gone, changed = [], []
    for held in about.select_for_update().order_by("pk"):
        found = wanted.pop((held.first_id, held.second_id), None)
        if found is None:
            gone.append(held.pk)
            continue
        staying = [one for one in held.reasons if one in _STAYING]
        reasons = list(dict.fromkeys([*staying, *found.reasons]))
        if held.evidence != found.evidence or held.reasons != reasons:
            held.bits, held.reasons = found.bits, reasons
            held.evidence = dict(found.evidence)
            changed.append(held)
    suggestions = Suggestion.objects.scoped(scope)
    if gone:
        suggestions.filter(pk__in=gone).update(state=State.SUPERSEDED, decided_at=now)
    if changed:
        suggestions.bulk_update(changed, ["bits", "reasons", "evidence"])


def _asked_pairs(scope: Scope, found: Collection[Found]) -> set[_Pair]:
    """Pairs of people about whom something else is open."""
    people = sorted({person for one in found for person in one.people})
    if not people:
        return set()
    held = Suggestion.objects.scoped(scope).filter(
        state=State.OPEN, first__link__customer__in=people, second__link__customer__in=people
    )
    pairs: Sequence[tuple[int, int]] = list(
        held.values_list("first__link__customer", "second__link__customer")
    )
    return {frozenset(pair) for pair in pairs}


def _in_order(records: tuple[int, int]) -> tuple[int, int]:
    first, second = records
    return (first, second) if first < second else (second, first)
