"""Why the records of a person are one person."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from rollcall.audit import operations as audit
from rollcall.customers.models import Link
from rollcall.customers.presentation.actors import name_actors
from rollcall.customers.queries.profile import find_by_public_id
from rollcall.identity.presentation import Waterfall, explain, field_words, lay_out_evidence
from rollcall.identity.queries.explanations import MergeView, RecordOrigin, explain_person
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import with_scope

Words = str | Promise

_ORIGINS: Final[Mapping[str, Words]] = {
    Link.Reason.POS_MERGE: gettext_lazy("merged at the POS itself"),
    Link.Reason.REGISTERED: gettext_lazy("registered here"),
}
_SHARED_LIST: Final = gettext_lazy("these stores share one list of customers")


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeStep:
    """A merge with its evidence laid out.

    :param waterfall: None if no numbers are kept, or they may not be seen.
    :param needed: fields without any of which it would not have been linked by itself.
    :param wishes: fields that would have linked it by itself; ``against``: what kept it from that.
    """

    view: MergeView
    by: str
    waterfall: Waterfall | None
    needed: Sequence[Words]
    wishes: Sequence[Words]
    against: Sequence[Words]


@with_scope(Role.MANAGER)
def explain_page(request: HttpRequest, scope: Scope, public_id: uuid.UUID) -> HttpResponse:
    """Records, merges with their evidence, and who shares values; that it was seen is audited."""
    person = find_by_public_id(scope, public_id)
    if person is None:
        raise Http404
    if person.public_id != public_id:
        return redirect("identity:explain", person.public_id)
    told = explain_person(scope, person)
    shown = {named.customer_id for shared in told.shared for named in shared.people}
    audit.record(
        scope,
        "customer.identity_viewed",
        subject_kind="customer",
        subject_ids=sorted({person.pk, *shown}),
        context={"merges": [one.merge.pk for one in told.merges]},
    )
    actors = name_actors(scope, {one.merge.actor for one in told.merges})
    context = {
        "person": person,
        "told": told,
        "origins": [{"origin": one, "words": list(_origin_words(one))} for one in told.origins],
        "steps": [_step(one, actors[one.merge.actor]) for one in told.merges],
        "shared": [{"label": field_words(one.field), "shared": one} for one in told.shared],
    }
    return render(request, "identity/explain.html", context)


def _origin_words(origin: RecordOrigin) -> Iterator[Words]:
    if origin.reason in _ORIGINS:
        yield _ORIGINS[origin.reason]
    if len(origin.stores) > 1:
        yield _SHARED_LIST


def _step(view: MergeView, by: str) -> MergeStep:
    evidence = view.evidence
    return MergeStep(
        view=view,
        by=by,
        waterfall=read_waterfall(evidence),
        needed=[field_words(name) for name in _needed(evidence)],
        wishes=[field_words(name) for name in _names(evidence, "would_link_if")],
        against=list(explain(_names(evidence, "vetoes"), evidence)),
    )


def read_waterfall(evidence: Mapping[str, Any]) -> Waterfall | None:
    """Lay evidence out; None where it holds no numbers of ours, as after an import."""
    if not evidence.get("parts"):
        return None
    try:
        return lay_out_evidence(evidence)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _needed(evidence: Mapping[str, Any]) -> Iterator[str]:
    """Of what was linked by itself: each field that it could not have done without."""
    if read_waterfall(evidence) is None:
        return
    spare = -float(evidence.get("short", 0))
    if spare < 0 or evidence.get("vetoes"):
        return
    for part in evidence["parts"]:
        if float(part["bits"]) > spare:
            yield str(part["field"])


def _names(evidence: Mapping[str, Any], key: str) -> list[str]:
    held = evidence.get(key, ())
    return [one for one in held if isinstance(one, str)] if isinstance(held, list) else []
