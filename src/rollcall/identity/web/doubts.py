"""The page of automatic merges that would not be made today: undo or keep."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from rollcall.identity.operations.doubting import (
    DoubtNotFoundError,
    count_doubts,
    keep_merge,
    view_doubts,
)
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, with_scope

_LONGEST_ID: Final = 18


@with_scope(Role.MANAGER)
def doubts_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Doubted merges; that somebody saw the people is audited."""
    context = {"rows": view_doubts(scope), "all": count_doubts(scope)}
    return render(request, "identity/doubts.html", context)


@with_scope(Role.MANAGER, methods=CHANGE)
def keep(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Let a merge stand."""
    text = request.POST.get("merge", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID):
        raise BadRequest("this is no merge")
    try:
        keep_merge(scope, int(text), now=utc_now())
    except DoubtNotFoundError:
        messages.warning(request, gettext("It is not in doubt any more."))
    else:
        messages.success(request, gettext("Kept. It is not asked about again."))
    return redirect("identity:doubts")
