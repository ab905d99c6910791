"""Plans to merge records at a POS: asked for by a person, done by people, seen by syncs.

Nothing is sent to a POS from here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer, PosRecord
from rollcall.customers.operations.settling import lock_ties
from rollcall.customers.queries.profile import CustomerNotFoundError, list_account_ids
from rollcall.identity.models import PosMergePlan
from rollcall.identity.pos_ways import find_pos_way
from rollcall.identity.queries.pos_plans import OPEN, is_mergeable, mergeable
from rollcall.identity.rules.pos_plans import Seen, Verdict, judge
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope, require

_FOLLOW: Final = """
update identity_posmergeplan plan set holder_id = told.now_id
  from unnest(%s::bigint[], %s::bigint[]) as told (id, now_id)
 where plan.customer_id = told.id and plan.retailer_id = %s
"""

State = PosMergePlan.State
#: State → what a person may make of it.
STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    State.PLANNED: (State.TO_DO, State.NOT_POSSIBLE, State.CANCELLED),
    State.TO_DO: (State.NOT_POSSIBLE, State.CANCELLED),
}


class NothingToPlanError(RuntimeError):
    """The person has no second record there that could be merged and is not planned already."""


class RecordsBusyError(RuntimeError):
    """A sync is writing one of the records just now: what it is about to say is not known yet."""


class PlanNotFoundError(LookupError):
    """There is no such step that the scope may see."""


class StepRefusedError(RuntimeError):
    """The step is over, or cannot become that."""


@transaction.atomic
def plan_pos_merge(
    scope: Scope, customer: Customer, kept_id: int, *, now: dt.datetime
) -> list[PosMergePlan]:
    """Plan that a person's other records in a list are merged into one of them at the POS.

    :param kept_id: the record that is kept; what its list holds else of the person goes into it.
    :raises CustomerNotFoundError: nobody whom the scope may see has this living record.
    :raises NothingToPlanError: there is nothing else, or all of it is planned.
    :raises RecordsBusyError: a record is being written; the same may work in a moment.
    """
    require(scope, Role.MANAGER)
    lock_ties(scope)
    person = Customer.objects.scoped(scope).get(pk=customer.pk)
    person_id = person.merged_into_id or person.pk
    records = _locked_records(scope, person_id)
    kept = next((one for one in records if one.pk == kept_id), None)
    if kept is None:
        raise CustomerNotFoundError("nobody has this record")
    way = find_pos_way(kept.account.kind)
    there = [one for one in records if one.account_id == kept.account_id and one.pk != kept_id]
    if way is None or not is_mergeable(kept, way):
        raise NothingToPlanError
    busy = _busy(scope, [kept_id, *(one.pk for one in there)])
    donors = [one for one in there if one.pk not in busy and is_mergeable(one, way)]
    # Who is to be merged away elsewhere is not kept here.
    if not donors or kept_id in busy:
        raise NothingToPlanError
    plans = [
        PosMergePlan.objects.scoped(scope).create(
            account=kept.account,
            customer_id=person_id,
            holder_id=person_id,
            donor=donor,
            kept=kept,
            at=now,
            actor=str(scope.actor),
            changed_at=now,
            changed_by=str(scope.actor),
        )
        for donor in donors
    ]
    _tell(scope, "customer.pos_merge_planned", plans)
    return plans


@transaction.atomic
def change_step(scope: Scope, plan_id: int, state: str, *, now: dt.datetime) -> PosMergePlan:
    """Say what becomes of a step: to do, not possible, or cancelled.

    :raises PlanNotFoundError: there is none that the scope may see.
    :raises StepRefusedError: it is over, or cannot become that.
    """
    require(scope, Role.MANAGER)
    lock_ties(scope)
    found = PosMergePlan.objects.scoped(scope).filter(
        pk=plan_id, account__in=list_account_ids(scope)
    )
    plan = found.select_for_update().first()
    if plan is None:
        raise PlanNotFoundError
    if state not in STEPS.get(plan.state, ()):
        raise StepRefusedError
    reason = "by_person" if state != State.TO_DO else ""
    _change(scope, plan, Verdict(state=state, reason=reason), now=now)
    return plan


def see_records(scope: Scope, record_ids: Collection[int]) -> None:
    """Look whether a merge that was planned shows in records that were just written, or are gone.

    Called in the transaction that writes them; costs one look-up unless a step is about them.
    """
    wanted = set(record_ids)
    pairs = _open(scope).values_list("pk", "donor_id", "kept_id")
    touched = [pk for pk, donor_id, kept_id in pairs if {donor_id, kept_id} & wanted]
    if not touched:
        return
    # Before the rows: who parts people has the ties, and comes for these rows afterwards.
    lock_ties(scope)
    for plan in _locked(_open(scope).filter(pk__in=touched)):
        verdict = _judge(scope, plan)
        if verdict is not None:
            _change(scope, plan, verdict, now=utc_now())


def follow_people(scope: Scope, moves: Mapping[int, int], *, now: dt.datetime) -> None:
    """Let steps follow their people; what is no one person's any more is cancelled."""
    ids = sorted(moves)
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, [ids, [moves[one] for one in ids], scope.retailer_id])
    about = {*moves, *moves.values()}
    touched = Q(donor__link__customer__in=about) | Q(kept__link__customer__in=about)
    for plan in _locked(_open(scope).filter(touched)):
        held_by, other = plan.donor.link.customer_id, plan.kept.link.customer_id
        if held_by != other:
            _change(scope, plan, Verdict(state=State.CANCELLED, reason="parted"), now=now)


