"""Reads that leave a trace: what somebody agreed to is theirs, so the audit says who asked."""

from __future__ import annotations

import datetime as dt

from rollcall.audit import operations as audit
from rollcall.consent.models import ConsentEntry
from rollcall.consent.queries.ledger import Answer, list_entries, may_contact
from rollcall.consent.rules.vocabulary import Channel, Purpose
from rollcall.customers.models import Customer
from rollcall.kit.scope import Scope
from rollcall.kit.scoping import ScopedQuerySet


def view_ledger(scope: Scope, customer: Customer) -> ScopedQuerySet[ConsentEntry]:
    """Show a person's ledger; the audit says who saw it."""
    _note(scope, customer)
    return list_entries(scope, customer)


def ask_may_contact(
    scope: Scope, customer: Customer, *, purpose: Purpose, channel: Channel, at: dt.datetime
) -> Answer:
    """Tell whether a person may be contacted; the audit says who asked."""
    _note(scope, customer)
    return may_contact(scope, customer, purpose=purpose, channel=channel, at=at)


def _note(scope: Scope, customer: Customer) -> None:
    audit.record(
        scope,
        "customer.viewed",
        subject_kind="customer",
        subject_ids=[customer.pk],
        fields=["consent"],
    )
