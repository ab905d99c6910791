"""Which values are nobody's own: learned live, told by a person, or a store's own contacts.

Whatever changes that is written down here, with the row by which what the value held together is
judged again, in one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.identity.models import GenericValue, Reopening
from rollcall.identity.operations.noting import note_records
from rollcall.identity.queries.blocking import (
    VALUE_KINDS,
    hash_value,
    read_holders_of,
)
from rollcall.identity.queries.evidence import read_evidence
from rollcall.identity.queries.shared_values import ValueKey, key_of, list_holders
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.generic import NAMES_ALLOWED, count_people, is_generic
from rollcall.jobs import wake
from rollcall.kit.scope import Role, Scope, require

Source = GenericValue.Source
State = Reopening.State
#: So many holders tell enough about a value.
MOST_ASKED: Final = 200
#: So many are noted in the transaction itself; the others by the job that re-opens.
MOST_NOTED: Final = 20_000
#: Longest reason; more is cut off.
LONGEST_REASON: Final = 500


def learn_generic(
    scope: Scope,
    records: Iterable[Evidence],
    key_counts: Mapping[int, int],
    *,
    now: dt.datetime,
) -> bool:
    """Mark values of these records that turn out to be shared by too many; True if any was.

    What a person called somebody's own stays that.

    :param key_counts: how many records have each key, as far as they were counted.
    """
    shared = [
        (field, key_of(scope, field, value)) for field, value in _shared(scope, records, key_counts)
    ]
    found = False
    asked = list(_without_own(scope, shared))
    holders = read_holders_of(scope, {value.key for _, value in asked}, most=MOST_ASKED)
    known = read_evidence(scope, {one for held in holders.values() for one in held})
    for field, value in asked:
        held = holders[value.key]
        people = count_people([known[one].evidence for one in held if one in known])
        if is_generic(field, people):
            mark_generic(scope, value, people=people, source=Source.LEARNED, now=now)
            found = True
    return found


@transaction.atomic
def mark_generic(
    scope: Scope,
    value: ValueKey,
    *,
    people: int,
    source: GenericValue.Source,
    reason: str = "",
    now: dt.datetime,
) -> bool:
    """Say that a value is no evidence, and have what it held together judged again. Idempotent.

    What a person said of it stands, unless a person says otherwise now.

    :return: whether it was evidence before.
    """
    require(scope, Role.MANAGER)
    row, is_new = _lock_row(scope, value, people=people, source=source, now=now)
    if not is_new and source != Source.PERSON and (row.is_own or row.source == Source.PERSON):
        return False
    was_evidence = is_new or row.is_own
    if was_evidence:
        row.since = now
    _say(row, scope, people=people, source=source, reason=reason, is_own=False)
    if was_evidence:
        holders = list_holders(scope, value, most=MOST_NOTED)
        _forget_reopening(scope, value)
        _open(scope, value, State.COUNTING, notes_rest=len(holders) == MOST_NOTED, now=now)
        note_records(scope, holders)
        _tell(scope, "identity.value_marked_generic", row, value)
    return was_evidence


@transaction.atomic
def mark_own(
    scope: Scope, value: ValueKey, *, people: int, reason: str = "", now: dt.datetime
) -> bool:
    """Say that a value is somebody's own, whatever counts say; who has it is compared anew.

    What was taken back on its account is not put back by itself, but by comparing. Idempotent.

    :return: whether it was generic before, or may have become so.
    """
    require(scope, Role.MANAGER)
    row, is_new = _lock_row(scope, value, people=people, source=Source.PERSON, now=now)
    if not is_new and row.is_own:
        return False
    row.since = now
    _say(row, scope, people=people, source=Source.PERSON, reason=reason, is_own=True)
    _be_evidence(scope, value, now=now)
    _tell(scope, "identity.value_is_evidence_again", row, value)
    return True


@transaction.atomic
def unmark_generic(scope: Scope, value: ValueKey, *, now: dt.datetime) -> None:
    """Forget what was said of a value: counts decide again. Idempotent."""
    require(scope, Role.MANAGER)
    rows = GenericValue.objects.scoped(scope).select_for_update()
    row = rows.filter(kind=value.kind, key=value.key).first()
    if row is None:
        return
    if not row.is_own:
        _be_evidence(scope, value, now=now)
    _tell(scope, "identity.value_is_evidence_again", row, value)
    row.delete()


def _lock_row(
    scope: Scope,
    value: ValueKey,
    *,
    people: int,
    source: GenericValue.Source,
    now: dt.datetime,
) -> tuple[GenericValue, bool]:
    rows = GenericValue.objects.scoped(scope).select_for_update()
    return rows.get_or_create(
        kind=value.kind,
        key=value.key,
        retailer_id=scope.retailer_id,
        defaults={"people": people, "source": source, "since": now},
    )


def _say(
    row: GenericValue,
    scope: Scope,
    *,
    people: int,
    source: GenericValue.Source,
    reason: str,
    is_own: bool,
) -> None:
    row.people, row.source, row.is_own = people, source, is_own
    row.actor, row.reason = str(scope.actor), reason[:LONGEST_REASON]
    row.save()


def _be_evidence(scope: Scope, value: ValueKey, *, now: dt.datetime) -> None:
    """Nothing is taken back any more; who has the value is compared anew."""
    holders = list_holders(scope, value, most=MOST_NOTED)
    _forget_reopening(scope, value)
    if len(holders) == MOST_NOTED:
        _open(scope, value, State.NOTING, notes_rest=True, now=now)
    note_records(scope, holders)


def _forget_reopening(scope: Scope, value: ValueKey) -> None:
    open_ones = Reopening.objects.scoped(scope).exclude(state=State.DONE)
    open_ones.filter(kind=value.kind, key=value.key).delete()


def _open(
    scope: Scope,
    value: ValueKey,
    state: Reopening.State,
    *,
    notes_rest: bool,
    now: dt.datetime,
) -> None:
    Reopening.objects.scoped(scope).create(
        kind=value.kind, key=value.key, state=state, notes_rest=notes_rest, at=now
    )
    wake("identity.reopen", retailer_id=scope.retailer_id)


def _tell(scope: Scope, action: str, row: GenericValue, value: ValueKey) -> None:
    audit.record(
        scope,
        action,
        subject_kind="generic_value",
        subject_ids=[row.pk],
        fields=[value.field],
        context={"people": row.people, "source": row.source},
    )


def _shared(
    scope: Scope, records: Iterable[Evidence], key_counts: Mapping[int, int]
) -> list[tuple[str, str]]:
    """Values that enough records have to be worth counting people."""
    found = {
        (field, value)
        for evidence in records
        for field in NAMES_ALLOWED
        if (value := getattr(evidence, field))
        and is_generic(field, key_counts.get(hash_value(scope, field, value), 0))
    }
    return sorted(found)


def _without_own(
    scope: Scope, shared: Collection[tuple[str, ValueKey]]
) -> list[tuple[str, ValueKey]]:
    if not shared:
        return []
    rows = GenericValue.objects.scoped(scope).filter(is_own=True)
    own = set(rows.filter(key__in=[one.key for _, one in shared]).values_list("kind", "key"))
    return [(field, one) for field, one in shared if (one.kind, one.key) not in own]


assert set(VALUE_KINDS) == {*NAMES_ALLOWED, "born"}  # noqa: S101  # one table may not outgrow the other
