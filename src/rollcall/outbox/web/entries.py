"""Entries: the list, one of them, and what people do with those that wait."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from rollcall.audit import operations as audit
from rollcall.customers.presentation import EDITABLE, lay_out_fields, read_changes
from rollcall.customers.queries.profile import get_profile
from rollcall.kit.clock import utc_now
from rollcall.kit.fields import FIELDS
from rollcall.kit.scope import Role, Scope
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.people import (
    NotWaitingError,
    ReasonMissingError,
    WishInvalidError,
    change_entry,
    discard,
    send_again,
)
from rollcall.outbox.presentation import STATES, lay_out_wish
from rollcall.outbox.rules.wishes import Wish
from rollcall.outbox.web.laying_out import rows_of
from rollcall.pos.errors import PosNeedsHumanError
from rollcall.pos.writing import FieldProblem
from rollcall.sync.operations.connections import write_rules
from rollcall.sync.queries import list_connections
from rollcall.web.access import CHANGE, with_scope
from rollcall.web.showing import label_of

#: Filters that are no single state.
_GROUPS: Final[Mapping[str, Sequence[str]]] = {
    "": OutboxEntry.OPEN,
    "stuck": (OutboxEntry.State.REFUSED, OutboxEntry.State.DEAD),
}


@with_scope(Role.MANAGER)
def list_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What is to be written to POS systems, the newest first."""
    return render(request, "outbox/list.html", _list(request, scope))


