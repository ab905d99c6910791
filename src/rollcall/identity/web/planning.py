"""Merges that people are to do at a POS: planned, printed as a checklist, followed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer
from rollcall.customers.presentation.actors import name_actors
from rollcall.customers.queries.account_stores import list_store_names
from rollcall.customers.queries.profile import CustomerNotFoundError, find_by_public_id
from rollcall.identity.models import PosMergePlan
from rollcall.identity.operations.pos_plans import (
    STEPS,
    NothingToPlanError,
    PlanNotFoundError,
    RecordsBusyError,
    StepRefusedError,
    change_step,
    plan_pos_merge,
)
from rollcall.identity.pos_ways import find_pos_way
from rollcall.identity.queries.pos_plans import OPEN, list_doubles, list_plans
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, READ, with_scope

State = PosMergePlan.State
Words = str | Promise

_LONGEST_ID: Final = 18
_STATES: Final[dict[str, tuple[Words, str]]] = {
    State.PLANNED: (gettext_lazy("planned"), ""),
    State.TO_DO: (gettext_lazy("to do"), "warn"),
    State.SEEN_DONE: (gettext_lazy("seen done"), "good"),
    State.NOT_POSSIBLE: (gettext_lazy("not possible"), "bad"),
    State.CANCELLED: (gettext_lazy("cancelled"), ""),
}
_REASONS: Final[dict[str, Words]] = {
    "other_way": gettext_lazy("the other one of the two was kept"),
    "other_record": gettext_lazy("merged into another record of the plan"),
    "elsewhere": gettext_lazy(
        "it was merged into a record there that was not planned: look who that is"
    ),
    "kept_merged": gettext_lazy("the record to keep was itself merged into another one"),
    "gone": gettext_lazy("the POS no longer has a record that was to be merged"),
    "parted": gettext_lazy("the merge of the people was undone"),
    "by_person": gettext_lazy("by a person"),
}
_BUTTONS: Final[dict[str, Words]] = {
    State.TO_DO: gettext_lazy("Give it to somebody to do"),
    State.NOT_POSSIBLE: gettext_lazy("Not possible there"),
    State.CANCELLED: gettext_lazy("Cancel"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanRow:
    """A step as pages show it: ids of the POS, no names or values of people."""

    plan: PosMergePlan
    pos: str
    how: str
    stores: Sequence[str]
    state: Words
    look: str
    reason: Words
    actor: str
    changes: Sequence[tuple[str, Words]]

    @property
    def is_open(self) -> bool:
        """Whether it may still happen."""
        return self.plan.state in OPEN


@with_scope(Role.MANAGER, methods=(*READ, *CHANGE))
def person_plans(request: HttpRequest, scope: Scope, public_id: uuid.UUID) -> HttpResponse:
    """What of a person could be merged at a POS, and what is planned there."""
    person = find_by_public_id(scope, public_id)
    if person is None:
        raise Http404
    if request.method == "POST":
        return _plan(request, scope, person)
    if person.public_id != public_id:
        return redirect("identity:person_plans", person.public_id)
    rows = lay_out_plans(scope, list_plans(scope, customer=person))
    stores = list_store_names(scope)
    planned = {row.plan.donor_id for row in rows if row.is_open}
    doubles = [
        {
            "way": one.way,
            "account": one.account,
            "stores": stores.get((one.account.kind, one.account.account_key), ()),
            "records": one.records,
            "can_plan": len([r for r in one.records if r.pk not in planned]) > 1,
        }
        for one in list_doubles(scope, person)
    ]
    audit.record(
        scope, "customer.pos_plans_viewed", subject_kind="customer", subject_ids=[person.pk]
    )
    context = {"person": person, "rows": rows, "doubles": doubles}
    return render(request, "identity/person_plans.html", context)


@with_scope(Role.MANAGER)
def plans_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """All open steps, as a checklist that can be printed; and those that ended last."""
    opened = lay_out_plans(scope, list_plans(scope, states=OPEN))
    ended = list_plans(scope, states=[one for one in State.values if one not in OPEN])
    context = {"rows": opened, "ended": lay_out_plans(scope, ended[:50])}
    return render(request, "identity/plans.html", context)


@with_scope(Role.MANAGER, methods=CHANGE)
def change_plan(request: HttpRequest, scope: Scope, plan_id: int) -> HttpResponse:
    """Say what becomes of a step."""
    state = request.POST.get("state", "")
    if plan_id.bit_length() > 63:
        raise Http404
    try:
        plan = change_step(scope, plan_id, state, now=utc_now())
    except PlanNotFoundError as error:
        raise Http404 from error
    except StepRefusedError as error:
        if state not in _BUTTONS:
            raise BadRequest("this is no state") from error
        messages.warning(request, gettext("This step has ended meanwhile; nothing was changed."))
    else:
        messages.success(request, gettext("Noted."))
        if request.POST.get("from") == "person":
            return redirect("identity:person_plans", plan.holder.public_id)
    return redirect("identity:plans")


def lay_out_plans(scope: Scope, plans: Iterable[PosMergePlan]) -> list[PlanRow]:
    """Put steps into words."""
    held = list(plans)
    actors = name_actors(scope, {plan.changed_by for plan in held})
    stores = list_store_names(scope)
    return [
        _row(plan, stores.get((plan.account.kind, plan.account.account_key), ()), actors)
        for plan in held
    ]


def _row(plan: PosMergePlan, stores: Sequence[str], actors: Mapping[str, str]) -> PlanRow:
    way = find_pos_way(plan.account.kind)
    words, look = _STATES[plan.state]
    return PlanRow(
        plan=plan,
        pos=way.label if way else plan.account.kind,
        how=way.how if way else "",
        stores=stores,
        state=words,
        look=look,
        reason=_REASONS.get(plan.reason, ""),
        actor=actors[plan.changed_by],
        changes=[(state, _BUTTONS[state]) for state in STEPS.get(plan.state, ())],
    )


def _plan(request: HttpRequest, scope: Scope, person: Customer) -> HttpResponse:
    kept = request.POST.get("kept", "")
    if not (kept.isascii() and kept.isdecimal() and len(kept) <= _LONGEST_ID):
        raise BadRequest("this is no record")
    try:
        plan_pos_merge(scope, person, int(kept), now=utc_now())
    except CustomerNotFoundError as error:
        raise Http404 from error
    except NothingToPlanError:
        messages.info(request, gettext("There is nothing left to plan there."))
    except RecordsBusyError:
        messages.warning(
            request, gettext("A sync is writing these records just now. Try again in a moment.")
        )
    else:
        messages.success(request, gettext("Planned. Nothing is sent to the POS."))
    return redirect("identity:person_plans", person.public_id)
