"""Taking back what a value held together that has turned out to be nobody's own.

A row says that it has to be done (``operations.generics`` writes it with the value). First what
would be taken back is counted, then it is done, one person in each transaction, which also moves
the row on: whoever is killed in between goes on where they stopped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer, Link
from rollcall.customers.operations.settling import lock_ties
from rollcall.identity.models import Merge, Reopening
from rollcall.identity.operations import judging
from rollcall.identity.operations.judging import Judged, judge_person
from rollcall.identity.operations.merging import (
    AlreadyOneError,
    AlreadyUndoneError,
    MergeRefusedError,
    merge_people,
    undo_merge,
)
from rollcall.identity.operations.noting import note_records
from rollcall.identity.operations.suggesting import Found, propose
from rollcall.identity.queries.shared_values import (
    ValueKey,
    list_holders,
    list_joined_people,
    value_of,
)
from rollcall.jobs import stopping, wake
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope, require

log = structlog.get_logger()

State = Reopening.State
#: One value may take back so many merges by itself, or this share of all people.
ALWAYS_ALLOWED: Final = 200
SHARE_ALLOWED: Final = 0.02
#: Reason of suggestions about people whom a value held together.
SHARED_VALUE: Final = "shared_value"

_PEOPLE_AT_ONCE: Final = 100
#: So many people are looked at while somebody waits for a page.
_PREVIEWED: Final = 50
_RECORDS_AT_ONCE: Final = 5_000
_WORDS: Final = {
    "phone": "It rested on a phone number that many share.",
    "email": "It rested on an e-mail address that many share.",
    "licence": "It rested on a licence number that many share.",
    "medical": "It rested on a medical id that many share.",
    "born": "It rested on a birth date that many share.",
}
_LOCK: Final = "select pg_try_advisory_lock(hashtextextended('identity.reopening', %s))"
_UNLOCK: Final = "select pg_advisory_unlock(hashtextextended('identity.reopening', %s))"
_PEOPLE: Final = """
select count(*) from customers_customer where retailer_id = %s and merged_into_id is null
"""
_OPEN: Final = """
select distinct retailer_id from identity_reopening
 where state in ('counting', 'undoing', 'noting') order by 1
"""


class NotStoppedError(RuntimeError):
    """It does not wait for a person (any more)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What re-opening a value would do.

    :param people: how many people who have it were joined by themselves.
    :param merges: how many merges would be taken back of those that were looked at.
    :param is_whole: False: there are more people than were looked at.
    """

    people: int
    merges: int
    is_whole: bool


def preview_reopening(scope: Scope, value: ValueKey, *, most: int = _PREVIEWED) -> Preview:
    """Count what would be taken back if a value were nobody's own; nothing is written.

    :param most: so many people are looked at; takes some twenty milliseconds for each.
    """
    require(scope, Role.MANAGER)
    people = list_joined_people(scope, value, most=most + 1)
    looked_at = people[:most]
    merges = sum(_count(scope, one, value) for one in looked_at)
    return Preview(people=len(looked_at), merges=merges, is_whole=len(people) <= most)


def work_off_reopenings(scope: Scope) -> int:
    """Do everything that is due; returns how many merges were taken back.

    One worker at a time for a retailer; a second one returns at once. Stops when the worker is told
    to end: what is left waits in its rows.
    """
    if not _ask(_LOCK, scope):
        return 0
    undone = 0
    try:
        for reopening in _due(scope):
            undone += _step(scope, reopening)
        return undone
    finally:
        _ask(_UNLOCK, scope)


@transaction.atomic
def release_brake(scope: Scope, reopening_id: int, *, now: dt.datetime) -> Reopening:
    """Let a re-opening that stopped take back all that it counted, in a person's name.

    :raises NotStoppedError: there is none, or it does not wait.
    """
    require(scope, Role.ADMIN)
    rows = Reopening.objects.scoped(scope).select_for_update()
    row = rows.filter(pk=reopening_id, state=State.STOPPED).first()
    if row is None:
        raise NotStoppedError
    row.state, row.after = State.UNDOING, 0
    row.released_by, row.released_at = str(scope.actor), now
    row.save(update_fields=["state", "after", "released_by", "released_at"])
    audit.record(
        scope,
        "identity.brake_released",
        subject_kind="reopening",
        subject_ids=[row.pk],
        context={"merges": row.would_undo},
    )
    wake("identity.reopen", retailer_id=scope.retailer_id)
    return row


def retailers_to_reopen() -> list[int]:
    """Return the retailers who have something to re-open."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN)
        return [retailer_id for (retailer_id,) in cursor.fetchall()]


def most_allowed(people: int) -> int:
    """How many merges one value may take back by itself."""
    return max(int(SHARE_ALLOWED * people), ALWAYS_ALLOWED)


