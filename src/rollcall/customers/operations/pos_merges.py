"""Following merges that the POS itself reports: the merged-away record joins its survivor's person.

Each record keeps its ``home`` Customer, so that a merge taken back at the POS leads home again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection

from rollcall.audit import operations as audit
from rollcall.customers.models import PosAccount
from rollcall.kit.scope import Scope

#: A POS that reports a circle of merges must not keep us here.
_LONGEST_CHAIN = 50

# ``offset 0`` keeps each look-up one probe of an index. While a first sync fills the table the
# planner knows nothing of it and would rather read the whole account, once for every batch.
# Most batches touch no merge at all, so that is asked first and cheaply.
_FIND_TOUCHED = """
select id from customers_posrecord
 where retailer_id = %(retailer)s and account_id = %(account)s and external_id = any(%(moved)s)
union
-- those that waited for a record that has now arrived
select waiting.id from unnest(%(arrived)s::text[]) as arrived(external_id)
 cross join lateral (
    select id, retailer_id from customers_posrecord
     where account_id = %(account)s and merged_into = arrived.external_id offset 0
 ) waiting
 where waiting.retailer_id = %(retailer)s
"""
_FIND_MOVES = """
with recursive
touched as (
    select id, external_id, merged_into from customers_posrecord where id = any(%(touched)s)
),
below(id, external_id, merged_into, depth) as (
    -- and everything that was merged into them before
    select id, external_id, merged_into, 0 from touched
    union
    select donor.id, donor.external_id, donor.merged_into, below.depth + 1
      from below
     cross join lateral (
        select id, external_id, merged_into from customers_posrecord
         where account_id = %(account)s and merged_into = below.external_id offset 0
     ) donor
     where below.depth < %(longest)s
),
up(start_id, id, next_id, depth) as (
    select distinct id, id, merged_into, 0 from below
    union all
    select up.start_id, survivor.id, survivor.merged_into, up.depth + 1
      from up
     cross join lateral (
        select id, merged_into from customers_posrecord
         where retailer_id = %(retailer)s and account_id = %(account)s
           and external_id = up.next_id offset 0
     ) survivor
     where up.depth < %(longest)s
),
root as (
    select distinct on (start_id) start_id, id as root_id, next_id, depth
      from up order by start_id, depth desc
)
select link.record_id, link.customer_id, target.customer_id
  from root
  join customers_link link on link.record_id = root.start_id
  join customers_link root_link on root_link.record_id = root.root_id
 cross join lateral (
    -- a survivor that was itself merged away until now goes home, and its donors with it
    select case when root_link.reason = 'pos_merge' then root_link.home_id
                else root_link.customer_id end as customer_id
 ) target
 where root.depth < %(longest)s and link.customer_id <> target.customer_id
 order by link.record_id
"""


def follow_merges(
    scope: Scope,
    account: PosAccount,
    *,
    moved: Sequence[str],
    arrived: Sequence[str],
    now: dt.datetime,
) -> int:
    """Bring the Links in line with the merge pointers around the given records.

    A survivor that is not here yet is followed when it arrives. Circles are left alone.

    :param moved: external ids of records whose ``merged_into`` changed (also to nothing).
    :param arrived: external ids of records that are new here.
    :return: how many records went to another Customer.
    """
    if not moved and not arrived:
        return 0
    account_of = {"retailer": scope.retailer_id, "account": account.pk}
    with connection.cursor() as cursor:
        cursor.execute(
            _FIND_TOUCHED, {**account_of, "moved": list(moved), "arrived": list(arrived)}
        )
        touched = [record_id for (record_id,) in cursor.fetchall()]
        if not touched:
            return 0
        cursor.execute(_FIND_MOVES, {**account_of, "touched": touched, "longest": _LONGEST_CHAIN})
        moves = cursor.fetchall()
        for record_id, from_id, to_id in moves:
            _move(scope, record_id=record_id, from_id=from_id, to_id=to_id, now=now)
    return len(moves)


def _move(scope: Scope, *, record_id: int, from_id: int, to_id: int, now: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update customers_link set customer_id = %s, since = %s,"
            " reason = case when home_id = %s then 'first_seen' else 'pos_merge' end"
            " where record_id = %s",
            [to_id, now, to_id, record_id],
        )
        # Somebody without records is who their record now belongs to; others are themselves.
        cursor.execute(
            "update customers_customer customer set merged_into_id = case when exists"
            " (select 1 from customers_link where customer_id = customer.id) then null"
            " else %s::bigint end where id = %s",
            [to_id, from_id],
        )
        cursor.execute("update customers_customer set merged_into_id = null where id = %s", [to_id])
    audit.record(
        scope,
        "customer.merged_by_pos",
        subject_kind="customer",
        subject_ids=[from_id, to_id],
        context={"record": record_id},
    )
