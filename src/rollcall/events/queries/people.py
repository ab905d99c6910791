"""Public ids of people and records, as far as a scope may see them, many in one statement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from rollcall.kit.scope import Scope

#: A record is seen by the stores that its account serves.
_RECORDS: Final = """
select record.id, home.public_id::text, now.public_id::text, account.kind, record.external_id
  from customers_posrecord record
  join customers_link link on link.record_id = record.id
  join customers_customer home on home.id = link.home_id
  join customers_customer now on now.id = link.customer_id
  join customers_posaccount account on account.id = record.account_id
 where record.id = any(%(ids)s) and record.retailer_id = %(retailer)s
   and (%(stores)s::bigint[] is null or exists (
         select from customers_accountstore served
          where served.account_id = record.account_id and served.store_id = any(%(stores)s)))
"""
#: A person is seen by the stores that see a record of who they are now.
_PEOPLE: Final = """
select one.id, one.public_id::text, coalesce(now.public_id, one.public_id)::text
  from customers_customer one
  left join customers_customer now on now.id = one.merged_into_id
 where one.id = any(%(ids)s) and one.retailer_id = %(retailer)s
   and (%(stores)s::bigint[] is null or exists (
         select from customers_link link
           join customers_posrecord record on record.id = link.record_id
           join customers_accountstore served on served.account_id = record.account_id
          where link.customer_id = coalesce(one.merged_into_id, one.id)
            and served.store_id = any(%(stores)s)))
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordIds:
    """A record, whom it was born with (``home``) and whose it is (``customer``)."""

    home: str
    customer: str
    kind: str
    external_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonIds:
    """A Customer's own id, and that of who they are now."""

    own: str
    now: str


def find_records(scope: Scope, record_ids: Collection[int]) -> dict[int, RecordIds]:
    """Return the records that the scope may see."""
    return {
        pk: RecordIds(home=home, customer=customer, kind=kind, external_id=external_id)
        for pk, home, customer, kind, external_id in _read(_RECORDS, scope, record_ids)
    }


def find_people(scope: Scope, customer_ids: Collection[int]) -> dict[int, PersonIds]:
    """Return the Customers whom the scope may see."""
    found = _read(_PEOPLE, scope, customer_ids)
    return {pk: PersonIds(own=own, now=now) for pk, own, now in found}


def _read(statement: str, scope: Scope, ids: Collection[int]) -> list[tuple[Any, ...]]:
    if not ids:
        return []
    stores = None if scope.store_ids is None else sorted(scope.store_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            statement, {"ids": sorted(ids), "retailer": scope.retailer_id, "stores": stores}
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
