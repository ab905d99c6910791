"""Who somebody may be who is about to be registered: what matching would find, before it is done.

The same keys, weights and thresholds as when records come; nothing is written.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from rollcall.customers.models import Customer
from rollcall.customers.queries.profile import visible_records
from rollcall.customers.rules.values import normalise_fields
from rollcall.identity.queries.blocking import find_generic, find_neighbours, hash_keys
from rollcall.identity.queries.evidence import Known, read_evidence
from rollcall.identity.queries.frequencies import read_frequencies
from rollcall.identity.queries.match_settings import model_in_force
from rollcall.identity.rules.evidence import evidence_of
from rollcall.identity.rules.outcomes import Outcome
from rollcall.identity.rules.weights import Part, Scored, Scorer
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import Fields
from rollcall.kit.scope import Scope

#: The one who is not there yet; no record has this id.
_NOBODY: Final = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """Somebody known who may be the one.

    :param is_sure: matching would link them by itself.
    :param parts: what each field says of the record that fits best; fields that say nothing are
        left out.
    """

    customer: Customer
    record_id: int
    bits: float
    is_sure: bool
    parts: tuple[Part, ...]

    @property
    def public_id(self) -> uuid.UUID:
        """The id that stands for them."""
        return self.customer.public_id


def find_candidates(scope: Scope, fields: Fields, *, most: int = 5) -> list[Candidate]:
    """Return who fits and may be seen by the scope, the likeliest first.

    :param fields: canonical, as far as they are known.
    """
    scored = _score(scope, fields)
    people = Customer.objects.scoped(scope).in_bulk(list(scored))
    seen = _visible(scope, people.keys())
    found = [
        Candidate(
            customer=people[customer_id],
            record_id=record_id,
            bits=one.bits,
            is_sure=one.outcome is Outcome.AUTO,
            parts=tuple(part for part in one.parts if part.level != "missing"),
        )
        for customer_id, (record_id, one) in scored.items()
        if customer_id in seen
    ]
    return sorted(found, key=lambda one: (-one.is_sure, -one.bits, one.customer.pk))[:most]


def _score(scope: Scope, fields: Fields) -> Mapping[int, tuple[int, Scored]]:
    """The best record of each person who comes into question."""
    told = evidence_of(normalise_fields(fields))
    mine = find_generic(scope, [told]).without(told)
    neighbours = find_neighbours(scope, {_NOBODY: hash_keys(scope, mine)})
    known = read_evidence(scope, neighbours.of[_NOBODY])
    if not known:
        return {}
    generic = find_generic(scope, [told, *(one.evidence for one in known.values())])
    mine = generic.without(told)
    clean = {one: generic.without(held.evidence) for one, held in known.items()}
    frequencies = read_frequencies(scope, [mine, *clean.values()], neighbours.counts)
    scorer = Scorer(model_in_force(scope, at=utc_now()), frequencies)
    best: dict[int, tuple[int, Scored]] = {}
    for record_id, held in sorted(known.items()):
        one = scorer.score(mine, clean[record_id])
        if one.outcome is not Outcome.NO and _is_better(best, held, one):
            best[held.customer_id] = (record_id, one)
    return best


def _is_better(best: Mapping[int, tuple[int, Scored]], held: Known, one: Scored) -> bool:
    if held.customer_id not in best:
        return True
    before = best[held.customer_id][1]
    return (one.outcome is Outcome.AUTO, one.bits) > (before.outcome is Outcome.AUTO, before.bits)


def _visible(scope: Scope, customer_ids: Collection[int]) -> set[int]:
    if scope.store_ids is None or not customer_ids:
        return set(customer_ids)
    records = visible_records(scope, customer_ids)
    return set(records.values_list("link__customer", flat=True))
