"""What a person was, and bringing a former value back."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from rollcall.audit import operations as audit
from rollcall.customers.panels import ChangeRefusedError, find_changer
from rollcall.customers.presentation import (
    former_value,
    is_restorable,
    lay_out_history,
    name_actors,
)
from rollcall.customers.queries import history
from rollcall.customers.queries.profile import get_profile
from rollcall.customers.web.finding import (
    find_person,
    sort_problems,
    standing_values,
    the_changer,
)
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FIELDS
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, with_scope
from rollcall.web.showing import label_of


@with_scope(Role.STAFF)
def history_page(request: HttpRequest, scope: Scope, public_id: uuid.UUID) -> HttpResponse:
    """What a person's values were, of one field or of all; that somebody read it is audited."""
    person = find_person(scope, public_id)
    if person.public_id != public_id:
        return redirect("customers:history", person.public_id)
    wanted = request.GET.get("field", "")
    field = wanted if wanted in FIELDS else None
    changes = history.list_history(scope, person, field=field)
    audit.record(
        scope,
        "customer.history_viewed",
        subject_kind="customer",
        subject_ids=[person.pk],
        fields=history.fields_with_history(changes),
        context={"changes": len(changes)},
    )
    profile = get_profile(scope, person)
    rows = lay_out_history(
        changes,
        standing=standing_values(profile),
        actors=name_actors(scope, (one.source for one in changes if one.kind == "edit")),
        can_change=find_changer() is not None,
    )
    context = {
        "profile": profile,
        "rows": rows,
        "can_change": find_changer() is not None,
        "field": field,
        "fields": FIELDS.values(),
        "is_cut": len(changes) >= history.MOST,
        "masks": any(one.is_masked for one in changes),
    }
    return render(request, "customers/history.html", context)


@with_scope(Role.STAFF, methods=CHANGE)
def restore_value(request: HttpRequest, scope: Scope, public_id: uuid.UUID) -> HttpResponse:
    """Bring a former value back, by the key of its change."""
    changer = the_changer()
    person = find_person(scope, public_id)
    change = history.find_change(scope, person, request.POST.get("key", ""))
    standing = standing_values(get_profile(scope, person))
    if change is None or not is_restorable(change, standing):
        messages.warning(request, gettext("This value cannot be brought back, or stands already."))
        return redirect("customers:history", person.public_id)
    try:
        values = {change.field: former_value(change)}
        changer(scope, person, values, pinned=frozenset(), now=utc_now())
    except ChangeRefusedError as error:
        errors, whole = sort_problems(error.problems)
        told = [*(f"{label_of(name)} {words}" for name, words in errors.items()), *whole]
        messages.error(request, "; ".join(told) or gettext("A POS would refuse this value."))
    else:
        done = gettext("Brought back: %(field)s.") % {"field": label_of(change.field)}
        messages.success(request, done)
    return redirect("customers:history", person.public_id)