def _locked_records(scope: Scope, person_id: int) -> list[PosRecord]:
    """Keep the records as they are until the steps are there to be seen by whoever writes next."""
    wanted = {one.pk for one in mergeable(scope, person_id)}
    # Whoever writes a record has it already, and comes for the ties afterwards: never wait for it.
    free = PosRecord.objects.scoped(scope).filter(pk__in=wanted).order_by("pk")
    locked = free.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)
    if set(locked) != wanted:
        raise RecordsBusyError
    return list(mergeable(scope, person_id))


def _open(scope: Scope) -> QuerySet[PosMergePlan]:
    return PosMergePlan.objects.scoped(scope).filter(state__in=OPEN)


def _locked(plans: QuerySet[PosMergePlan]) -> QuerySet[PosMergePlan]:
    related = plans.select_related("account", "donor__link", "kept__link")
    return related.select_for_update(of=("self",)).order_by("pk")


def _busy(scope: Scope, record_ids: Iterable[int]) -> set[int]:
    found = _open(scope).filter(donor__in=list(record_ids))
    return set(found.values_list("donor_id", flat=True))


def _judge(scope: Scope, plan: PosMergePlan) -> Verdict | None:
    way = find_pos_way(plan.account.kind)
    if way is None:
        return None
    # Not all that is the person's by now: a merge there into somebody else has just joined the two.
    planned = PosMergePlan.objects.scoped(scope).filter(
        account=plan.account_id, holder=plan.holder_id
    )
    together = planned.values_list("donor__external_id", "kept__external_id")
    return judge(
        _seen(plan.donor),
        _seen(plan.kept),
        sign=way.sign,
        together={external_id for pair in together for external_id in pair},
    )


def _seen(record: PosRecord) -> Seen:
    return Seen(
        external_id=record.external_id,
        merged_into=record.merged_into,
        is_active=record.status == PosRecord.Status.ACTIVE,
        is_gone=record.gone_at is not None,
    )


def _change(scope: Scope, plan: PosMergePlan, verdict: Verdict, *, now: dt.datetime) -> None:
    plan.state, plan.reason = verdict.state, verdict.reason
    plan.changed_at, plan.changed_by = now, str(scope.actor)
    plan.save(update_fields=["state", "reason", "changed_at", "changed_by"])
    _tell(scope, f"customer.pos_merge_{verdict.state}", [plan], reason=verdict.reason)


def _tell(scope: Scope, action: str, plans: Collection[PosMergePlan], **context: str) -> None:
    audit.record(
        scope,
        action,
        subject_kind="customer",
        subject_ids=sorted({plan.holder_id for plan in plans}),
        context={"plans": [plan.pk for plan in plans], **context},
    )
