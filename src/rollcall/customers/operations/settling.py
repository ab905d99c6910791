"""Working out anew who people are, after something was told that may have changed it.

Locks are always taken in this order: the list of an account, the ties between people
(:func:`lock_ties`), then people by their ids. So nobody waits for somebody who waits for them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Final

from django.db import connection, transaction

from rollcall.customers import joins
from rollcall.customers.queries.people import Kin, find_kin, listed
from rollcall.kit.scope import Scope

_TIES: Final = "select pg_advisory_xact_lock(hashtextextended('customers.ties', %s))"
_PEOPLE: Final = """
update customers_customer customer set merged_into_id = nullif(told.now_id, told.id)
  from unnest(%s::bigint[], %s::bigint[]) as told (id, now_id)
 where customer.id = told.id and customer.retailer_id = %s
"""
_LINKS: Final = """
update customers_link link set customer_id = told.now_id
  from unnest(%s::bigint[], %s::bigint[]) as told (id, now_id)
 where link.record_id = told.id and link.retailer_id = %s
"""
_EDITS: Final = """
update customers_fieldedit edit set holder_id = told.now_id
  from unnest(%s::bigint[], %s::bigint[]) as told (id, now_id)
 where edit.customer_id = told.id and edit.retailer_id = %s
"""
_COVERED: Final = """
update customers_fieldedit edit set covered = told.covered
  from (
    select one.id, one.covered as was, exists (
        select from customers_fieldedit later
         where later.holder_id = one.holder_id and later.field = one.field
           and later.id <> one.id and one.customer_id = any(later.covers)
           and (later.at, later.id) > (one.at, one.id)) as covered
      from customers_fieldedit one
     where one.holder_id = any(%s::bigint[]) and one.retailer_id = %s
       and one.withdrawn_at is null
  ) told
 where edit.id = told.id and told.was <> told.covered
"""
_STANDING: Final = """
select merged_into_id from customers_customer
 where id = any(%s::bigint[]) and retailer_id = %s
   and merged_into_id is not null
"""
_LOCKED: Final = """
select id, merged_into_id from customers_customer
 where id = any(%s::bigint[]) and retailer_id = %s
 order by id for update
"""


def lock_ties(scope: Scope) -> None:
    """Let others who tie people of the retailer together, or part them, wait until we commit."""
    with connection.cursor() as cursor:
        cursor.execute(_TIES, [scope.retailer_id])


class _MovedError(Exception):
    """Somebody was merged while we waited for them."""


def lock_people(scope: Scope, customer_ids: Collection[int]) -> dict[int, int]:
    """Let others who write to these people wait; first thing in a transaction that does.

    Who stands for them is locked too, so that nobody who writes to the same person under another
    of their ids comes between.

    :return: Customer → who stands for them, until we commit.
    """
    while True:
        try:
            with transaction.atomic():
                return _try_to_lock(scope, customer_ids)
        except _MovedError:
            continue


def lock_person(scope: Scope, customer_id: int) -> int:
    """Lock one person and return who stands for them; as :func:`lock_people`."""
    return lock_people(scope, {customer_id}).get(customer_id, customer_id)


def _try_to_lock(scope: Scope, customer_ids: Collection[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [listed(customer_ids), scope.retailer_id])
        wanted = {*customer_ids, *(pk for (pk,) in cursor.fetchall())}
        cursor.execute(_LOCKED, [listed(wanted), scope.retailer_id])
        now = {pk: into or pk for pk, into in cursor.fetchall()}
    if not {now[pk] for pk in customer_ids if pk in now} <= now.keys():
        raise _MovedError
    return {pk: now[pk] for pk in customer_ids if pk in now}


def settle(
    scope: Scope,
    customer_ids: Collection[int],
    *,
    kin: Kin | None = None,
    now: dt.datetime,
) -> dict[int, int]:
    """Bring everything in line with what is told of these people; call it in a transaction.

    Idempotent: what is in line stays as it is. So many statements, however many people.

    :param kin: who is connected with these people, if that is known: found and locked since the
        ties were, with what was told since.
    :return: Customer → who they are now, for everybody for whom that has changed.
    """
    if kin is None:
        lock_ties(scope)
        kin = find_kin(scope, customer_ids)
        lock_people(scope, kin.ages)
    told = kin.representatives()
    moves = {pk: to for pk, to in told.items() if kin.now[pk] != to}
    _move_people(scope, moves)
    _move_records(scope, kin, told)
    if moves:
        _execute(_EDITS, scope, moves)
    _cover_edits(scope, {*told.values(), *kin.now.values()})
    if moves:
        joins.follow(scope, moves, now=now)
    return moves


def _move_people(scope: Scope, moves: Mapping[int, int]) -> None:
    if moves:
        _execute(_PEOPLE, scope, moves)


def _move_records(scope: Scope, kin: Kin, told: Mapping[int, int]) -> None:
    wanted = {place.record_id: told[place.base_id] for place in kin.places.values()}
    moved = {pk: to for pk, to in wanted.items() if kin.held[pk] != to}
    if moved:
        _execute(_LINKS, scope, moved)


def _cover_edits(scope: Scope, holders: Collection[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, [listed(holders), scope.retailer_id])


def _execute(statement: str, scope: Scope, told: Mapping[int, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [listed(told), listed(told.values()), scope.retailer_id])
