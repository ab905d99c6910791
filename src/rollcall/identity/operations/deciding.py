"""What people decide of one another: remembered, and obeyed until it is withdrawn."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer, Link, PosRecord
from rollcall.customers.operations.settling import lock_ties
from rollcall.customers.queries.profile import CustomerNotFoundError
from rollcall.identity.models import Decision
from rollcall.identity.operations.merging import LONGEST_NOTE, AlreadyOneError
from rollcall.identity.queries.merges import may_see
from rollcall.kit.scope import Role, Scope, ScopeMissingError, require

Subject = Customer | PosRecord


class DecisionNotFoundError(LookupError):
    """There is no such decision that the scope may see."""


class AlreadyWithdrawnError(RuntimeError):
    """The decision was withdrawn before."""


@transaction.atomic
def decide(
    scope: Scope,
    first: Subject,
    second: Subject,
    kind: Decision.Kind,
    *,
    note: str = "",
    now: dt.datetime,
) -> Decision:
    """Remember what somebody says of two records or Customers.

    :raises AlreadyOneError: they are to be different people, but are one: undo the merge first.
    :raises CustomerNotFoundError: one of them is nobody whom the scope may see.
    """
    require(scope, Role.MANAGER)
    lock_ties(scope)
    people = [_person_of(scope, one) for one in (first, second)]
    if not may_see(scope, people):
        raise CustomerNotFoundError("nobody has this id")
    if kind != Decision.Kind.SAME and people[0] == people[1]:
        raise AlreadyOneError
    decision = Decision.objects.scoped(scope).create(
        kind=kind,
        at=now,
        actor=str(scope.actor),
        note=note[:LONGEST_NOTE],
        **_side("first", first),
        **_side("second", second),
    )
    _tell(scope, "customer.decided", decision, people)
    return decision


@transaction.atomic
def withdraw(scope: Scope, decision_id: int, *, reason: str = "", now: dt.datetime) -> Decision:
    """Let a decision stand no longer; it stays as history.

    :raises DecisionNotFoundError: there is none that the scope may see.
    :raises AlreadyWithdrawnError: it was withdrawn before.
    """
    require(scope, Role.MANAGER)
    lock_ties(scope)
    decision = Decision.objects.scoped(scope).filter(pk=decision_id).first()
    if decision is None:
        raise DecisionNotFoundError
    people = [_person_at(scope, decision, side) for side in ("first", "second")]
    if not may_see(scope, people):
        raise DecisionNotFoundError
    if decision.withdrawn_at is not None:
        raise AlreadyWithdrawnError
    decision.withdrawn_at, decision.withdrawn_by = now, str(scope.actor)
    decision.withdraw_reason = reason[:LONGEST_NOTE]
    decision.save(update_fields=["withdrawn_at", "withdrawn_by", "withdraw_reason"])
    _tell(scope, "customer.decision_withdrawn", decision, people)
    return decision


def _side(name: str, subject: Subject) -> dict[str, Subject]:
    what = "customer" if isinstance(subject, Customer) else "record"
    return {f"{name}_{what}": subject}


def _person_of(scope: Scope, subject: Subject) -> int:
    if subject.retailer_id != scope.retailer_id:
        raise ScopeMissingError("a person of another retailer was about to be decided about")
    if isinstance(subject, PosRecord):
        return Link.objects.scoped(scope).get(record=subject).customer_id
    customer = Customer.objects.scoped(scope).get(pk=subject.pk)
    return customer.merged_into_id or customer.pk


def _person_at(scope: Scope, decision: Decision, side: str) -> int:
    record: PosRecord | None = getattr(decision, f"{side}_record")
    customer: Customer = getattr(decision, f"{side}_customer")
    return _person_of(scope, record or customer)


def _tell(scope: Scope, action: str, decision: Decision, people: list[int]) -> None:
    audit.record(
        scope,
        action,
        subject_kind="customer",
        subject_ids=people,
        context={"decision": decision.pk, "kind": decision.kind},
    )
