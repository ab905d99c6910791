"""Judging a person again without a value: which automatic merges rested on it, and what is left.

Only merges whose evidence used the value are in question. All others count as before, and so does
what people and POS systems said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Final

from django.db.models import Q

from rollcall.customers.queries.people import find_kin
from rollcall.customers.rules.forest import forwards_of
from rollcall.identity.models import Decision, Merge
from rollcall.identity.queries.blocking import (
    VALUE_KINDS,
    HashedKey,
    find_generic,
    find_neighbours,
    hash_value,
)
from rollcall.identity.queries.evidence import read_evidence
from rollcall.identity.queries.frequencies import read_frequencies
from rollcall.identity.queries.match_settings import caution_of, settings_in_force
from rollcall.identity.queries.models import model_of
from rollcall.identity.queries.shared_values import ValueKey, key_of
from rollcall.identity.rules.caution import with_caution
from rollcall.identity.rules.clustering import LARGEST_CLUSTER, Edge, GuardedClusters, cluster
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.generic import GenericValues
from rollcall.identity.rules.model import Model
from rollcall.identity.rules.outcomes import Outcome
from rollcall.identity.rules.pair_evidence import pair_evidence
from rollcall.identity.rules.rivals import split_rivals
from rollcall.identity.rules.weights import Scorer
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope

#: So many records of one person are compared with one another; more only by the full pass.
MOST_RECORDS: Final = 200
_Pair = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Two records that are one person, and why."""

    records: _Pair
    evidence: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What becomes of a person without a value.

    :param undo: automatic merges that rested on it, or that only led over those.
    :param rejoin: links that hold without it, but that were not what the remaining merges say: a
        merge is between people, and one of them may have been somebody's only by way of the value.
    :param likely: pairs that it no longer holds together and that a person should look at.
    """

    undo: Sequence[int] = ()
    rejoin: Sequence[Link] = ()
    likely: Sequence[tuple[Link, float]] = ()
    records: Sequence[int] = ()


@dataclass(kw_only=True)
class _Person:
    """A person with everything that makes them one.

    :param nodes: Customer → the record that stands for them; minus their id if they have none.
    """

    scope: Scope
    field: str
    clean: Mapping[int, Evidence]
    nodes: Mapping[int, int]
    told: Sequence[_Pair]
    merges: Sequence[Merge]
    resting: frozenset[int]
    scorer: Scorer

    def facts(self, node: int) -> Evidence:
        return self.clean.get(node, Evidence())

    def sides(self, merge: Merge) -> _Pair:
        return self.nodes[merge.survivor_id], self.nodes[merge.absorbed_id]

    def standing(self) -> Iterator[Merge]:
        """Merges that do not rest on the value."""
        return (one for one in self.merges if one.pk not in self.resting)

    def evidence(self, records: _Pair) -> Mapping[str, Any]:
        first, second = (self.facts(one) for one in records)
        wanted = self.scorer.would_link_if(first, second)
        return pair_evidence(
            self.scorer.score(first, second),
            model=self.scorer.model.version,
            records=records,
            would_link_if=wanted,
            shift=self.scorer.model.thresholds.shift,
        )


def judge_person(scope: Scope, customer_id: int, value: ValueKey) -> Judged:
    """Judge the automatic merges of a person again as if a value were no evidence.

    Nothing is written. A person of more than ``MOST_RECORDS`` records is left as they are.
    """
    person = _read_person(scope, customer_id, value)
    if person is None:
        return Judged()
    links, likely = _compare(person)
    groups = _group(person, links)
    undo = [
        merge.pk
        for merge in person.merges
        if merge.reason == Merge.Reason.AUTOMATIC and _is_parted(groups, person.sides(merge))
    ]
    if not undo:
        return Judged()
    return Judged(
        undo=undo,
        rejoin=list(_rejoin(person, groups, links, set(undo))),
        likely=[
            (Link(records=(edge.a, edge.b), evidence=person.evidence((edge.a, edge.b))), edge.bits)
            for edge in (*likely, *links)
            if _is_parted(groups, (edge.a, edge.b))
        ],
        records=sorted(person.clean),
    )


def _read_person(scope: Scope, customer_id: int, value: ValueKey) -> _Person | None:
    kin = find_kin(scope, {customer_id})
    merges = list(Merge.objects.scoped(scope).filter(pk__in=kin.joins).order_by("pk"))
    if len(kin.places) > MOST_RECORDS:
        return None
    known = {one: held.evidence for one, held in read_evidence(scope, kin.places).items()}
    holding = {
        record_id: text
        for record_id, evidence in known.items()
        if (text := getattr(evidence, value.field)) is not None
        and key_of(scope, value.field, text) == value
    }
    resting = frozenset(one.pk for one in merges if _rests_on(one, value.field, holding))
    if not resting:
        return None
    clean = _without(scope, known, value.field, set(holding.values()))
    base = forwards_of(kin.ages, kin.places.values())
    first: dict[int, int] = {}
    told = [
        (first.setdefault(place.base_id, place.record_id), place.record_id)
        for place in sorted(kin.places.values())
        if place.record_id in clean
    ]
    return _Person(
        scope=scope,
        field=value.field,
        clean=clean,
        nodes={one: first.get(base[one], -base[one]) for one in kin.ages},
        told=[pair for pair in told if pair[0] != pair[1]],
        merges=merges,
        resting=resting,
        scorer=_scorer(scope, clean),
    )


def _rests_on(merge: Merge, field: str, holding: Mapping[int, str]) -> bool:
    """Whether a value spoke for an automatic merge, as far as its evidence tells."""
    if merge.reason != Merge.Reason.AUTOMATIC:
        return False
    records = merge.evidence.get("records", ())
    spoke = any(
        part["field"] == field and part["bits"] > 0 for part in merge.evidence.get("parts", ())
    )
    return spoke and any(one in holding for one in records)


def _without(
    scope: Scope, known: Mapping[int, Evidence], field: str, texts: set[str]
) -> dict[int, Evidence]:
    generic = find_generic(scope, known.values())
    wider = {**generic.values, field: generic.values[field] | texts}
    every = GenericValues(values=wider)
    return {one: every.without(evidence) for one, evidence in known.items()}


def _scorer(scope: Scope, clean: Mapping[int, Evidence]) -> Scorer:
    keys = {
        one: [
            HashedKey(VALUE_KINDS[field], hash_value(scope, field, text))
            for field in ("phone", "email")
            if (text := getattr(evidence, field))
        ]
        for one, evidence in clean.items()
    }
    counts = find_neighbours(scope, keys).counts
    return Scorer(_model(scope), read_frequencies(scope, list(clean.values()), counts))


def _model(scope: Scope) -> Model:
    """The retailer's model; settings that became stricter since take nothing back."""
    caution = caution_of(settings_in_force(scope, at=utc_now()))
    as_lenient = replace(caution, links=True, link_bits=min(caution.link_bits, 0.0))
    return with_caution(model_of(scope), as_lenient)


