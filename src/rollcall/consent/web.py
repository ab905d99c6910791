"""The panel on a person's page with what they agreed to, and taking it back for them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rollcall.consent.models import ConsentEntry
from rollcall.consent.operations.recording import Circumstances
from rollcall.consent.operations.withdrawing import withdraw
from rollcall.consent.queries.ledger import Answer, view_states
from rollcall.consent.rules.vocabulary import Channel, Purpose, Reason
from rollcall.customers.models import Customer
from rollcall.customers.panels import Panel, add_panel
from rollcall.customers.queries.profile import find_by_public_id
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Role, Scope
from rollcall.web.access import CHANGE, with_scope

app_name = "consent"
_PURPOSES: Final[Mapping[Purpose, Promise]] = {
    Purpose.MARKETING: _("Marketing"),
    Purpose.LOYALTY: _("Loyalty programme"),
    Purpose.TRANSACTIONAL: _("Their own purchases"),
    Purpose.RESEARCH: _("Research"),
    Purpose.SHARING: _("Sharing with others"),
}
_CHANNELS: Final[Mapping[Channel, Promise]] = {
    Channel.SMS: _("by text"),
    Channel.EMAIL: _("by e-mail"),
    Channel.PHONE: _("by phone"),
    Channel.PUSH: _("by push message"),
    Channel.MAIL: _("by mail"),
}
_REASONS: Final[Mapping[Reason, Promise]] = {
    Reason.GIVEN: _("agreed"),
    Reason.CONFIRMED: _("agreed and confirmed"),
    Reason.IMPLIED: _("implied by a purchase"),
    Reason.TRANSACTIONAL: _("allowed"),
    Reason.WITHDRAWN: _("withdrawn"),
    Reason.NO_CONTACT: _("no such contact"),
    Reason.NEVER_GIVEN: _("never asked"),
    Reason.UNCONFIRMED: _("not confirmed yet"),
    Reason.EXPIRED: _("run out"),
    Reason.CONTACT_CHANGED: _("was for another contact"),
    Reason.IMPORTED_ONLY: _("from a list only"),
    Reason.POS_FLAG: _("a POS says no"),
    Reason.QUIET_HOURS: _("agreed, not at night"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentRow:
    """A purpose by a channel, as it stands on a person's page."""

    answer: Answer

    @property
    def purpose(self) -> Promise:
        """What for, in words."""
        return _PURPOSES[self.answer.purpose]

    @property
    def channel(self) -> Promise:
        """How, in words."""
        return _CHANNELS[self.answer.channel]

    @property
    def state(self) -> Promise:
        """What stands, in words."""
        return _REASONS[self.answer.verdict.reason]

    @property
    def is_agreed(self) -> bool:
        """Whether it is a yes, if perhaps not at this hour."""
        return self.answer.verdict.may or self.answer.verdict.reason is Reason.QUIET_HOURS

    @property
    def can_be_withdrawn(self) -> bool:
        """Whether there is something left to take back."""
        return self.answer.verdict.reason is not Reason.WITHDRAWN


def render_panel(request: HttpRequest, scope: Scope, customer: Customer) -> str:
    """What a person agreed to; "" where the ledger says nothing of them."""
    rows = [ConsentRow(answer=one) for one in view_states(scope, customer, at=utc_now())]
    if not rows:
        return ""
    return render_to_string("consent/panel.html", {"rows": rows, "person": customer}, request)


@with_scope(Role.STAFF, methods=CHANGE)
def withdraw_page(request: HttpRequest, scope: Scope, public_id: uuid.UUID) -> HttpResponse:
    """Take one consent back, because the person said so."""
    person = find_by_public_id(scope, public_id)
    purpose, channel = (request.POST.get(name, "") for name in ("purpose", "channel"))
    if person is None or purpose not in tuple(Purpose) or channel not in tuple(Channel):
        raise Http404
    withdraw(
        scope,
        person,
        purposes=[Purpose(purpose)],
        channels=[Channel(channel)],
        circumstances=Circumstances(route=ConsentEntry.Route.STAFF),
        now=utc_now(),
    )
    messages.success(request, gettext("Withdrawn, from this moment on."))
    return redirect("customers:customer", person.public_id)


urlpatterns = [
    path("customers/<uuid:public_id>/consents/withdraw/", withdraw_page, name="withdraw"),
]
add_panel(Panel(name="consents", render=render_panel, place=30))
