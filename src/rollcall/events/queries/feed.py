"""The feed of a retailer's events, read from the audit: nothing is written a second time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rollcall.audit.queries import FeedEntry, FeedPlace, find_horizon, list_feed_entries
from rollcall.events.queries.sources import Data, Happening, Source, list_sources
from rollcall.kit.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One event.

    :param id: the same whenever it is read.
    :param data: ids and names of fields; who somebody is, is as of now.
    """

    id: str
    type: str
    at: dt.datetime
    data: Data


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Events in order, and where to go on.

    :param has_more: there is more to be read at once.
    """

    events: list[Event]
    next: FeedPlace
    has_more: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Raw:
    id: str
    source: Source
    happened: Happening
    next: FeedPlace


def find_latest() -> FeedPlace:
    """The place behind everything that can be read now; what is still uncommitted lies ahead."""
    return FeedPlace(find_horizon())


def read_events(scope: Scope, *, start: FeedPlace, limit: int, types: Collection[str] = ()) -> Page:
    """Read events from a place on; a page may be empty although there is more.

    Only what lies below the transaction horizon is read, so that no late commit is ever skipped.

    :param limit: most events of the page.
    :param types: only these; empty: all.
    """
    sources = list_sources(types)
    horizon = find_horizon()
    if not sources:
        return Page(events=[], next=max(start, FeedPlace(horizon)), has_more=False)
    entries = list_feed_entries(
        scope,
        start=start,
        horizon=horizon,
        actions=sources.keys(),
        each=[action for action, source in sources.items() if source.is_each],
        limit=limit,
    )
    raws = list(_take(entries, sources, limit))
    events = _tell(scope, raws)
    if len(raws) == limit:
        return Page(events=events, next=raws[-1].next, has_more=True)
    if len(entries) == limit:
        behind = FeedPlace(entries[-1].transaction_id, entries[-1].id + 1)
        return Page(events=events, next=behind, has_more=True)
    # Nothing else below the horizon: what the reader did not want need not be passed again.
    return Page(events=events, next=max(start, FeedPlace(horizon)), has_more=False)


def _take(
    entries: Sequence[FeedEntry], sources: Mapping[str, Source], limit: int
) -> Iterator[_Raw]:
    left = limit
    for entry in entries:
        for raw in _split(entry, sources[entry.action]):
            if not left:
                return
            left -= 1
            yield raw


def _split(entry: FeedEntry, source: Source) -> Iterator[_Raw]:
    """One event of the entry, or one for each subject."""
    behind = FeedPlace(entry.transaction_id, entry.id + 1)
    if not source.is_each:
        yield _Raw(
            id=f"evt_{entry.id}_0",
            source=source,
            happened=_happening(entry, entry.subject_ids),
            next=behind,
        )
        return
    for place, subject_id in enumerate(entry.subject_ids, start=entry.first):
        is_last = place + 1 >= entry.last
        yield _Raw(
            id=f"evt_{entry.id}_{place}",
            source=source,
            happened=_happening(entry, [subject_id]),
            next=behind if is_last else FeedPlace(entry.transaction_id, entry.id, place + 1),
        )


def _happening(entry: FeedEntry, subject_ids: Sequence[int]) -> Happening:
    return Happening(
        action=entry.action,
        at=entry.at,
        subject_ids=subject_ids,
        fields=entry.fields,
        context=entry.context,
    )


def _tell(scope: Scope, raws: Sequence[_Raw]) -> list[Event]:
    by_action: dict[str, list[int]] = defaultdict(list)
    for number, raw in enumerate(raws):
        by_action[raw.happened.action].append(number)
    told: dict[int, Data | None] = {}
    for numbers in by_action.values():
        tell = raws[numbers[0]].source.tell
        found: Sequence[Any] = tell(scope, [raws[number].happened for number in numbers])
        told.update(zip(numbers, found, strict=True))
    return [
        Event(id=raw.id, type=raw.source.type, at=raw.happened.at, data=data)
        for number, raw in enumerate(raws)
        if (data := told[number]) is not None
    ]
