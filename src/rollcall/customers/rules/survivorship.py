"""Which of several values stands for a person, field by field.

Order: a pinned hub edit or one that is on its way to a POS, then the newest of the other hub edits
and the values of the records that the POS still has. Values of inactive and vanished records only
count where nothing else is known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rollcall.kit.fields import FIELDS, FieldValue


@dataclass(frozen=True, kw_only=True, slots=True)
class SourcedValue:
    """One source's value of one field.

    :param source: what people read ("Alder Way · treez 1042", "typed here").
    :param record_id: the PosRecord, or None for a hub edit.
    :param at: aware; when the source got this value.
    :param alive: False for values of inactive or vanished records.
    :param pinned: no POS value may stand above it.
    :param waiting: on its way to a POS: until it has arrived, none of its values stands above it.
    """

    field: str
    value: FieldValue
    source: str
    record_id: int | None
    at: dt.datetime
    alive: bool = True
    pinned: bool = False
    waiting: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldTruth:
    """The value that stands, and the others that say something else, best first."""

    field: str
    standing: SourcedValue
    others: Sequence[SourcedValue]


def decide(values: Iterable[SourcedValue]) -> Mapping[str, FieldTruth]:
    """The standing value of every field that has one, in the vocabulary's order."""
    by_field: dict[str, list[SourcedValue]] = {}
    for value in values:
        by_field.setdefault(value.field, []).append(value)
    truths: dict[str, FieldTruth] = {}
    for field in FIELDS:
        candidates = sorted(by_field.get(field, ()), key=_rank, reverse=True)
        if candidates:
            standing = candidates[0]
            others = [other for other in candidates[1:] if other.value != standing.value]
            truths[field] = FieldTruth(field=field, standing=standing, others=others)
    return truths


def _rank(value: SourcedValue) -> tuple[bool, bool, dt.datetime, bool, int, str, str]:
    # The rest breaks ties so that the same evidence always gives the same answer: what a person
    # typed stands above what a machine said at the same moment.
    typed = value.record_id is None
    tie = (typed, value.record_id or 0, value.source, repr(value.value))
    return (value.pinned or value.waiting, value.alive, value.at, *tie)
