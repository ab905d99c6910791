"""Which of several values stands for a person, field by field.

Order: a pinned hub edit or one that is on its way to a POS; then, where the retailer has said so,
the POS that counts more for the field; then the newest of the other hub edits and the values of the
records that the POS still has. Values of inactive and vanished records only count where nothing
else is known.

A wish not to be contacted, or a ban, is different where several people were merged into one: each
of them has one that stands, and of these the strictest stands for all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rollcall.customers.rules.priorities import NO_PRIORITIES, Priorities, place_of
from rollcall.kit.fields import FIELDS, FieldValue


@dataclass(frozen=True, kw_only=True, slots=True)
class SourcedValue:
    """One source's value of one field.

    :param source: what people read ("Alder Way · treez 1042", "typed here").
    :param record_id: the PosRecord, or None for a hub edit.
    :param kind: of the POS; "" for a hub edit.
    :param at: aware; when the source got this value.
    :param alive: False for values of inactive or vanished records.
    :param pinned: no POS value may stand above it.
    :param waiting: on its way to a POS: until it has arrived, none of its values stands above it.
    :param customer_id: the Customer whom it is about by itself, before merges of people.
    :param covers: further Customers whom it was typed for, as they were one person then.
    """

    field: str
    value: FieldValue
    source: str
    record_id: int | None
    at: dt.datetime
    alive: bool = True
    pinned: bool = False
    waiting: bool = False
    kind: str = ""
    customer_id: int = 0
    covers: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldTruth:
    """The value that stands, and the others that say something else, best first.

    :param by_priority: it stands above a newer one, because its POS counts more for the field.
    :param by_strictness: another value would stand if it were not the strictest wish.
    """

    field: str
    standing: SourcedValue
    others: Sequence[SourcedValue]
    by_priority: bool = False
    by_strictness: bool = False


#: Field → the value that stands as soon as one of several merged people has it.
STRICTEST: Final[Mapping[str, FieldValue]] = {
    "marketing_opt_in": False,
    "email_opt_in": False,
    "sms_opt_in": False,
    "banned": True,
}


def decide(
    values: Iterable[SourcedValue], priorities: Priorities = NO_PRIORITIES
) -> Mapping[str, FieldTruth]:
    """The standing value of every field that has one, in the vocabulary's order."""
    by_field: dict[str, list[SourcedValue]] = {}
    for value in values:
        by_field.setdefault(value.field, []).append(value)
    truths: dict[str, FieldTruth] = {}
    for field in FIELDS:
        candidates = by_field.get(field)
        if candidates:
            truths[field] = _decide_one(field, candidates, priorities)
    return truths


def _decide_one(
    field: str, candidates: Sequence[SourcedValue], priorities: Priorities
) -> FieldTruth:
    ranks = {id(one): _rank(one, priorities) for one in candidates}
    ordered = sorted(candidates, key=lambda one: ranks[id(one)], reverse=True)
    standing = _strictest(field, ordered) or ordered[0]
    others = [other for other in ordered if other.value != standing.value]
    by_priority = any(
        _is_above_by_priority(ranks[id(standing)], ranks[id(other)]) for other in others
    )
    return FieldTruth(
        field=field,
        standing=standing,
        others=others,
        by_priority=by_priority,
        by_strictness=standing.value != ordered[0].value,
    )


def _strictest(field: str, ordered: Sequence[SourcedValue]) -> SourcedValue | None:
    """Return the strictest wish of merged people, if one of them has it.

    :param ordered: what counts most first.
    """
    if field not in STRICTEST:
        return None
    of_each: dict[int, SourcedValue] = {}
    for one in ordered:
        for customer_id in {one.customer_id, *one.covers}:
            of_each.setdefault(customer_id, one)
    standing = {id(one) for one in of_each.values()}
    strict = (one for one in ordered if one.value == STRICTEST[field])
    return next((one for one in strict if id(one) in standing), None)


_Rank = tuple[bool, bool, int, dt.datetime, bool, int, str, str]


def _is_above_by_priority(standing: _Rank, other: _Rank) -> bool:
    return standing[:2] == other[:2] and standing[2] > other[2] and standing[3] < other[3]


def _rank(value: SourcedValue, priorities: Priorities) -> _Rank:
    # The rest breaks ties so that the same evidence always gives the same answer: what a person
    # typed stands above what a machine said at the same moment.
    typed = value.record_id is None
    tie = (typed, value.record_id or 0, value.source, repr(value.value))
    forced = value.pinned or value.waiting
    place = place_of(priorities, value.field, value.kind)
    return (forced, value.alive, -place, value.at, *tie)