@with_scope(Role.MANAGER)
def rows(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The part of the list that changes; it asks for itself every few seconds."""
    return render(request, "outbox/rows.html", _list(request, scope))


def _list(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    connections = list_connections(scope)
    state = request.GET.get("state", "")
    if state not in _GROUPS and state not in STATES:
        state = ""
    slug = request.GET.get("connection", "")
    chosen = next((one for one in connections if one.slug == slug), None)
    states = _GROUPS.get(state, (state,))
    found = queries.list_entries(
        scope, states=states, connection_id=None if chosen is None else chosen.pk
    )
    counts = queries.count_by_state(scope)
    return {
        "rows": rows_of(scope, found, now=utc_now()),
        "connections": connections,
        "chosen": chosen,
        "state": state,
        "states": STATES.items(),
        "counts": [(name, chip, counts[name]) for name, chip in STATES.items() if name in counts],
        "is_cut": len(found) >= queries.MOST,
        "most": queries.MOST,
        "is_live": bool(set(states) & set(OutboxEntry.OPEN)),
        "is_stopped": queries.find_stop(scope) is not None,
    }


@with_scope(Role.MANAGER)
def entry_page(request: HttpRequest, scope: Scope, entry_id: int) -> HttpResponse:
    """One entry with its values; that somebody saw them is audited."""
    return _page(request, scope, _get(scope, entry_id))


@with_scope(Role.MANAGER)
def entry_state(request: HttpRequest, scope: Scope, entry_id: int) -> HttpResponse:
    """The part of an entry's page that changes; holds no value."""
    entry = _get(scope, entry_id)
    return render(request, "outbox/state.html", {"row": rows_of(scope, [entry], now=utc_now())[0]})


def _get(scope: Scope, entry_id: int) -> OutboxEntry:
    try:
        return queries.get_entry(scope, entry_id)
    except queries.EntryNotFoundError as error:
        raise Http404 from error


def _page(
    request: HttpRequest,
    scope: Scope,
    entry: OutboxEntry,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    whole: Sequence[str] = (),
    reason_error: str = "",
) -> HttpResponse:
    wish = queries.open_wish(scope, entry)
    audit.record(
        scope,
        "outbox.viewed",
        subject_kind="customer",
        subject_ids=[entry.customer_id],
        fields=wish.names(),
        context={"entry": entry.pk},
    )
    errors = errors or {}
    names = {*_mendable(scope, entry, wish), *errors}
    context = {
        "row": rows_of(scope, [entry], now=utc_now())[0],
        "entry": entry,
        "name": get_profile(scope, entry.holder).display_name,
        "wish": lay_out_wish(wish, role=scope.role),
        "fields": lay_out_fields(names, wish.values, typed=typed or {}, errors=errors),
        "wrong": [(name, FIELDS[name].label, words) for name, words in errors.items()],
        "whole": whole,
        "reason_error": reason_error,
    }
    return render(request, "outbox/entry.html", context)


def _mendable(scope: Scope, entry: OutboxEntry, wish: Wish) -> set[str]:
    """Fields of the wish, and what every create has to say."""
    names = set(wish.values)
    if entry.intent == OutboxEntry.Intent.CREATE:
        names |= write_rules(scope, entry.connection).required
    return names.intersection(EDITABLE)


@with_scope(Role.MANAGER, methods=CHANGE)
def send_entry_again(request: HttpRequest, scope: Scope, entry_id: int) -> HttpResponse:
    """Send an entry as it is, at once."""
    entry = _get(scope, entry_id)
    try:
        send_again(scope, entry.pk, now=utc_now())
    except NotWaitingError:
        _say_too_late(request)
    else:
        messages.success(request, gettext("It goes out as soon as it may."))
    return redirect("outbox:entry", entry.pk)


@with_scope(Role.MANAGER, methods=CHANGE)
def mend_entry(request: HttpRequest, scope: Scope, entry_id: int) -> HttpResponse:
    """Change values of an entry, and send it; all that is wrong is said at once."""
    entry = _get(scope, entry_id)
    typed = {key: text for key, text in request.POST.items() if isinstance(text, str)}
    today = timezone.localtime(utc_now()).date()
    changes, errors = read_changes(_sent_names(typed), typed, today=today)
    whole: list[str] = []
    if not changes and not errors:
        messages.info(request, gettext("Nothing was changed."))
        return redirect("outbox:entry", entry.pk)
    try:
        if not errors:
            change_entry(scope, entry.pk, changes, now=utc_now())
    except WishInvalidError as error:
        errors, whole = _sort_problems(error.problems)
    except PosNeedsHumanError as error:
        whole = [str(error)]
    except NotWaitingError:
        _say_too_late(request)
        return redirect("outbox:entry", entry.pk)
    if errors or whole:
        return _page(request, scope, entry, typed=typed, errors=errors, whole=whole)
    messages.success(request, gettext("Mended. It goes out as soon as it may."))
    return redirect("outbox:entry", entry.pk)


def _sent_names(typed: Collection[str]) -> list[str]:
    return [name for name in EDITABLE if name in typed]


def _sort_problems(problems: Sequence[FieldProblem]) -> tuple[dict[str, str], list[str]]:
    errors: dict[str, str] = {}
    whole: list[str] = []
    for one in problems:
        if one.field in EDITABLE:
            errors.setdefault(one.field, one.message)
        else:
            label = label_of(one.field) if one.field else ""
            whole.append(f"{label} {one.message}".strip())
    return errors, whole


@with_scope(Role.MANAGER, methods=CHANGE)
def discard_entry(request: HttpRequest, scope: Scope, entry_id: int) -> HttpResponse:
    """Give an entry up for good, with a reason."""
    entry = _get(scope, entry_id)
    try:
        discard(scope, entry.pk, reason=request.POST.get("reason", ""), now=utc_now())
    except ReasonMissingError:
        words = gettext("Say why: whoever looks at it later wants to know.")
        return _page(request, scope, entry, reason_error=words)
    except NotWaitingError:
        _say_too_late(request)
    else:
        messages.success(request, gettext("Discarded. What was typed stays here."))
    return redirect("outbox:entry", entry.pk)


def _say_too_late(request: HttpRequest) -> None:
    words = gettext("It is being sent, has arrived or was discarded: nothing was done.")
    messages.warning(request, words)
