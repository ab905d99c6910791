"""By which ids programs know what the audit names by our numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rollcall.customers.models import Customer
from rollcall.kit.scope import Scope
from rollcall.sync.models import PosConnection


def name_customers(scope: Scope, ids: Collection[int]) -> Mapping[int, str]:
    """Return the public ids of people."""
    rows = Customer.objects.scoped(scope).filter(pk__in=ids)
    return {pk: str(public_id) for pk, public_id in rows.values_list("pk", "public_id")}


def name_connections(scope: Scope, ids: Collection[int]) -> Mapping[int, str]:
    """Return the names of connections."""
    rows = PosConnection.objects.scoped(scope).filter(pk__in=ids)
    return dict(rows.values_list("pk", "slug"))
