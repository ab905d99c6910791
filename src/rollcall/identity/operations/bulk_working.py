"""The work of a bulk accept: some suggestions at a time, each looked at again before it counts.

A worker may be killed at any moment: what a transaction has not committed did not happen, and its
items wait for the next one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from rollcall.audit import operations as audit
from rollcall.customers.operations.settling import lock_ties
from rollcall.customers.queries.profile import CustomerNotFoundError
from rollcall.identity.models import BulkAccept, BulkItem, Suggestion
from rollcall.identity.operations.bulk_guard import find_objection
from rollcall.identity.operations.merging import (
    AlreadyOneError,
    AlreadyUndoneError,
    MergeRefusedError,
    undo_merge,
)
from rollcall.identity.operations.reviewing import AlreadyAnsweredError, answer, ask_again
from rollcall.identity.queries.merges import MergeNotFoundError
from rollcall.identity.queries.suggestions import SuggestionNotFoundError, get_suggestion
from rollcall.identity.rules.together import Together
from rollcall.jobs import stopping
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor, Scope
from rollcall.stores.queries import get_system_scope

log = structlog.get_logger()

#: Items of one transaction; merges of others wait for as long as it takes.
CHUNK: Final = 20
_LOCK: Final = "select pg_try_advisory_lock(hashtextextended('identity.bulk', %s))"
_UNLOCK: Final = "select pg_advisory_unlock(hashtextextended('identity.bulk', %s))"
_LONGEST_CODE: Final = 40
_UNKNOWN: Final = "failed"
_CODES: Final = (
    (AlreadyAnsweredError, "answered"),
    (AlreadyOneError, "already_one"),
    (SuggestionNotFoundError, "not_found"),
    (CustomerNotFoundError, "not_found"),
    (MergeNotFoundError, "not_found"),
)

State = BulkAccept.State
Item = BulkItem.State
_Outcome = tuple[BulkItem.State, str]


def work_on(retailer_id: int, run_id: int) -> None:
    """Go on with a bulk accept, or with undoing it, until it is done, paused or stopped.

    One worker at a time; a second one returns at once. Ends when the worker is told to end.
    """
    if not _ask(_LOCK, run_id):
        return
    try:
        while not stopping.is_set() and do_some(retailer_id, run_id):
            pass
    finally:
        _ask(_UNLOCK, run_id)


@transaction.atomic
def do_some(retailer_id: int, run_id: int) -> bool:
    """Do the next few items in one transaction; returns whether there may be more."""
    system = get_system_scope(retailer_id, actor=Actor(kind="system", id="bulk"))
    lock_ties(system)
    runs = BulkAccept.objects.scoped(system).select_for_update()
    run = runs.filter(pk=run_id, state__in=(State.RUNNING, State.UNDOING)).first()
    if run is None:
        return False
    is_undoing = run.state == State.UNDOING
    scope = _scope_of(retailer_id, run.undone_by if is_undoing else run.actor)
    left = _undo_some(scope, run) if is_undoing else _accept_some(scope, run)
    if not left:
        _finish(scope, run, State.UNDONE if is_undoing else State.DONE)
    return left


def runs_under_way() -> list[tuple[int, int]]:
    """Return (retailer, run) of everything that a worker should be at."""
    held = BulkAccept.objects.across_retailers(reason="the sweep wakes workers for everybody")
    working = held.filter(state__in=(State.RUNNING, State.UNDOING))
    return list(working.order_by("pk").values_list("retailer_id", "pk"))


def _scope_of(retailer_id: int, actor: str) -> Scope:
    """Whoever started it acts in it."""
    kind, _, name = actor.partition(":")
    return get_system_scope(retailer_id, actor=Actor(kind=kind, id=name))


def _accept_some(scope: Scope, run: BulkAccept) -> bool:
    items = list(BulkItem.objects.scoped(scope).filter(run=run).order_by("pk"))
    waiting = [one for one in items if one.state == Item.WAITING]
    together = Together([side for one in items for side in (one.first_members, one.second_members)])
    for one in items:
        if one.state == Item.ACCEPTED:
            together.join(one.first_members[0], one.second_members[0])
    for item in waiting[:CHUNK]:
        item.at = utc_now()
        _do(item, lambda item=item: _accept(scope, run, item, together))  # type: ignore[misc]  # bound now
        if item.state == Item.ACCEPTED:
            together.join(item.first_members[0], item.second_members[0])
    return len(waiting) > CHUNK


def _accept(scope: Scope, run: BulkAccept, item: BulkItem, together: Together) -> _Outcome:
    suggestion = get_suggestion(scope, item.suggestion_id)
    objection = find_objection(scope, run, item, suggestion, together)
    if objection:
        return Item.SKIPPED, objection
    answered = answer(scope, suggestion.pk, Suggestion.State.SAME, now=item.at or utc_now())
    item.merge_id = answered.merge_id
    return Item.ACCEPTED, ""


def _undo_some(scope: Scope, run: BulkAccept) -> bool:
    held = BulkItem.objects.scoped(scope).filter(run=run, state=Item.ACCEPTED)
    items = list(held.order_by("-pk")[: CHUNK + 1])
    for item in items[:CHUNK]:
        _do(item, lambda item=item: _take_back(scope, run, item))  # type: ignore[misc]  # bound now
    return len(items) > CHUNK


def _take_back(scope: Scope, run: BulkAccept, item: BulkItem) -> _Outcome:
    reason = f"bulk accept {run.pk} was undone"
    undo_merge(scope, item.merge_id or 0, reason=reason, now=utc_now())
    suggestion = get_suggestion(scope, item.suggestion_id)
    answered = (Suggestion.State.SAME, run.actor, item.at)
    if (suggestion.state, suggestion.decided_by, suggestion.decided_at) == answered:
        ask_again(scope, suggestion)
    return Item.UNDONE, ""


def _do(item: BulkItem, work: Callable[[], _Outcome]) -> None:
    """Do one item; whatever goes wrong with it holds up none of the others."""
    failed = Item.KEPT if item.state == Item.ACCEPTED else Item.SKIPPED
    try:
        with transaction.atomic():
            item.state, item.code = work()
    except AlreadyUndoneError:
        item.state, item.code = Item.UNDONE, "undone_before"
    except (OperationalError, InterfaceError):
        raise  # the database went away: nothing is wrong with the item
    except Exception as error:
        item.state, item.code = failed, _code_of(error)
        if item.code == _UNKNOWN:
            log.exception("identity.bulk_item_failed", item=item.pk)
    item.save(update_fields=["state", "code", "merge", "at"])


def _code_of(error: Exception) -> str:
    if isinstance(error, MergeRefusedError):
        return error.blockers[0].code[:_LONGEST_CODE]
    return next((code for kind, code in _CODES if isinstance(error, kind)), _UNKNOWN)


def _finish(scope: Scope, run: BulkAccept, state: BulkAccept.State) -> None:
    run.state = state
    if state == State.DONE:
        run.ended_at = utc_now()
    run.save(update_fields=["state", "ended_at"])
    audit.record(
        scope,
        f"suggestions.bulk_{state.value}",
        subject_kind="retailer",
        subject_ids=[scope.retailer_id],
        context={"run": run.pk, "pairs": run.count, "least_bits": run.least_bits},
    )


def _ask(statement: str, run_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [run_id])
        row = cursor.fetchone()
    return bool(row and row[0])
