"""Which stores an account's list serves; follows from the connections that read it."""

from __future__ import annotations

from collections.abc import Set

from rollcall.customers.models import AccountStore
from rollcall.kit.scope import Scope


def set_account_stores(scope: Scope, account_id: int, store_ids: Set[int]) -> None:
    """Make exactly these stores the account's. Idempotent; call it inside a transaction."""
    held = AccountStore.objects.scoped(scope).filter(account_id=account_id)
    if set(held.values_list("store_id", flat=True)) == store_ids:
        return  # each registration asks, and look-ups read the table
    held.exclude(store_id__in=store_ids).delete()
    AccountStore.objects.scoped(scope).bulk_create(
        [
            AccountStore(retailer_id=scope.retailer_id, account_id=account_id, store_id=store_id)
            for store_id in sorted(store_ids)
        ],
        ignore_conflicts=True,
    )