def _compare(person: _Person) -> tuple[list[Edge], list[Edge]]:
    """Pairs that are linked without the value, and pairs that a person should look at."""
    links, likely = [], []
    for a, b in combinations(sorted(person.clean), 2):
        bits, outcome = person.scorer.weigh(person.facts(a), person.facts(b))
        if outcome is Outcome.AUTO:
            links.append(Edge(a, b, bits))
        elif outcome is Outcome.REVIEW:
            likely.append(Edge(a, b, bits))
    kept, doubtful = split_rivals(links, person.facts)
    return list(kept), [*likely, *doubtful]


def _group(person: _Person, links: Iterable[Edge]) -> GuardedClusters:
    together = [*person.told, *(_evidence_pair(person, one) for one in person.standing())]
    together += _called_same(person)
    groups, _ = cluster(
        links,
        person.facts,
        together=together,
        largest=max(LARGEST_CLUSTER, len(person.clean)),
    )
    return groups


def _evidence_pair(person: _Person, merge: Merge) -> _Pair:
    """The two records that a merge was made for, or those that stand for its Customers."""
    records = merge.evidence.get("records", ())
    if merge.reason == Merge.Reason.AUTOMATIC and all(one in person.clean for one in records):
        return records[0], records[1]
    return person.sides(merge)


def _called_same(person: _Person) -> list[_Pair]:
    """Pairs of which a person said that they are the same."""
    found = []
    customers, records = list(person.nodes), list(person.clean)
    decisions = Decision.objects.scoped(person.scope).filter(
        Q(first_customer__in=customers) | Q(first_record__in=records),
        Q(second_customer__in=customers) | Q(second_record__in=records),
        withdrawn_at__isnull=True,
        kind=Decision.Kind.SAME,
    )
    for one in decisions:
        first = one.first_record_id or person.nodes[one.first_customer_id or 0]
        second = one.second_record_id or person.nodes[one.second_customer_id or 0]
        found.append((first, second))
    return found


def _rejoin(
    person: _Person, groups: GuardedClusters, links: Sequence[Edge], undone: set[int]
) -> Iterator[Link]:
    """Links that are needed besides the merges that stay; first those that stood, then others."""
    left = GuardedClusters(person.facts)
    for pair in (*person.told, *(person.sides(m) for m in person.merges if m.pk not in undone)):
        left.keep_together(*pair)
    for merge in person.standing():
        pair = _evidence_pair(person, merge)
        if merge.pk in undone and _is_parted(left, pair):
            left.keep_together(*pair)
            yield Link(records=pair, evidence=merge.evidence)
    for edge in sorted(links, key=lambda edge: (-edge.bits, edge.a, edge.b)):
        pair = (edge.a, edge.b)
        if _is_parted(left, pair) and not _is_parted(groups, pair):
            left.keep_together(*pair)
            yield Link(records=pair, evidence=person.evidence(pair))


def _is_parted(groups: GuardedClusters, pair: _Pair) -> bool:
    return groups.root(pair[0]) != groups.root(pair[1])
