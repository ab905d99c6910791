"""Whether somebody is known already, by what only one person can have."""

from __future__ import annotations

import uuid
from typing import Final

from rollcall.customers.models import PosRecord
from rollcall.customers.queries.profile import list_account_ids, read_record
from rollcall.customers.rules.values import search_values
from rollcall.kit.fields import Fields
from rollcall.kit.scope import Scope
from rollcall.stores.queries import get_keys

_DOCUMENTS: Final = ("licence", "medical_id")


def find_same_document(
    scope: Scope, fields: Fields, *, apart_from: uuid.UUID | None = None
) -> PosRecord | None:
    """Return a living record that the scope may see with the same licence or medical id.

    :param apart_from: a registration whose own record does not count.
    """
    keys, wanted = get_keys(scope), search_values(fields)
    for name in _DOCUMENTS:
        number = wanted.get(name)
        if number is None:
            continue
        records = (
            PosRecord.objects.scoped(scope)
            .filter(**{f"{name}_key": keys.blind(name, number)})
            .filter(account__in=list_account_ids(scope), gone_at__isnull=True)
            .filter(merged_into__isnull=True)
            .select_related("account", "link__customer")
            .order_by("pk")[:20]
        )
        for record in records:
            held = search_values(read_record(scope, record).fields.values)
            if held.get(name) == number and record.external_id != str(apart_from):
                return record
    return None
