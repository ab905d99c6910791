"""Matching everybody of a retailer at once, and comparing it with who people are now.

The full pass sees what comparing record by record cannot: values that have become generic since,
and groups as wholes. It proposes and never rewrites: what it would join waits for a person, what it
would not have joined is counted and can be undone.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from django.db import connection

from rollcall.customers.models import Customer, Link, PosRecord
from rollcall.identity.engines.results import Matched, Weighed, match
from rollcall.identity.models import Decision, GenericValue, Merge
from rollcall.identity.operations.doubting import write_doubts
from rollcall.identity.operations.suggesting import Found, propose
from rollcall.identity.queries.evidence import Known, read_evidence
from rollcall.identity.queries.match_settings import model_in_force
from rollcall.identity.queries.models import model_of
from rollcall.identity.queries.shared_values import read_value, value_of
from rollcall.identity.rules.caution import Caution, with_caution
from rollcall.identity.rules.clustering import Edge
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.generic import GenericValues, learn_generic
from rollcall.identity.rules.model import Model
from rollcall.identity.rules.pair_evidence import pair_evidence
from rollcall.identity.rules.weights import Scorer, count_frequencies
from rollcall.kit.scope import Role, Scope, require

#: Scores every pair of a file: one of the engines.
Weigher = Callable[[Sequence[Evidence], Model], Weighed]

_AT_ONCE: Final = 5_000
_NEXT: Final = """
select id from customers_posrecord where retailer_id = %s and id > %s order by id limit %s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class FullPass:
    """How everybody matched at once differs from who people are now.

    :param people: how many there are now; ``matched``: how many the full pass finds.
    :param joins: pairs of people whom it would link by itself.
    :param parts: automatic merges in force whose people it would not have joined.
    :param review: pairs of people that it would leave to a person.
    :param proposed: suggestions that were written; ``doubted``: merges newly put up for a person.
    """

    records: int
    people: int
    matched: int
    joins: int
    parts: Sequence[int]
    review: int
    proposed: int
    doubted: int


def run_full_pass(
    scope: Scope,
    weigh: Weigher,
    *,
    write: bool,
    caution: Caution | None = None,
    now: dt.datetime,
) -> FullPass:
    """Match all records of the retailer; people's decisions are obeyed.

    Holds all of them in memory, about 2 kB each. Nobody is merged or parted.

    :param write: put what it would join into the review queue, and what it would not have joined
        beside it.
    :param caution: settings to try; None: those in force.
    """
    require(scope, Role.MANAGER)
    known = read_all(scope)
    generic = learn_values(scope, known)
    records = [generic.without(one.evidence) for one in known]
    places = _Places(scope, known)
    together, apart = _decisions(scope, places)
    model = model_in_force(scope, at=now)
    if caution is not None:
        model = with_caution(model_of(scope), caution)
    matched = match(weigh(records, model), records, together=together, apart=apart)
    joins = _joins(matched, known)
    found = _found(joins, known, records, model)
    parts = _parts(scope, matched, places)
    return FullPass(
        records=len(known),
        people=len(places.of_people),
        matched=len(set(matched.people)),
        joins=len(joins),
        parts=parts,
        review=len(matched.review),
        proposed=propose(scope, found, now=now) if write else 0,
        doubted=write_doubts(scope, parts, now=now) if write else 0,
    )


def read_all(scope: Scope) -> list[Known]:
    """Open all records of a retailer, by their ids."""
    found: list[Known] = []
    last = 0
    while ids := _next_ids(scope, last):
        known = read_evidence(scope, ids)
        found.extend(known[one] for one in ids if one in known)
        last = ids[-1]
    return found


def learn_values(scope: Scope, known: Sequence[Known]) -> GenericValues:
    """What counts say of these records, and what was said of values; a person's word stands."""
    counted = learn_generic([one.evidence for one in known])
    values = {field: set(held) for field, held in counted.values.items()}
    for row in GenericValue.objects.scoped(scope):
        value = value_of(row)
        text = read_value(scope, value)
        if text is not None:
            (values[value.field].discard if row.is_own else values[value.field].add)(text)
    return GenericValues(values={field: frozenset(held) for field, held in values.items()})


def _next_ids(scope: Scope, last: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [scope.retailer_id, last, _AT_ONCE])
        return [record_id for (record_id,) in cursor.fetchall()]


