"""Choosing suggestions that are to be accepted at once: a dry run that merges nobody."""

from __future__ import annotations

import datetime as dt
import math
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from rollcall.customers.models import Customer
from rollcall.customers.operations.settling import lock_ties
from rollcall.identity.models import BulkAccept, BulkItem, Decision, PendingMatch
from rollcall.identity.queries.bulk import digest_of
from rollcall.identity.queries.match_settings import caution_of, settings_in_force
from rollcall.identity.queries.suggestions import list_of_two
from rollcall.identity.rules.model import shipped_model
from rollcall.identity.rules.together import Together
from rollcall.identity.rules.told import SAFE_REASONS, is_safe, read_told
from rollcall.kit.scope import ForbiddenError, Role, Scope, require

#: Suggestions of one run, if nothing else is said, and at most.
USUAL_CAP: Final = 500
MOST: Final = 2_000
#: Bounds of the bits that can be asked for.
BITS: Final = (-50.0, 200.0)
#: Pairs that are shown before a run is started.
SAMPLE: Final = 10
_AT_ONCE: Final = 1_000
_COLUMNS: Final = (
    "pk",
    "reasons",
    "evidence",
    "first__changed_at",
    "second__changed_at",
    "first__link__customer",
    "second__link__customer",
)


class ChoiceError(ValueError):
    """Nothing can be chosen like that; ``field`` is a name of :class:`Choice`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What is to be accepted.

    :param reasons: only suggestions that wait for none but these; of ``SAFE_REASONS``.
    :param linkable: only what would be linked by itself at the settings in force.
    :param cap: no more suggestions than this, the strongest.
    """

    least_bits: float
    reasons: Sequence[str] = SAFE_REASONS
    linkable: bool = False
    cap: int = USUAL_CAP


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fit:
    suggestion_id: int
    people: tuple[int, int]
    digest: str


def require_bulk(scope: Scope) -> None:
    """Refuse everybody but admins of all stores: hundreds of people in all stores are concerned.

    :raises ForbiddenError: somebody else.
    """
    require(scope, Role.ADMIN)
    if scope.store_ids is not None:
        raise ForbiddenError("this needs all stores")


@transaction.atomic
def choose(scope: Scope, choice: Choice, *, now: dt.datetime) -> BulkAccept:
    """Choose suggestions and remember them as they are; nobody is merged.

    Of several about the same two people one is chosen. What a contradiction speaks against, and
    what only a household shares, is never among them. Dry runs that the same person has not started
    are forgotten.

    :raises ChoiceError: the choice makes no sense.
    """
    require_bulk(scope)
    _check(choice)
    runs = BulkAccept.objects.scoped(scope)
    runs.filter(state=BulkAccept.State.DRY, actor=str(scope.actor)).delete()
    lock_ties(scope)
    fitting = list(_fitting(scope, choice, now))
    chosen = fitting[: choice.cap]
    members = _members(scope, {person for one in chosen for person in one.people})
    together = Together(members.values())
    before = together.count()
    for one in chosen:
        together.join(*one.people)
    sample = secrets.SystemRandom().sample(chosen, min(SAMPLE, len(chosen)))
    run = runs.create(
        least_bits=choice.least_bits,
        reasons=list(choice.reasons),
        linkable=choice.linkable,
        cap=choice.cap,
        count=len(chosen),
        people=before,
        people_after=together.count(),
        beyond=len(fitting) - len(chosen),
        sample=[one.suggestion_id for one in sample],
        decision_mark=Decision.objects.scoped(scope).aggregate(last=Max("pk"))["last"] or 0,
        made_at=now,
        actor=str(scope.actor),
    )
    _add_items(scope, run, chosen, members)
    return run


def _check(choice: Choice) -> None:
    least, most = BITS
    if not (math.isfinite(choice.least_bits) and least <= choice.least_bits <= most):
        raise ChoiceError("least_bits", f"say a number of bits from {least:g} to {most:g}")
    if not choice.reasons or not set(choice.reasons) <= {*SAFE_REASONS}:
        raise ChoiceError("reasons", "choose at least one of the reasons")
    if not 1 <= choice.cap <= MOST:
        raise ChoiceError("cap", f"say a number from 1 to {MOST}")


def _fitting(scope: Scope, choice: Choice, now: dt.datetime) -> Iterator[_Fit]:
    limits = shipped_model().thresholds
    caution = caution_of(settings_in_force(scope, at=now))
    asked: set[frozenset[int]] = set()
    for row in _rows(scope, choice):
        suggestion_id, reasons, evidence, first_at, second_at, first, second = row
        told = read_told(evidence, limits)
        if told is None or not is_safe(told, reasons) or frozenset((first, second)) in asked:
            continue
        if choice.linkable and not told.links(caution):
            continue
        asked.add(frozenset((first, second)))
        yield _Fit(
            suggestion_id=suggestion_id,
            people=(first, second),
            digest=digest_of(reasons, evidence, first_at, second_at),
        )


def _rows(scope: Scope, choice: Choice) -> Iterator[tuple[Any, ...]]:
    pending = PendingMatch.objects.scoped(scope)
    found = list_of_two(scope).filter(
        ~Exists(pending.filter(record=OuterRef("first"))),
        ~Exists(pending.filter(record=OuterRef("second"))),
        bits__gte=choice.least_bits,
        reasons__contained_by=list(choice.reasons),
    )
    rows: Iterator[tuple[Any, ...]] = (
        found.order_by("-bits", "pk").values_list(*_COLUMNS).iterator(chunk_size=_AT_ONCE)
    )
    return rows


def _members(scope: Scope, people: Collection[int]) -> Mapping[int, Sequence[int]]:
    """Person → all Customers that they are."""
    found: dict[int, list[int]] = defaultdict(list)
    held = Customer.objects.scoped(scope).filter(Q(pk__in=people) | Q(merged_into__in=people))
    for pk, into in held.order_by("pk").values_list("pk", "merged_into"):
        found[into or pk].append(pk)
    return found


def _add_items(
    scope: Scope, run: BulkAccept, chosen: Sequence[_Fit], members: Mapping[int, Sequence[int]]
) -> None:
    BulkItem.objects.scoped(scope).bulk_create(
        BulkItem(
            retailer_id=scope.retailer_id,
            run=run,
            suggestion_id=one.suggestion_id,
            first_members=members[one.people[0]],
            second_members=members[one.people[1]],
            digest=one.digest,
        )
        for one in chosen
    )