def most_allowed_of(scope: Scope) -> int:
    """How many merges one value may take back by itself at this retailer now."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [scope.retailer_id])
        (people,) = cursor.fetchone()
    return most_allowed(people)


def _due(scope: Scope) -> Iterator[Reopening]:
    """The oldest that is due, again and again, until there is none."""
    working = (State.COUNTING, State.UNDOING, State.NOTING)
    while not stopping.is_set():
        found = Reopening.objects.scoped(scope).filter(state__in=working).order_by("pk").first()
        if found is None:
            return
        yield found


def _step(scope: Scope, reopening: Reopening) -> int:
    """Do a part of it; returns how many merges were taken back."""
    value = value_of(reopening)
    if reopening.state == State.NOTING:
        _note(scope, reopening, value)
        return 0
    people = list_joined_people(scope, value, most=_PEOPLE_AT_ONCE, after=reopening.after)
    if not people:
        _finish_pass(scope, reopening)
        return 0
    if reopening.state == State.COUNTING:
        found = sum(_count(scope, one, value) for one in people)
        _move_on(scope, reopening, after=people[-1], would_undo=reopening.would_undo + found)
        return 0
    return sum(
        _reopen_or_skip(scope, reopening.pk, one, value) for one in people if not stopping.is_set()
    )


def _count(scope: Scope, customer_id: int, value: ValueKey) -> int:
    try:
        return len(judge_person(scope, customer_id, value).undo)
    except (OperationalError, InterfaceError):
        raise  # the database went away: nothing is wrong with the person
    except Exception:
        log.exception("identity.person_not_judged", customer=customer_id)
        return 0


def _reopen_or_skip(scope: Scope, reopening_id: int, customer_id: int, value: ValueKey) -> int:
    """One person who cannot be judged holds up nobody else."""
    try:
        return _reopen(scope, reopening_id, customer_id, value)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("identity.person_not_reopened", customer=customer_id)
        rows = Reopening.objects.scoped(scope).filter(pk=reopening_id, state=State.UNDOING)
        rows.filter(after__lt=customer_id).update(after=customer_id, left=F("left") + 1)
        return 0


def _finish_pass(scope: Scope, reopening: Reopening) -> None:
    if reopening.state == State.COUNTING:
        _move_on(scope, reopening, state=_after_counting(scope, reopening), after=0)
    elif reopening.notes_rest:
        _move_on(scope, reopening, state=State.NOTING, after=0)
    else:
        _move_on(scope, reopening, state=State.DONE)


def _after_counting(scope: Scope, reopening: Reopening) -> State:
    if not reopening.would_undo or reopening.would_undo <= most_allowed_of(scope):
        return State.UNDOING
    log.warning("identity.reopening_stopped", merges=reopening.would_undo)
    return State.STOPPED


def _note(scope: Scope, reopening: Reopening, value: ValueKey) -> None:
    records = list_holders(scope, value, most=_RECORDS_AT_ONCE, after=reopening.after)
    if not records:
        _move_on(scope, reopening, state=State.DONE)
        return
    with transaction.atomic():
        if _move_on(scope, reopening, after=records[-1]):
            note_records(scope, records)


def _move_on(scope: Scope, reopening: Reopening, **changes: object) -> bool:
    """Only if nobody changed their mind meanwhile: then the row is gone, or begins anew."""
    rows = Reopening.objects.scoped(scope)
    mine = rows.filter(pk=reopening.pk, state=reopening.state, after=reopening.after)
    return bool(mine.update(**changes))


@transaction.atomic
def _reopen(scope: Scope, reopening_id: int, customer_id: int, value: ValueKey) -> int:
    """Judge one person again and act on it; returns how many merges were taken back.

    Locks are taken as everywhere: the row, then what is noted, then the ties between people.
    """
    rows = Reopening.objects.scoped(scope).select_for_update()
    reopening = rows.filter(pk=reopening_id, state=State.UNDOING).first()
    if reopening is None or reopening.after >= customer_id:
        return 0
    now = utc_now()
    judged = judge_person(scope, customer_id, value)
    if judged.undo:
        note_records(scope, judged.records)
        lock_ties(scope)
        judged = judge_person(scope, customer_id, value)
    undone = sum(_undo(scope, one, value, now=now) for one in judged.undo)
    if undone:
        _rejoin(scope, judged, now=now)
        reopening.suggested += _suggest(scope, judged, now=now)
    reopening.undone += undone
    reopening.left += len(judged.undo) - undone
    reopening.after = customer_id
    reopening.save(update_fields=["undone", "suggested", "left", "after"])
    return undone


def _undo(scope: Scope, merge_id: int, value: ValueKey, *, now: dt.datetime) -> bool:
    try:
        undo_merge(scope, merge_id, reason=_WORDS[value.field], now=now)
    except (AlreadyUndoneError, MergeRefusedError):
        return False
    return True


def _rejoin(scope: Scope, judged: Judged, *, now: dt.datetime) -> None:
    for link in judged.rejoin:
        first, second = (
            Customer.objects.scoped(scope).get(pk=one) for one in _holders(scope, link)
        )
        try:
            merge_people(
                scope,
                first,
                second,
                reason=Merge.Reason.AUTOMATIC,
                evidence=link.evidence,
                now=now,
            )
        except (AlreadyOneError, MergeRefusedError):
            continue  # matching sees to it


def _suggest(scope: Scope, judged: Judged, *, now: dt.datetime) -> int:
    found = []
    for link, bits in judged.likely:
        first, second = _holders(scope, link)
        if first != second:
            found.append(
                Found(
                    records=link.records,
                    people=(first, second),
                    bits=bits,
                    reasons=(SHARED_VALUE,),
                    evidence=link.evidence,
                )
            )
    return propose(scope, found, now=now)


def _holders(scope: Scope, link: judging.Link) -> tuple[int, int]:
    links = Link.objects.scoped(scope).filter(record__in=link.records)
    held = dict(links.values_list("record_id", "customer_id"))
    return held[link.records[0]], held[link.records[1]]


def _ask(statement: str, scope: Scope) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [scope.retailer_id])
        row = cursor.fetchone()
    return bool(row and row[0])
