"""Deciding who is who as records come and change: linked by itself, left to a person, or nothing.

Two ways lead here. Whoever registers a shopper decides in their own transaction, under locks on
the new record's keys. What a sync or an import wrote is decided right after its commit: first the
keys are written and committed, then read; so of two records at least the later sees the other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from django.db import transaction

from rollcall.customers.operations.settling import lock_ties
from rollcall.identity.models import Merge
from rollcall.identity.operations.generics import learn_generic
from rollcall.identity.operations.key_rows import write_keys
from rollcall.identity.operations.merging import MergeBatch, MergeRefusedError
from rollcall.identity.operations.suggesting import Found, replace_suggestions
from rollcall.identity.queries.blocking import (
    HashedKey,
    Neighbours,
    find_generic,
    find_neighbours,
    hash_keys,
)
from rollcall.identity.queries.evidence import Known, read_evidence, read_people
from rollcall.identity.queries.frequencies import read_frequencies
from rollcall.identity.queries.match_settings import model_in_force
from rollcall.identity.queries.said_new import list_said_new
from rollcall.identity.rules.clustering import LARGEST_CLUSTER, Edge, Refusal, contradiction
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.generic import GenericValues
from rollcall.identity.rules.levels import compare
from rollcall.identity.rules.model import Model
from rollcall.identity.rules.outcomes import Outcome
from rollcall.identity.rules.pair_evidence import pair_evidence
from rollcall.identity.rules.rivals import split_rivals
from rollcall.identity.rules.weights import Pattern, Scored, Scorer
from rollcall.kit.scope import Scope

#: So many merges are written in one transaction: others who tie people wait meanwhile.
_MOST_MERGES: Final = 100


@dataclass(kw_only=True)
class Matching:
    """What came of comparing some records."""

    compared: int = 0
    merges: list[Merge] = field(default_factory=list)
    suggestions: int = 0


class _Doubt(NamedTuple):
    """A pair for a person's eyes; without reasons: because it has too few bits, or vetoes."""

    first: int
    second: int
    reasons: Sequence[str]


