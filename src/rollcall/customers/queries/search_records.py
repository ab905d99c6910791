"""Opening the records of several people at once."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from rollcall.customers.queries.profile import RecordView
from rollcall.customers.queries.sealed import unseal
from rollcall.customers.queries.search_candidates import View
from rollcall.customers.rules import contexts
from rollcall.customers.rules.sealed import SealedFields

# Raw, and without the wire row: building this query and its objects takes the ORM longer than the
# database takes to answer it.
_RECORDS: Final = """
select link.customer_id, customer.public_id, record.account_id, record.sealed_fields,
       link.base_id, record.id, account.kind, account.account_key, record.external_id,
       record.status, record.status_raw, record.merged_into, record.pos_updated_at,
       record.first_seen_at, record.changed_at, record.gone_at
  from customers_link link
  join customers_customer customer on customer.id = link.customer_id
  join customers_posrecord record on record.id = link.record_id
  join customers_posaccount account on account.id = record.account_id
 where link.customer_id = any(%(customers)s::bigint[])
   and link.retailer_id = %(retailer)s and record.retailer_id = %(retailer)s {only}
 order by record.gone_at desc nulls first, record.status,
          record.pos_updated_at desc nulls last, record.id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A person's visible records, those that tell most of the present first."""

    public_id: uuid.UUID
    records: Sequence[RecordView]


def open_records(view: View, customer_ids: Collection[int]) -> Mapping[int, Opened]:
    """Customer id → what the scope may see of them; who has no visible record is left out."""
    params: dict[str, Any] = {
        "customers": list(customer_ids),
        "retailer": view.scope.retailer_id,
        "visible": list(view.account_ids),
    }
    only = "and record.account_id = any(%(visible)s::bigint[])" if view.limited else ""
    with connection.cursor() as cursor:
        cursor.execute(_RECORDS.format(only=only), params)
        rows = cursor.fetchall()
    public_ids = {row[0]: row[1] for row in rows}
    records: dict[int, list[RecordView]] = defaultdict(list)
    for customer_id, _, account_id, sealed, *shown in rows:
        records[customer_id].append(_record(view, account_id, sealed, shown))
    return {
        customer_id: Opened(public_id=public_id, records=records[customer_id])
        for customer_id, public_id in public_ids.items()
    }


def _record(view: View, account_id: int, sealed: bytes, shown: Sequence[Any]) -> RecordView:
    base_id, *shown = shown
    external_id = shown[3]
    plain = unseal(view.scope, sealed, context=contexts.record_fields(account_id, external_id))
    return RecordView(
        id=shown[0],
        customer_id=base_id,
        kind=shown[1],
        account_key=shown[2],
        external_id=external_id,
        status=shown[4],
        status_raw=shown[5],
        merged_into=shown[6],
        pos_updated_at=shown[7],
        first_seen_at=shown[8],
        changed_at=shown[9],
        gone_at=shown[10],
        fields=SealedFields.from_json(plain),
    )
