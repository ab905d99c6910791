"""What several pages of people need: finding them, what stands of them, what is wrong."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.http import Http404
from django.utils import timezone

from rollcall.customers.models import Customer
from rollcall.customers.operations.reading import view_customer
from rollcall.customers.panels import Changer, Problem, find_changer
from rollcall.customers.presentation import EDITABLE
from rollcall.customers.queries.profile import (
    AmbiguousIdError,
    CustomerNotFoundError,
    CustomerView,
    find_by_public_id,
)
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import Fields
from rollcall.kit.scope import Scope
from rollcall.web.showing import label_of


def view(scope: Scope, public_id: uuid.UUID) -> CustomerView:
    """Show a person, which is audited; not found if there is none that the scope may see."""
    try:
        return view_customer(scope, str(public_id))
    except (CustomerNotFoundError, AmbiguousIdError) as error:
        raise Http404 from error


def find_person(scope: Scope, public_id: uuid.UUID) -> Customer:
    """The person behind an id, merged ids included; not found if there is none to be seen."""
    found = find_by_public_id(scope, public_id)
    if found is None:
        raise Http404
    return found


def the_changer() -> Changer:
    """What changes people; without it the pages that need it are not there."""
    changer = find_changer()
    if changer is None:
        raise Http404
    return changer


def today() -> dt.date:
    """The day in the page's time zone."""
    return timezone.localtime(utc_now()).date()


def sort_problems(problems: Iterable[Problem]) -> tuple[dict[str, str], list[str]]:
    """Those of a field in the form, and those of the whole."""
    errors: dict[str, str] = {}
    whole: list[str] = []
    for one in problems:
        if one.field in EDITABLE:
            errors.setdefault(one.field, one.message)
        else:
            label = label_of(one.field) if one.field else ""
            whole.append(f"{label} {one.message}".strip())
    return errors, whole


def standing_values(profile: CustomerView) -> Fields:
    """Field → value that stands now."""
    return {view.name: view.truth.standing.value for view in profile.fields}
