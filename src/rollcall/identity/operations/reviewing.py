"""Answering the review queue: what a person says of two records that may be one person's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.customers.operations.settling import lock_ties
from rollcall.identity.models import Decision, Merge, Suggestion
from rollcall.identity.operations.deciding import decide, withdraw
from rollcall.identity.operations.merging import merge_people, undo_merge
from rollcall.identity.queries.suggestions import (
    Pair,
    get_suggestion,
    list_between,
    open_pair,
)
from rollcall.kit.scope import Role, Scope, require

State = Suggestion.State

#: What can be answered, and what is remembered of it.
ANSWERS = (State.SAME, State.DIFFERENT, State.HOUSEHOLD)


class AlreadyAnsweredError(RuntimeError):
    """It is no open question any more; ``state`` says what became of it."""

    def __init__(self, state: str) -> None:
        super().__init__("it was answered before")
        self.state = state


class NotAnsweredError(RuntimeError):
    """There is nothing to take back: it is open, or was answered otherwise since."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What was answered, and by which event; exactly one of the two ids is not None."""

    suggestion_id: int
    state: str
    merge_id: int | None = None
    decision_id: int | None = None


def view_pair(scope: Scope, suggestion_id: int) -> Pair:
    """Show both people of a suggestion; the audit says who saw them.

    :raises SuggestionNotFoundError: there is none that the scope may see.
    """
    require(scope, Role.MANAGER)
    pair = open_pair(scope, suggestion_id)
    audit.record(
        scope,
        "customer.viewed",
        subject_kind="customer",
        subject_ids=[side.customer.pk for side in pair.sides],
        context={"suggestion": pair.suggestion.pk},
    )
    return pair


@transaction.atomic
def answer(
    scope: Scope, suggestion_id: int, state: Suggestion.State, *, now: dt.datetime
) -> Answer:
    """Answer a suggestion, and with it all open ones about the same two people.

    :param state: one of ``ANSWERS``.
    :raises SuggestionNotFoundError: there is none that the scope may see.
    :raises AlreadyAnsweredError: somebody was quicker; nothing was changed.
    :raises AlreadyOneError: they have become one person otherwise.
    :raises MergeRefusedError: something stands in the way of a merge; it stays open.
    """
    require(scope, Role.MANAGER)
    if state not in ANSWERS:
        raise ValueError("this is no answer")
    lock_ties(scope)
    suggestion = get_suggestion(scope, suggestion_id)
    if suggestion.state != State.OPEN:
        raise AlreadyAnsweredError(suggestion.state)
    asked = list(list_between(scope, suggestion).values_list("pk", flat=True))
    if state == State.SAME:
        answered = _merge(scope, suggestion, now)
    else:
        answered = _decide(scope, suggestion, state, now)
    Suggestion.objects.scoped(scope).filter(pk__in=asked).update(
        state=state, decided_at=now, decided_by=str(scope.actor)
    )
    return answered


@transaction.atomic
def take_back(scope: Scope, answered: Answer, *, now: dt.datetime) -> None:
    """Take an answer back: the merge is undone or the decision withdrawn, and it is asked again.

    :raises SuggestionNotFoundError: there is none that the scope may see.
    :raises NotAnsweredError: it does not stand as answered.
    :raises AlreadyUndoneError: the merge was undone before.
    :raises AlreadyWithdrawnError: the decision was withdrawn before.
    :raises MergeRefusedError: something stands in the way.
    """
    require(scope, Role.MANAGER)
    lock_ties(scope)
    suggestion = get_suggestion(scope, answered.suggestion_id)
    if suggestion.state != answered.state or suggestion.decided_by != str(scope.actor):
        raise NotAnsweredError
    if answered.merge_id is not None:
        undo_merge(scope, answered.merge_id, now=now)
    elif answered.decision_id is not None:
        withdraw(scope, answered.decision_id, now=now)
    ask_again(scope, suggestion)


def _merge(scope: Scope, suggestion: Suggestion, now: dt.datetime) -> Answer:
    merge = merge_people(
        scope,
        suggestion.first.link.customer,
        suggestion.second.link.customer,
        reason=Merge.Reason.PERSON,
        evidence={**suggestion.evidence, "suggestion": suggestion.pk},
        now=now,
    )
    return Answer(suggestion_id=suggestion.pk, state=State.SAME, merge_id=merge.pk)


def _decide(
    scope: Scope, suggestion: Suggestion, state: Suggestion.State, now: dt.datetime
) -> Answer:
    decision = decide(
        scope, suggestion.first, suggestion.second, Decision.Kind(state.value), now=now
    )
    return Answer(suggestion_id=suggestion.pk, state=state, decision_id=decision.pk)


def ask_again(scope: Scope, suggestion: Suggestion) -> None:
    """Open a suggestion again, with those that were answered together with it."""
    suggestions = Suggestion.objects.scoped(scope)
    together = suggestions.filter(
        state=suggestion.state,
        decided_at=suggestion.decided_at,
        decided_by=suggestion.decided_by,
    )
    for held in together.select_for_update().order_by("pk"):
        pair = {"first": held.first_id, "second": held.second_id}
        # Matching may have asked anew meanwhile.
        if not suggestions.filter(state=State.OPEN, **pair).exists():
            held.state, held.decided_at, held.decided_by = State.OPEN, None, ""
            held.save(update_fields=["state", "decided_at", "decided_by"])
