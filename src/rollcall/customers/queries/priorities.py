"""Which POS counts more for a field: reading the setting."""

from __future__ import annotations

from rollcall.customers.models import FieldPriority, PosAccount
from rollcall.customers.rules.hub_records import HUB_KIND
from rollcall.customers.rules.priorities import Priorities
from rollcall.kit.scope import Scope


def get_priorities(scope: Scope) -> Priorities:
    """Return the retailer's settings, by field."""
    rows = FieldPriority.objects.scoped(scope).values_list("field", "kinds")
    return dict(rows)


def list_kinds(scope: Scope) -> list[str]:
    """Return the kinds of POS whose customer lists are here, in alphabetical order."""
    kinds = PosAccount.objects.scoped(scope).exclude(kind=HUB_KIND).values_list("kind", flat=True)
    return sorted(set(kinds))
