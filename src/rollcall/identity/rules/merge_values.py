"""Which values would stand for people who are merged or parted, from what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from rollcall.customers.rules.priorities import Priorities
from rollcall.customers.rules.survivorship import FieldTruth, SourcedValue, decide
from rollcall.kit.fields import FIELDS, FieldValue


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedValue:
    """A hub edit.

    :param in_force: False if it was withdrawn; what it covers stays covered.
    """

    id: int
    value: SourcedValue
    in_force: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChange:
    """A field before and after.

    :param before: the value of each person before, in their order; None where there is none.
    :param why: code of why the value after stands: ``alone``, ``agreed``, ``newest``, ``pinned``,
        ``waiting``, ``priority``, ``strictest``, ``none``.
    :param source: whose value it is then.
    """

    name: str
    label: str
    before: Sequence[FieldValue] = field(repr=False)
    after: FieldValue = field(repr=False)
    why: str
    source: str


def values_of(
    members: Set[int], records: Iterable[SourcedValue], typed: Sequence[TypedValue]
) -> list[SourcedValue]:
    """Return what counts for a person who consists of these Customers."""
    own = [one for one in typed if one.value.customer_id in members]
    return [
        *(value for value in records if value.customer_id in members),
        *(one.value for one in own if one.in_force and not _is_covered(one, own)),
    ]


def _is_covered(one: TypedValue, others: Sequence[TypedValue]) -> bool:
    return any(
        other.value.field == one.value.field
        and one.value.customer_id in other.value.covers
        and (other.value.at, other.id) > (one.value.at, one.id)
        for other in others
    )


def compare(
    before: Sequence[Sequence[SourcedValue]], after: Sequence[SourcedValue], priorities: Priorities
) -> list[FieldChange]:
    """Return every field that anybody has, before and after, in the vocabulary's order."""
    were = [decide(values, priorities) for values in before]
    now = decide(after, priorities)
    return [
        _change(name, [truths.get(name) for truths in were], now)
        for name in FIELDS
        if name in now or any(name in truths for truths in were)
    ]


def _change(
    name: str, before: Sequence[FieldTruth | None], after: Mapping[str, FieldTruth]
) -> FieldChange:
    truth = after.get(name)
    return FieldChange(
        name=name,
        label=FIELDS[name].label,
        before=[None if one is None else one.standing.value for one in before],
        after=None if truth is None else truth.standing.value,
        why="none" if truth is None else _why(truth, before),
        source="" if truth is None else truth.standing.source,
    )


def _why(truth: FieldTruth, before: Sequence[FieldTruth | None]) -> str:
    if truth.by_strictness:
        return "strictest"
    if not truth.others:
        known = [one for one in before if one is not None]
        return "agreed" if len(known) > 1 else "alone"
    if truth.standing.pinned:
        return "pinned"
    if truth.standing.waiting:
        return "waiting"
    return "priority" if truth.by_priority else "newest"