@dataclass(kw_only=True)
class Round:
    """Some records and everybody who shares a key with them.

    :param links: record → others with whom it would be linked, if nothing stands in the way.
    :param doubts: record → what else of its pairs is worth a person's eyes, and why.
    """

    scope: Scope
    now: dt.datetime
    model: Model
    scorer: Scorer
    known: dict[int, Known]
    clean: dict[int, Evidence]
    neighbours: Neighbours
    generic: GenericValues
    links: dict[int, list[Edge]] = field(default_factory=dict)
    doubts: dict[int, list[_Doubt]] = field(default_factory=dict)
    said_new: Sequence[tuple[int, int]] = ()
    result: Matching = field(default_factory=Matching)

    def facts(self, record_id: int) -> Evidence:
        return self.clean[record_id]

    def is_one(self, first: int, second: int) -> bool:
        return self.known[first].customer_id == self.known[second].customer_id

    def learn(self, record_ids: Collection[int]) -> None:
        """Read records that are not known yet."""
        for one, held in read_evidence(self.scope, record_ids - self.known.keys()).items():
            self.known[one] = held
            self.clean[one] = self.generic.without(held.evidence)

    def move(self, record_id: int, customer_id: int) -> None:
        """Note whose a record is now."""
        held = self.known.get(record_id)
        if held is not None and held.customer_id != customer_id:
            self.known[record_id] = Known(
                record_id=record_id, customer_id=customer_id, evidence=held.evidence
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Keyed:
    """Records that are to be compared, and their keys, those of generic values too."""

    known: dict[int, Known]
    keys: Mapping[int, Sequence[HashedKey]]


def write_match_keys(scope: Scope, record_ids: Collection[int]) -> Keyed:
    """Read records and write their keys; to be committed before they are compared."""
    known = dict(read_evidence(scope, record_ids))
    keys = {one: hash_keys(scope, held.evidence) for one, held in known.items()}
    write_keys(scope, keys)
    return Keyed(known=known, keys=keys)


def compare_records(scope: Scope, keyed: Keyed, *, now: dt.datetime) -> Matching:
    """Compare records, whose keys are written, with all others, and act on it. Idempotent.

    Merges are written in transactions of some each, if the caller has none.
    """
    return act_on(weigh_records(scope, keyed, now=now))


def weigh_records(scope: Scope, keyed: Keyed, *, now: dt.datetime) -> Round:
    """Find whoever shares a key with these records, and weigh all pairs.

    Writes nothing, unless it learns that a value is nobody's own.
    """
    around = _look_around(scope, keyed, now=now)
    for record_id in sorted(keyed.known):
        _weigh(around, record_id)
    return around


def act_on(around: Round) -> Matching:
    """Merge whom links join, if nothing stands in the way, and leave the rest to people."""
    _link_all(around)
    found = [
        _found(around, *doubt)
        for record_id in sorted(around.doubts)
        for doubt in around.doubts[record_id]
        if not around.is_one(doubt.first, doubt.second)
    ]
    compared = around.doubts.keys()
    around.result.suggestions = replace_suggestions(around.scope, compared, found, now=around.now)
    around.result.compared = len(compared)
    return around.result


def _look_around(scope: Scope, keyed: Keyed, *, now: dt.datetime) -> Round:
    mine = keyed.known
    neighbours, generic = _neighbours(scope, keyed)
    if learn_generic(scope, [one.evidence for one in mine.values()], neighbours.counts, now=now):
        neighbours, generic = _neighbours(scope, keyed)
    others = {other for held in neighbours.of.values() for other in held} - mine.keys()
    theirs = read_evidence(scope, others)
    if theirs:
        generic = generic.joined(find_generic(scope, [one.evidence for one in theirs.values()]))
    known = {**mine, **theirs}
    clean = {one: generic.without(held.evidence) for one, held in known.items()}
    model = model_in_force(scope, at=now)
    weighed = list(clean.values()) if any(neighbours.of.values()) else []
    return Round(
        scope=scope,
        now=now,
        model=model,
        scorer=Scorer(model, read_frequencies(scope, weighed, neighbours.counts)),
        known=known,
        clean=clean,
        neighbours=neighbours,
        generic=generic,
    )


def _neighbours(scope: Scope, keyed: Keyed) -> tuple[Neighbours, GenericValues]:
    """Who shares a key with these records that is somebody's own, and what is nobody's."""
    generic = find_generic(scope, [one.evidence for one in keyed.known.values()])
    wanted = {}
    for record_id, held in keyed.known.items():
        clean = generic.without(held.evidence)
        is_whole = clean is held.evidence
        wanted[record_id] = keyed.keys[record_id] if is_whole else hash_keys(scope, clean)
    return find_neighbours(scope, wanted), generic


def _weigh(around: Round, record_id: int) -> None:
    """Weigh a record's pairs: what may be linked, and what is left for people."""
    links, doubts = [], []
    for other in sorted(around.neighbours.of[record_id]):
        if other not in around.known or around.is_one(record_id, other):
            continue
        bits, outcome = around.scorer.weigh(around.facts(record_id), around.facts(other))
        if outcome is Outcome.AUTO:
            links.append(Edge(record_id, other, bits))
        elif outcome is Outcome.REVIEW:
            reasons = around.scorer.reasons(_pattern(around, record_id, other), bits)
            doubts.append(_Doubt(record_id, other, reasons))
    if links:
        around.links[record_id] = links
    around.doubts[record_id] = doubts


def _link_all(around: Round) -> None:
    """Merge whom links join, record by record, some in each transaction."""
    left = sorted(around.links)
    while left:
        with transaction.atomic():
            batch = _begin(around, left)
            done = 0
            while done < len(left) and len(batch) < _MOST_MERGES:
                _link(around, batch, around.links[left[done]])
                done += 1
            around.result.merges += batch.write(now=around.now)
        for record_id, customer_id in batch.held().items():
            around.move(record_id, batch.standing(customer_id))
        left = left[done:]


def _begin(around: Round, record_ids: Collection[int]) -> MergeBatch:
    """Lock who is who, and read it again for all whom these records' links concern."""
    lock_ties(around.scope)
    linked = {one for own in record_ids for edge in around.links[own] for one in (edge.a, edge.b)}
    people = read_people(around.scope, linked)
    for record_id, customer_id in people.items():
        around.move(record_id, customer_id)
    batch = MergeBatch(around.scope, set(people.values()))
    around.learn(batch.held().keys())
    around.said_new = list_said_new(around.scope, batch.members())
    return batch


def _link(around: Round, batch: MergeBatch, links: Sequence[Edge]) -> None:
    """Have people merged whom one record's links join, the strongest first."""
    record_id = links[0].a
    doubts = around.doubts[record_id]
    links = [edge for edge in links if not _are_one(around, batch, edge)]
    kept, doubtful = split_rivals(links, around.facts)
    for edge in sorted(kept, key=lambda edge: (-edge.bits, edge.b)):
        reasons = _join(around, batch, edge)
        if reasons:
            doubts.append(_Doubt(edge.a, edge.b, reasons))
    doubts += [_Doubt(edge.a, edge.b, ("rival",)) for edge in doubtful]


def _join(around: Round, batch: MergeBatch, edge: Edge) -> Sequence[str]:
    """Have two people merged; what stands in the way of it, if a person should look."""
    if _are_one(around, batch, edge):
        return ()
    refusal = _refusal(around, batch, edge)
    if refusal is not None:
        return (refusal.value,)
    first, second = (batch.standing(around.known[one].customer_id) for one in (edge.a, edge.b))
    if any({batch.standing(a), batch.standing(b)} == {first, second} for a, b in around.said_new):
        return ("said_new",)
    scored = _scored(around, edge.a, edge.b)
    evidence = pair_evidence(
        scored,
        model=around.model.version,
        records=(edge.a, edge.b),
        shift=around.model.thresholds.shift,
    )
    try:
        batch.add(
            Merge(
                survivor_id=first,
                absorbed_id=second,
                reason=Merge.Reason.AUTOMATIC,
                evidence=evidence,
            )
        )
    except MergeRefusedError as error:
        codes = tuple(one.code for one in error.blockers)
        if any(code.startswith("decided_") for code in codes):
            return ()  # a person has said so, for ever
        return codes
    return ()


def _refusal(around: Round, batch: MergeBatch, edge: Edge) -> Refusal | None:
    groups = [
        [
            around.clean[one]
            for one in batch.records(around.known[record_id].customer_id)
            if one in around.clean
        ]
        for record_id in (edge.a, edge.b)
    ]
    if len(groups[0]) + len(groups[1]) > LARGEST_CLUSTER:
        return Refusal.SIZE
    if len(groups[0]) + len(groups[1]) == len((edge.a, edge.b)):
        return None
    return contradiction(*groups)


def _are_one(around: Round, batch: MergeBatch, edge: Edge) -> bool:
    first, second = (batch.standing(around.known[one].customer_id) for one in (edge.a, edge.b))
    return first == second


def _scored(around: Round, first: int, second: int) -> Scored:
    return around.scorer.score(around.facts(first), around.facts(second))


def _pattern(around: Round, first: int, second: int) -> Pattern:
    return around.scorer.pattern(compare(around.facts(first), around.facts(second)))


def _found(around: Round, first: int, second: int, reasons: Sequence[str]) -> Found:
    scored = _scored(around, first, second)
    wanted = around.scorer.would_link_if(around.facts(first), around.facts(second))
    return Found(
        records=(first, second),
        people=(around.known[first].customer_id, around.known[second].customer_id),
        bits=scored.bits,
        reasons=tuple(reasons),
        evidence=pair_evidence(
            scored,
            model=around.model.version,
            records=(first, second),
            would_link_if=wanted,
            shift=around.model.thresholds.shift,
        ),
    )
