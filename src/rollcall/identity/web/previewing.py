"""What "Same person" would change, before it is said: loaded when somebody asks for it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from rollcall.audit import operations as audit
from rollcall.identity.queries.previews import preview_merge
from rollcall.identity.queries.suggestions import SuggestionNotFoundError, get_suggestion
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import is_htmx, with_scope


@with_scope(Role.MANAGER)
def preview_pair(request: HttpRequest, scope: Scope, suggestion_id: int) -> HttpResponse:
    """Values that change, consents, what is on its way, and what each POS would hold."""
    if suggestion_id.bit_length() > 63:  # what the database can hold
        raise Http404
    try:
        suggestion = get_suggestion(scope, suggestion_id)
    except SuggestionNotFoundError as error:
        raise Http404 from error
    first, second = suggestion.first.link.customer, suggestion.second.link.customer
    if first.pk == second.pk:
        raise Http404
    preview = preview_merge(scope, first, second)
    audit.record(
        scope,
        "customer.merge_previewed",
        subject_kind="customer",
        subject_ids=[first.pk, second.pk],
        context={"suggestion": suggestion_id},
    )
    consents = {one.name for one in preview.consents}
    changes = [one for one in preview.fields if any(before != one.after for before in one.before)]
    context = {
        "preview": preview,
        "changes": [one for one in changes if one.name not in consents],
        "consents": [one for one in changes if one.name in consents],
        "suggestion": suggestion,
    }
    name = "identity/preview.html" if is_htmx(request) else "identity/preview_page.html"
    return render(request, name, context)
