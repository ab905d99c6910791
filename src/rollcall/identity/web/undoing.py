"""Merges on a person's page, and the page on which one is taken back."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer
from rollcall.customers.presentation.actors import name_actors
from rollcall.identity.models import Merge
from rollcall.identity.operations.merging import (
    LONGEST_NOTE,
    AlreadyUndoneError,
    MergeRefusedError,
    undo_merge,
)
from rollcall.identity.queries.merges import MergeNotFoundError, get_merge, list_merges
from rollcall.identity.queries.previews import preview_unmerge
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, READ, with_scope


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeRow:
    """A merge as it stands on a person's page.

    :param merged_by: words for who made it; ``undone_by`` for who took it back.
    """

    merge: Merge
    merged_by: str
    undone_by: str

    @property
    def is_undone(self) -> bool:
        """Whether it was taken back."""
        return self.merge.undone_at is not None


def render_panel(request: HttpRequest, scope: Scope, customer: Customer) -> str:
    """The merges of a person; "" where there are none."""
    merges = list_merges(scope, customer)
    if not merges:
        return ""
    actors = name_actors(scope, [one.actor for one in merges] + [one.undone_by for one in merges])
    rows = [
        MergeRow(merge=one, merged_by=actors[one.actor], undone_by=actors[one.undone_by])
        for one in merges
    ]
    return render_to_string("identity/panel.html", {"rows": rows}, request)


@with_scope(Role.MANAGER, methods=(*READ, *CHANGE))
def undo_page(request: HttpRequest, scope: Scope, merge_id: int) -> HttpResponse:
    """What taking a merge back would change; and the doing of it."""
    try:
        merge = get_merge(scope, merge_id)
    except MergeNotFoundError as error:
        raise Http404 from error
    if request.method == "POST":
        return _undo(request, scope, merge)
    preview = preview_unmerge(scope, merge)
    audit.record(
        scope,
        "customer.unmerge_previewed",
        subject_kind="customer",
        subject_ids=sorted(preview.before.members),
        context={"merge": merge.pk},
    )
    people = [
        {"side": side, "fields": [one for one in fields if one.before[0] != one.after]}
        for side, fields in zip(preview.after, preview.fields, strict=True)
    ]
    context = {"merge": merge, "preview": preview, "people": people, "longest": LONGEST_NOTE}
    return render(request, "identity/undo.html", context)


def _undo(request: HttpRequest, scope: Scope, merge: Merge) -> HttpResponse:
    try:
        undo_merge(
            scope,
            merge.pk,
            reason=request.POST.get("reason", ""),
            are_different=request.POST.get("different") == "yes",
            now=utc_now(),
        )
    except AlreadyUndoneError:
        messages.info(request, gettext("It was undone before."))
    except MergeRefusedError:
        messages.error(request, gettext("Something stands in the way: nothing was done."))
        return redirect("identity:undo", merge.pk)
    else:
        messages.success(request, gettext("Undone. Everybody has their own again."))
    return redirect("customers:customer", merge.survivor.public_id)
