"""Which stores a POS account's records belong to, in names for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from django.db import connection

from rollcall.kit.scope import Scope

#: (kind, account key) → names of stores.
StoreNames = Mapping[tuple[str, str], Sequence[str]]

_NAMES: Final = """
select account.kind, account.account_key, store.name
  from customers_accountstore served
  join customers_posaccount account on account.id = served.account_id
  join stores_store store on store.id = served.store_id
 where served.retailer_id = %(retailer)s
   and (%(stores)s::bigint[] is null or served.store_id = any(%(stores)s::bigint[]))
 order by store.name, store.id
"""


def list_store_names(scope: Scope) -> StoreNames:
    """The stores that each account serves, of those that the scope may see, by name."""
    allowed = None if scope.store_ids is None else sorted(scope.store_ids)
    stores: dict[tuple[str, str], list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, {"retailer": scope.retailer_id, "stores": allowed})
        for kind, account_key, store in cursor.fetchall():
            stores[kind, account_key].append(store)
    return stores
