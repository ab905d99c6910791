"""Showing who somebody may be who is about to be registered; the audit says who was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer, Link, PosRecord
from rollcall.customers.queries.profile import CustomerView, get_profile
from rollcall.identity.queries.candidates import Candidate, find_candidates
from rollcall.kit.fields import Fields
from rollcall.kit.scope import Role, Scope, require


@dataclass(frozen=True, kw_only=True, slots=True)
class Likely:
    """A likely match, and what the scope may see of them."""

    candidate: Candidate
    profile: CustomerView


def find_likely(scope: Scope, fields: Fields) -> list[Likely]:
    """Return the likely matches of what is known so far; nothing is kept of it."""
    require(scope, Role.STAFF)
    known = {name: value for name, value in fields.items() if value is not None}
    return show_likely(scope, find_candidates(scope, known))


def show_likely(scope: Scope, candidates: Sequence[Candidate]) -> list[Likely]:
    """Open the people of likely matches."""
    require(scope, Role.STAFF)
    if candidates:
        audit.record(
            scope,
            "customer.likely_shown",
            subject_kind="customer",
            subject_ids=[one.customer.pk for one in candidates],
        )
    return [Likely(candidate=one, profile=get_profile(scope, one.customer)) for one in candidates]


def open_person(scope: Scope, record: PosRecord) -> Customer:
    """Return whose record it is now."""
    link = Link.objects.scoped(scope).select_related("customer").get(record=record)
    return link.customer
