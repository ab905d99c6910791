"""Reads that leave a trace: who looked at whom, and that somebody searched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rollcall.audit import operations as audit
from rollcall.customers.queries.listing import get_profiles
from rollcall.customers.queries.profile import CustomerView, get_profile, resolve
from rollcall.customers.queries.search import SearchResult, search
from rollcall.kit.scope import Role, Scope, require


def view_customer(scope: Scope, any_id: str) -> CustomerView:
    """Show one person; the audit says who saw them.

    :raises CustomerNotFoundError: nobody of this retailer.
    :raises AmbiguousIdError: a bare POS id that several people have.
    """
    require(scope, Role.STAFF)
    profile = get_profile(scope, resolve(scope, any_id))
    audit.record(scope, "customer.viewed", subject_kind="customer", subject_ids=[profile.id])
    return profile


def view_people(scope: Scope, customer_ids: Sequence[int]) -> list[CustomerView]:
    """Show several people; the audit says who saw them."""
    require(scope, Role.STAFF)
    if customer_ids:
        audit.record(
            scope, "customer.listed", subject_kind="customer", subject_ids=list(customer_ids)
        )
    return get_profiles(scope, customer_ids)


def search_customers(scope: Scope, text: str, *, today: dt.date, limit: int = 20) -> SearchResult:
    """Search; the audit says in which fields something was found and whom it showed, not the text.

    :raises SearchTextError: nothing that could be searched for.
    """
    require(scope, Role.STAFF)
    result = search(scope, text, today=today, limit=limit)
    audit.record(
        scope,
        "customer.searched",
        subject_kind="customer",
        subject_ids=[hit.customer_id for hit in result.hits],
        fields={field for hit in result.hits for field in hit.matched},
        context={"found": len(result.hits), "more": result.more},
    )
    return result
