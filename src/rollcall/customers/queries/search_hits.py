"""What is shown of the people found: the values that stand for them, and why they were found."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rollcall.customers.queries.account_stores import StoreNames, list_store_names
from rollcall.customers.queries.priorities import get_priorities
from rollcall.customers.queries.profile import (
    RecordView,
    list_edit_values,
    record_values,
    standing_state,
)
from rollcall.customers.queries.search_matching import Closeness, sort_fields
from rollcall.customers.queries.search_people import Person
from rollcall.customers.rules.priorities import Priorities
from rollcall.customers.rules.survivorship import SourcedValue, decide
from rollcall.kit.fields import Fields, FieldValue
from rollcall.kit.normalise.names import fold_name
from rollcall.kit.scope import Scope

#: Fields that are shown of a hit; no others are weighed.
_SHOWN: Final = frozenset(
    ("given_name", "family_name", "born_on", "phone", "email", "last_visit_at", "banned")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class NameWay:
    """A typed word that was found as another: by a nickname or a slip of the keyboard.

    :param kind: ``nickname`` or ``slip``.
    """

    typed: str
    found: str
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchHit:
    """One person that was found.

    :param matched: the fields in which the text was found, the most telling first.
    :param ways: how the name was found, where it is not as typed.
    :param known_as: the name of the record that was found, if the person goes by another one.
    :param records: the records of this person that matched.
    :param others: how many more records of this person there are.
    :param stores: names of the stores whose POS has them, of those that the asker may see.
    :param state: ``present``, ``inactive`` or ``gone``: the best that any record says.
    :param partial: only a part of what was typed fits.
    """

    public_id: uuid.UUID
    customer_id: int
    display_name: str
    born_on: str
    phone: str
    email: str
    matched: Sequence[str]
    ways: Sequence[NameWay]
    known_as: str
    records: Sequence[RecordView]
    others: int
    stores: Sequence[str]
    last_visit_at: dt.datetime | None
    is_banned: bool
    state: str
    is_merged: bool
    partial: bool


def show_people(scope: Scope, people: Sequence[Person], *, partial: bool) -> list[SearchHit]:
    """What is shown of the people, in their order."""
    if not people:
        return []
    edits: dict[int, list[SourcedValue]] = defaultdict(list)
    for customer_id, value in list_edit_values(scope, [one.customer_id for one in people]):
        edits[customer_id].append(value)
    stores, priorities = list_store_names(scope), get_priorities(scope)
    hits = []
    for one in people:
        values = _standing_values(one, edits[one.customer_id], priorities)
        hits.append(_hit(one, values, stores=stores, partial=partial))
    return hits


def _hit(person: Person, values: Fields, *, stores: StoreNames, partial: bool) -> SearchHit:
    name = _name(values)
    found = [answer.record for answer in person.answers]
    found_as = _name(found[0].fields.values)
    return SearchHit(
        public_id=person.public_id,
        customer_id=person.customer_id,
        display_name=name or "(no name)",
        born_on=_text(values, "born_on"),
        phone=_text(values, "phone"),
        email=_text(values, "email"),
        matched=sort_fields(field for answer in person.answers for field in answer.matched),
        ways=_ways(person),
        known_as=found_as if fold_name(found_as) != fold_name(name) else "",
        records=found,
        others=len(person.records) - len(found),
        stores=_stores_of(person.records, stores),
        last_visit_at=_instant(values.get("last_visit_at")),
        is_banned=values.get("banned") is True,
        state=standing_state(person.records),
        is_merged=any(record.merged_into is not None for record in person.records),
        partial=partial,
    )


def _standing_values(
    person: Person, edits: Sequence[SourcedValue], priorities: Priorities
) -> Fields:
    values = [value for record in person.records for value in record_values(record, only=_SHOWN)]
    truths = decide([*values, *edits], priorities)
    return {field: truth.standing.value for field, truth in truths.items()}


def _text(values: Fields, field: str) -> str:
    return str(values.get(field) or "")


def _name(values: Fields) -> str:
    return f"{_text(values, 'given_name')} {_text(values, 'family_name')}".strip()


def _ways(person: Person) -> list[NameWay]:
    kinds = {
        Closeness.NICKNAME: "nickname",
        Closeness.ONE_SLIP: "slip",
        Closeness.TWO_SLIPS: "slip",
    }
    return [
        NameWay(typed=typed, found=found, kind=kinds[closeness])
        for typed, found, closeness in person.answers[0].names.ways
        if closeness in kinds
    ]


def _stores_of(records: Sequence[RecordView], stores: StoreNames) -> list[str]:
    accounts = dict.fromkeys((record.kind, record.account_key) for record in records)
    return list(dict.fromkeys(name for account in accounts for name in stores.get(account, ())))


def _instant(value: FieldValue) -> dt.datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