class _Places:
    """Where in the file the records of people stand.

    :param of_people: who they are now → the places of their records.
    :param told: pairs of places that a POS, or a registration, calls one person.
    """

    def __init__(self, scope: Scope, known: Sequence[Known]) -> None:
        self.by_record = {one.record_id: place for place, one in enumerate(known)}
        self.of_people: dict[int, list[int]] = defaultdict(list)
        for place, one in enumerate(known):
            self.of_people[one.customer_id].append(place)
        self.told: list[tuple[int, int]] = []
        self._of_customers: dict[int, int] = {}
        homes: dict[int, int] = {}
        links = Link.objects.scoped(scope).order_by("record_id")
        for record_id, home_id, base_id in links.values_list("record_id", "home_id", "base_id"):
            if record_id not in self.by_record:
                continue
            place = self.by_record[record_id]
            first = self._of_customers.setdefault(base_id, place)
            if first != place:
                self.told.append((first, place))
            homes.setdefault(home_id, first)
        # Somebody whose records have all gone elsewhere is who their own record belongs to.
        self._of_customers = {**homes, **self._of_customers}

    def of_customer(self, customer_id: int) -> int | None:
        """The place that stands for a Customer, whoever that is now."""
        return self._of_customers.get(customer_id)

    def sides(self, merge: Merge) -> tuple[int, int] | None:
        """The places that stand for the two Customers of a merge."""
        first, second = (self.of_customer(one) for one in (merge.survivor_id, merge.absorbed_id))
        return None if first is None or second is None else (first, second)

    def pair_of(self, merge: Merge) -> tuple[int, int] | None:
        """The places of the two records that were compared for a merge, else of its Customers."""
        compared = [self.by_record.get(one) for one in merge.evidence.get("records", ())]
        if len(compared) == 2 and compared[0] is not None and compared[1] is not None:
            return compared[0], compared[1]
        return self.sides(merge)


def _decisions(
    scope: Scope, places: _Places
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """What people and POS systems say, as pairs of places: together, and apart.

    Together are only the two that somebody looked at; what matching joined to them is judged anew.
    """
    together, apart = list(places.told), []
    decisions = Decision.objects.scoped(scope).filter(withdrawn_at__isnull=True)
    related = ("first_customer", "second_customer", "first_record__link", "second_record__link")
    for one in decisions.select_related(*related):
        if one.kind == Decision.Kind.SAME:
            pair = [_place(places, one, side) for side in ("first", "second")]
            if pair[0] is not None and pair[1] is not None:
                together.append((pair[0], pair[1]))
            continue
        first, second = (_standing(one, side) for side in ("first", "second"))
        if first != second:
            of_people = places.of_people
            apart += list(product(of_people.get(first, ()), of_people.get(second, ())))
    in_force = Merge.objects.scoped(scope).filter(undone_at__isnull=True)
    for merge in in_force.exclude(reason=Merge.Reason.AUTOMATIC):
        pair_of = places.pair_of(merge)
        if pair_of is not None:
            together.append(pair_of)
    return together, apart


def _place(places: _Places, decision: Decision, side: str) -> int | None:
    record_id: int | None = getattr(decision, f"{side}_record_id")
    if record_id is not None:
        return places.by_record.get(record_id)
    return places.of_customer(getattr(decision, f"{side}_customer_id"))


def _standing(decision: Decision, side: str) -> int:
    record: PosRecord | None = getattr(decision, f"{side}_record")
    if record is not None:
        return record.link.customer_id
    customer: Customer = getattr(decision, f"{side}_customer")
    return customer.merged_into_id or customer.pk


def _joins(matched: Matched, known: Sequence[Known]) -> list[Edge]:
    """For each two people whom the pass would make one: the strongest link between them."""
    best: dict[frozenset[int], Edge] = {}
    for edge in sorted(matched.links, key=lambda edge: (-edge.bits, edge.a, edge.b)):
        people = frozenset((known[edge.a].customer_id, known[edge.b].customer_id))
        if len(people) > 1 and matched.people[edge.a] == matched.people[edge.b]:
            best.setdefault(people, edge)
    return list(best.values())


def _found(
    joins: Iterable[Edge], known: Sequence[Known], records: Sequence[Evidence], model: Model
) -> list[Found]:
    scorer = Scorer(model, count_frequencies(records))
    return [
        Found(
            records=(known[edge.a].record_id, known[edge.b].record_id),
            people=(known[edge.a].customer_id, known[edge.b].customer_id),
            bits=edge.bits,
            reasons=("full_pass",),
            evidence=pair_evidence(
                scorer.score(records[edge.a], records[edge.b]),
                model=model.version,
                shift=model.thresholds.shift,
                records=(known[edge.a].record_id, known[edge.b].record_id),
            ),
        )
        for edge in joins
    ]


def _parts(scope: Scope, matched: Matched, places: _Places) -> list[int]:
    """Automatic merges in force of two whom the pass leaves in different groups."""
    in_force = Merge.objects.scoped(scope).filter(
        undone_at__isnull=True, reason=Merge.Reason.AUTOMATIC
    )
    return [
        merge.pk
        for merge in in_force.order_by("pk")
        if (pair := places.sides(merge)) is not None
        and matched.people[pair[0]] != matched.people[pair[1]]
    ]
