"""The events of people and of syncs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from rollcall.events.queries.people import (
    PersonIds,
    RecordIds,
    find_people,
    find_records,
)
from rollcall.events.queries.sources import Data, Happening, Source, add_source
from rollcall.kit.scope import Scope
from rollcall.sync.queries import list_connections

#: Context of a merge that says which one it is, or which record has moved.
_MERGE: Final = "merge"


def _of_record(
    say: Callable[[RecordIds, Happening], Data],
) -> Callable[[Scope, Sequence[Happening]], list[Data | None]]:
    def tell(scope: Scope, happened: Sequence[Happening]) -> list[Data | None]:
        records = find_records(scope, {one.subject_ids[0] for one in happened})
        return [
            say(records[one.subject_ids[0]], one) if one.subject_ids[0] in records else None
            for one in happened
        ]

    return tell


def _record(record: RecordIds) -> Data:
    return {"kind": record.kind, "id": record.external_id}


def _born(record: RecordIds, _happened: Happening) -> Data:
    return {"customer": record.home, "record": _record(record)}


def _changed(record: RecordIds, happened: Happening) -> Data:
    return {
        "customer": record.customer,
        "record": _record(record),
        "fields": list(happened.fields),
    }


def _gone(record: RecordIds, _happened: Happening) -> Data:
    return {"customer": record.customer, "record": _record(record)}


def _of_people(
    say: Callable[[list[PersonIds], Happening], Data],
) -> Callable[[Scope, Sequence[Happening]], list[Data | None]]:
    def tell(scope: Scope, happened: Sequence[Happening]) -> list[Data | None]:
        people = find_people(scope, {pk for one in happened for pk in one.subject_ids})
        told: list[Data | None] = []
        for one in happened:
            seen = [people[pk] for pk in dict.fromkeys(one.subject_ids) if pk in people]
            told.append(say(seen, one) if seen else None)
        return told

    return tell


def _edited(people: list[PersonIds], happened: Happening) -> Data:
    return {"customer": people[0].now, "record": None, "fields": list(happened.fields)}


def _tied(people: list[PersonIds], happened: Happening) -> Data:
    return {
        "customer": people[0].now,
        "customers": [one.own for one in people],
        "merge": happened.context.get(_MERGE),
    }


def _relinked(people: list[PersonIds], _happened: Happening) -> Data:
    return {"customer": people[-1].now, "customers": [one.own for one in people]}


def _of_sync(scope: Scope, happened: Sequence[Happening]) -> list[Data | None]:
    slugs = {one.pk: one.slug for one in list_connections(scope)}
    return [
        {"connection": slugs[one.subject_ids[0]], "sync": one.context.get("sync")}
        if one.subject_ids and one.subject_ids[0] in slugs
        else None
        for one in happened
    ]


add_source(
    Source(
        action="record.created", type="customer.created", is_each=True, tell=_of_record(_born),
        about="Somebody new: registered here, or met in a POS for the first time.",
    ),
    Source(
        action="record.changed", type="customer.updated", is_each=True, tell=_of_record(_changed),
        about="Values of a person changed, at a POS or here.",
    ),
    Source(
        action="customer.edited", type="customer.updated", tell=_of_people(_edited),
        about="Values of a person changed, at a POS or here.",
    ),
    # What was typed and is not wanted any more: other values stand again.
    Source(
        action="outbox.discarded", type="customer.updated", tell=_of_people(_edited),
        about="Values of a person changed, at a POS or here.",
    ),
    Source(
        action="record.gone", type="customer.record_gone", is_each=True, tell=_of_record(_gone),
        about="A POS no longer has a record of a person.",
    ),
    Source(
        action="record.back", type="customer.record_back", is_each=True, tell=_of_record(_gone),
        about="A POS has a record again that was gone.",
    ),
    Source(
        action="customer.merged", type="customer.merged", tell=_of_people(_tied),
        about="Two people are one; all their ids lead to the first.",
    ),
    Source(
        action="customer.unmerged", type="customer.unmerged", tell=_of_people(_tied),
        about="A merge was taken back.",
    ),
    Source(
        action="customer.merged_by_pos", type="customer.relinked", tell=_of_people(_relinked),
        about="A record belongs to another person now; read both again.",
    ),
    Source(
        action="customer.record_joined", type="customer.relinked", tell=_of_people(_relinked),
        about="A record belongs to another person now; read both again.",
    ),
    Source(
        action="sync.finished", type="sync.finished", tell=_of_sync,
        about="A sync of a connection is finished.",
    ),
    Source(
        action="sync.failed", type="sync.failed", tell=_of_sync,
        about="A sync of a connection failed.",
    ),
)  # fmt: skip
