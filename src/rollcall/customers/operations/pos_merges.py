"""Following merges that the POS itself reports: the merged-away record joins its survivor's person.

Each record keeps its ``home`` Customer, so that a merge taken back at the POS leads home again.
Only ``base`` is moved here; whose the record is then, with the merges of people, is settled after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection

from rollcall.audit import operations as audit
from rollcall.customers.models import PosAccount
from rollcall.customers.operations.settling import lock_ties, settle
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
select link.record_id, link.base_id, target.customer_id
  from root
  join customers_link link on link.record_id = root.start_id
  join customers_link root_link on root_link.record_id = root.root_id
 cross join lateral (
    -- a survivor that was itself merged away until now goes home, and its donors with it
    select case when root_link.reason = 'pos_merge' then root_link.home_id
                else root_link.base_id end as customer_id
 ) target
 where root.depth < %(longest)s and link.base_id <> target.customer_id
 order by link.record_id
"""
_MOVE = """
update customers_link link set base_id = told.to_id, since = %s,
       reason = case when home_id = told.to_id then 'first_seen' else 'pos_merge' end
  from unnest(%s::bigint[], %s::bigint[]) as told (record_id, to_id)
 where link.record_id = told.record_id and link.retailer_id = %s
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
        # Before it is asked where to: somebody may be tying their people at this moment.
        lock_ties(scope)
        cursor.execute(_FIND_MOVES, {**account_of, "touched": touched, "longest": _LONGEST_CHAIN})
        moves = cursor.fetchall()
    if moves:
        _move(scope, moves, now=now)
    return len(moves)


def _move(scope: Scope, moves: Sequence[tuple[int, int, int]], *, now: dt.datetime) -> None:
    record_ids, from_ids, to_ids = zip(*moves, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [now, list(record_ids), list(to_ids), scope.retailer_id])
    settle(scope, {*from_ids, *to_ids}, now=now)
    for record_id, from_id, to_id in moves:
        audit.record(
            scope,
            "customer.merged_by_pos",
            subject_kind="customer",
            subject_ids=[from_id, to_id],
            context={"record": record_id},
        )
