"""All people of a retailer, page by page, in the order in which they came."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import F

from rollcall.customers.models import AccountStore, Customer
from rollcall.customers.queries.priorities import get_priorities
from rollcall.customers.queries.profile import (
    CustomerView,
    FieldView,
    RecordView,
    list_account_ids,
    list_edit_values,
    read_record,
    record_values,
    visible_records,
)
from rollcall.customers.rules.survivorship import SourcedValue, decide
from rollcall.kit.fields import FIELDS
from rollcall.kit.scope import Scope

#: People that one page looks at, at most: few may fit, and nobody waits for a whole table.
SPAN: Final = 20_000
_SOME: Final = 4

_PAGE: Final = """
with span as materialized (
  select id from customers_customer
   where retailer_id = %(retailer)s and merged_into_id is null
     and (%(after)s::bigint is null or id {beyond} %(after)s)
   order by id {direction} limit %(span)s
), fit as (
  select span.id from span
   where exists (
     select 1 from customers_link link
       join customers_posrecord record on record.id = link.record_id
      where link.customer_id = span.id
        and (%(accounts)s::bigint[] is null or record.account_id = any(%(accounts)s::bigint[]))
        and (%(since)s::timestamptz is null or record.changed_at >= %(since)s
             or exists (select 1 from customers_fieldedit edit
                         where edit.holder_id = span.id and edit.at >= %(since)s)))
   order by span.id {direction} limit %(limit)s
)
select array(select id from fit order by id {direction}),
       (select id from span order by id {opposite} limit 1), (select count(*) from span)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class PeoplePage:
    """Some people, and where the next page begins; None: there is none.

    A page may be short, even empty, although more follow.
    """

    ids: Sequence[int]
    place: int | None


def list_people(
    scope: Scope,
    *,
    store_id: int | None = None,
    updated_since: dt.datetime | None = None,
    after: int | None = None,
    is_descending: bool = False,
    limit: int,
    span: int | None = None,
) -> PeoplePage:
    """Return the ids of people who have a record that the scope may see.

    :param store_id: only of lists that serve this store.
    :param updated_since: only whose values were changed then or later, at a POS or here.
    :param after: the id behind which the page begins.
    :param span: people that are looked at; None: as many as what is asked for needs.
    """
    accounts = _accounts(scope, store_id)
    if span is None:
        # Everybody has a record: without a condition hardly anybody is passed over.
        span = _SOME * (limit + 1) if accounts is None and updated_since is None else SPAN
    direction, opposite, beyond = ("desc", "asc", "<") if is_descending else ("asc", "desc", ">")
    statement = _PAGE.format(direction=direction, opposite=opposite, beyond=beyond)
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "retailer": scope.retailer_id,
                "after": after,
                "span": span,
                "accounts": accounts,
                "since": updated_since,
                "limit": limit + 1,
            },
        )
        ids, last, looked_at = cursor.fetchone()
    page = ids[:limit]
    if len(ids) > limit:
        return PeoplePage(ids=page, place=page[-1])
    return PeoplePage(ids=page, place=last if looked_at == span else None)


def _accounts(scope: Scope, store_id: int | None) -> list[int] | None:
    if store_id is None:
        return None if scope.store_ids is None else list_account_ids(scope)
    served = AccountStore.objects.scoped(scope).filter(store=store_id)
    allowed = set(list_account_ids(scope))
    return sorted(allowed.intersection(served.values_list("account", flat=True)))


def get_profiles(scope: Scope, customer_ids: Sequence[int]) -> list[CustomerView]:
    """Return everything known of some people, in their order; the caller audits it."""
    people = Customer.objects.scoped(scope).in_bulk(customer_ids)
    records = _records(scope, customer_ids)
    values: dict[int, list[SourcedValue]] = defaultdict(list)
    for customer_id, held in records.items():
        values[customer_id] += [value for one in held for value in record_values(one)]
    for customer_id, value in list_edit_values(scope, customer_ids):
        values[customer_id].append(value)
    priorities = get_priorities(scope)
    return [
        CustomerView(
            id=one,
            public_id=people[one].public_id,
            created_at=people[one].created_at,
            fields=[
                FieldView(name=name, label=FIELDS[name].label, truth=truth)
                for name, truth in decide(values[one], priorities).items()
            ],
            records=records[one],
        )
        for one in customer_ids
    ]


def _records(scope: Scope, customer_ids: Sequence[int]) -> dict[int, list[RecordView]]:
    rows = (
        visible_records(scope, customer_ids)
        .select_related("account", "link")
        .defer("sealed_raw")
        .order_by(
            F("gone_at").desc(nulls_first=True),
            "status",
            F("pos_updated_at").desc(nulls_last=True),
            "id",
        )
    )
    found: dict[int, list[RecordView]] = {one: [] for one in customer_ids}
    for row in rows:
        held = found[row.link.customer_id]
        held.append(read_record(scope, row, customer_id=row.link.base_id))
    return found
