"""Records as matching sees them: opened, in normal forms."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from rollcall.customers.models import Link
from rollcall.customers.operations.copying import fetch_binary
from rollcall.customers.queries.sealed import unseal
from rollcall.customers.rules import contexts
from rollcall.customers.rules.sealed import SealedFields
from rollcall.identity.rules.evidence import Evidence, evidence_of
from rollcall.kit.scope import Scope

_RECORDS: Final = """
select record.id, record.account_id, record.external_id, record.sealed_fields, link.customer_id
  from customers_posrecord record
  join customers_link link on link.record_id = record.id
 where record.id = any(array(select json_array_elements_text(%s::json)::bigint))
   and record.retailer_id = %s
"""
_PEOPLE: Final = """
select record_id, customer_id from customers_link
 where record_id = any(array(select json_array_elements_text(%s::json)::bigint))
   and retailer_id = %s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A record's evidence, and whose record it is now."""

    record_id: int
    customer_id: int
    evidence: Evidence


def read_evidence(scope: Scope, record_ids: Collection[int]) -> Mapping[int, Known]:
    """Open records; those that are nobody's any more are left out."""
    if not record_ids:
        return {}
    listed = orjson.dumps(sorted(record_ids)).decode()
    found = {}
    for record_id, account_id, external_id, sealed, customer_id in fetch_binary(
        _RECORDS, [listed, scope.retailer_id]
    ):
        context = contexts.record_fields(account_id, external_id)
        values = SealedFields.from_json(unseal(scope, sealed, context=context)).values
        found[record_id] = Known(
            record_id=record_id, customer_id=customer_id, evidence=evidence_of(values)
        )
    return found


def read_people(scope: Scope, record_ids: Collection[int]) -> Mapping[int, int]:
    """Return whose these records are now."""
    if not record_ids:
        return {}
    listed = orjson.dumps(sorted(record_ids)).decode()
    return dict(fetch_binary(_PEOPLE, [listed, scope.retailer_id]))


def records_of(scope: Scope, customer_ids: Collection[int]) -> list[int]:
    """Return the records of these people."""
    links = Link.objects.scoped(scope).filter(customer__in=customer_ids).order_by("record")
    return list(links.values_list("record_id", flat=True))
