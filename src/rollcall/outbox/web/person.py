"""The panel on a person's page: what is on its way to POS systems, and what became of it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from rollcall.customers.models import Customer
from rollcall.customers.queries.profile import find_by_public_id
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.web.laying_out import rows_of
from rollcall.web.access import with_scope

#: Entries that are over are shown so long, and so many of them.
_RECENT: Final = dt.timedelta(days=7)
_MOST_CLOSED: Final = 5


def render_panel(request: HttpRequest, scope: Scope, customer: Customer) -> str:
    """The panel; "" where nothing is on its way and nothing was lately."""
    context = _context(scope, customer)
    return render_to_string("outbox/person.html", context, request) if context["rows"] else ""


@with_scope(Role.STAFF)
def person_entries(request: HttpRequest, scope: Scope, public_id: uuid.UUID) -> HttpResponse:
    """The panel alone, as it asks for itself while something is on its way."""
    customer = find_by_public_id(scope, public_id)
    if customer is None:
        raise Http404
    return render(request, "outbox/person.html", _context(scope, customer))


def _context(scope: Scope, customer: Customer) -> dict[str, Any]:
    now = utc_now()
    found = queries.list_of_person(scope, customer)
    over = [one for one in found if _is_recent(one, now)][:_MOST_CLOSED]
    shown = [one for one in found if one.state in OutboxEntry.OPEN or one in over]
    rows = rows_of(scope, shown, now=now)
    return {
        "customer": customer,
        "rows": rows,
        "is_open": any(row.is_open and not row.needs_somebody for row in rows),
    }


def _is_recent(entry: OutboxEntry, now: dt.datetime) -> bool:
    # What joined another entry is told there.
    return (
        entry.closed_at is not None and now - entry.closed_at < _RECENT and entry.code != "joined"
    )
