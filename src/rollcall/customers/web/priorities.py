"""Which POS counts more, field by field: the page of the setting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from rollcall.customers.operations.priorities import PriorityError, set_priority
from rollcall.customers.presentation import EDITABLE
from rollcall.customers.queries.priorities import get_priorities, list_kinds
from rollcall.kit.fields import FIELDS
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, READ, with_scope

#: Places that can be chosen for a field; whoever is not named comes after them. A file may name
#: more.
_PLACES: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """One field of the form.

    :param choices: what is chosen for each place, "" for nothing.
    """

    name: str
    label: str
    choices: Sequence[str]
    error: str


@with_scope(Role.ADMIN, methods=(*READ, *CHANGE))
def priorities_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The setting of every field; saving changes all of them or none."""
    kinds = list_kinds(scope)
    if request.method != "POST":
        return _form(request, kinds, chosen=dict(get_priorities(scope)), errors={})
    held = get_priorities(scope)
    chosen = {name: _read(request, name, kinds, held.get(name, ())) for name in EDITABLE}
    errors: dict[str, str] = {}
    changed = 0
    with transaction.atomic():
        for name, wanted in chosen.items():
            try:
                changed += set_priority(scope, name, wanted)
            except PriorityError:
                errors[name] = gettext("A POS can be chosen only once.")
        transaction.set_rollback(bool(errors))
    if errors:
        return _form(request, kinds, chosen=chosen, errors=errors)
    if changed:
        messages.success(request, gettext("Saved. It counts from now on."))
    else:
        messages.info(request, gettext("Nothing was changed."))
    return redirect("customers:priorities")


def _read(request: HttpRequest, name: str, kinds: Sequence[str], held: Sequence[str]) -> list[str]:
    typed = [str(request.POST.get(f"{name}-{place}", "")) for place in range(1, _PLACES + 1)]
    # What a file has named beyond these places stays behind them.
    return [kind for kind in typed if kind in kinds] + [
        kind for kind in held[_PLACES:] if kind not in typed
    ]


def _form(
    request: HttpRequest,
    kinds: Sequence[str],
    *,
    chosen: Mapping[str, Sequence[str]],
    errors: Mapping[str, str],
) -> HttpResponse:
    places = min(_PLACES, len(kinds))
    rows = [
        _Row(
            name=name,
            label=FIELDS[name].label,
            choices=[*chosen.get(name, ()), *[""] * places][:places],
            error=errors.get(name, ""),
        )
        for name in EDITABLE
    ]
    context = {"rows": rows, "kinds": kinds, "wrong": [row for row in rows if row.error]}
    return render(request, "customers/priorities.html", context)
