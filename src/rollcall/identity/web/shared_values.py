"""Pages of values that many share: which they are, what one would re-open, and saying what it is.

A value never stands in an address: it is posted, and goes on as its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from rollcall.customers.presentation.actors import name_actors
from rollcall.identity.models import GenericValue, KeyKind
from rollcall.identity.operations.generics import LONGEST_REASON
from rollcall.identity.operations.reopening import NotStoppedError, release_brake
from rollcall.identity.operations.shared_values import (
    CANONICAL,
    SAYINGS,
    look_at,
    normal_of,
    read_typed,
    say,
    view_values,
)
from rollcall.identity.queries.blocking import VALUE_KINDS
from rollcall.identity.queries.shared_values import (
    PAGE,
    SharedValue,
    ValueKey,
    list_stopped,
)
from rollcall.identity.rules.evidence import LONGEST
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, READ, with_scope
from rollcall.web.showing import value_text

Words = str | Promise
_LONGEST_ID: Final = 19
#: Of these nobody has to see all.
_MASKED: Final = frozenset({"licence", "medical"})
_SHOWN: Final = 3
_LABELS: Final[Mapping[str, Words]] = {
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "born": gettext_lazy("Birth date"),
    "licence": gettext_lazy("Licence"),
    "medical": gettext_lazy("Medical id"),
}
_SOURCES: Final[Mapping[str, Words]] = {
    GenericValue.Source.LEARNED: gettext_lazy("learned from the records"),
    GenericValue.Source.CONTACT: gettext_lazy("a store's, or of somebody who works here"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A value as a page shows it."""

    label: Words
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of the page."""

    one: SharedValue
    shown: Shown
    said_by: Words


@with_scope(Role.MANAGER)
def shared_values_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Values of which something was said; that somebody saw them is audited."""
    found = view_values(scope, after=_read_number(request.GET.get("after", "0")))
    actors = name_actors(scope, [one.row.actor for one in found])
    rows = [
        Row(
            one=one,
            shown=show(one.field, one.text),
            said_by=_SOURCES.get(one.row.source, actors[one.row.actor]),
        )
        for one in found
    ]
    context = {
        "rows": rows,
        "next": found[-1].row.pk if len(found) == PAGE else None,
        "stopped": [
            (one, _field(one.kind), _LABELS[_field(one.kind)]) for one in list_stopped(scope)
        ],
        "choices": _LABELS.items(),
        "longest": LONGEST,
    }
    return render(request, "identity/shared_values.html", context)


@with_scope(Role.MANAGER, methods=(*READ, *CHANGE))
def look_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """One value that was typed or chosen, and what would come of it."""
    if request.method != "POST":
        return redirect("identity:shared_values")
    value = _read_value(scope, request)
    if value is None:
        messages.error(request, gettext("Nothing that says who somebody is: type a whole value."))
        return redirect("identity:shared_values")
    look = look_at(scope, value)
    typed = request.POST.get("value", "")
    context = {
        "look": look,
        "shown": show(value.field, look.text or normal_of(value.field, typed)),
        "longest": LONGEST_REASON,
        "can_release": look.reopening is not None and scope.role.includes(Role.ADMIN),
    }
    return render(request, "identity/shared_value.html", context)


@with_scope(Role.MANAGER, methods=CHANGE)
def say_of_value(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Remember what somebody says of a value."""
    saying = request.POST.get("saying", "")
    if saying not in SAYINGS:
        raise BadRequest("nothing that can be said of a value")
    say(scope, _read_key(request), saying, reason=request.POST.get("reason", ""), now=utc_now())
    messages.success(request, gettext("Remembered. What follows from it is done in a moment."))
    return redirect("identity:shared_values")


@with_scope(Role.ADMIN, methods=CHANGE)
def release(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Let a value take back what it held together, if that very number is confirmed."""
    reopening_id = _read_number(request.POST.get("reopening", ""))
    stopped = next((one for one in list_stopped(scope) if one.pk == reopening_id), None)
    if stopped is None or request.POST.get("merges") != str(stopped.would_undo):
        messages.warning(request, gettext("That does not wait any more, or is not what you saw."))
        return redirect("identity:shared_values")
    try:
        release_brake(scope, reopening_id, now=utc_now())
    except NotStoppedError:
        messages.warning(request, gettext("Somebody else was quicker."))
    else:
        messages.success(request, gettext("The merges are being taken back."))
    return redirect("identity:shared_values")


def show(field: str, text: str | None) -> Shown:
    """Lay a value out: contacts and birth dates whole, numbers of papers by their end."""
    label = _LABELS[field]
    if text is None:
        return Shown(label=label, text=gettext("on no record now"))
    if field in _MASKED:
        return Shown(label=label, text=f"…{text[-_SHOWN:]}")
    return Shown(label=label, text=value_text(CANONICAL.get(field, field), text))


def _read_value(scope: Scope, request: HttpRequest) -> ValueKey | None:
    if "key" in request.POST:
        return _read_key(request)
    field = request.POST.get("kind", "")
    if field not in VALUE_KINDS:
        raise BadRequest("no such kind of value")
    return read_typed(scope, field, request.POST.get("value", ""))


def _read_key(request: HttpRequest) -> ValueKey:
    field, text = request.POST.get("kind", ""), request.POST.get("key", "")
    negative = text.startswith("-")
    number = _read_number(text.removeprefix("-"))
    if field not in VALUE_KINDS or number >= 2**63:
        raise BadRequest("no such value")
    return ValueKey(kind=VALUE_KINDS[field], key=-number if negative else number)


def _read_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID):
        raise BadRequest("this is no number")
    return int(text)


def _field(kind: int) -> str:
    return next(field for field, one in VALUE_KINDS.items() if one == KeyKind(kind))
