"""Values that people type into the hub: rows of their own, never written over by a sync."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

import orjson
from django.db import connection, transaction
from django.db.models import QuerySet

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer, FieldEdit
from rollcall.customers.operations.settling import lock_people, lock_person
from rollcall.customers.queries.people import find_kin, members_of
from rollcall.customers.rules import contexts
from rollcall.customers.rules.forest import connected
from rollcall.kit.fields import FIELDS, FieldValue
from rollcall.kit.scope import Role, Scope, ScopeMissingError, require
from rollcall.stores.queries import get_keys


class UnknownFieldError(ValueError):
    """There is no such field."""


@transaction.atomic
def edit_field(
    scope: Scope,
    customer: Customer,
    field: str,
    value: FieldValue,
    *,
    pinned: bool = False,
    waiting: bool = False,
    now: dt.datetime,
) -> FieldEdit:
    """Put a value in force for a person; an earlier edit of the field stays as history.

    What was typed for others who are the same person now is covered, for as long as they are.

    :param pinned: no POS value, however new, may stand above it.
    :param waiting: it is on its way to a POS (:func:`settle_edits` tells that it has arrived).
    :raises UnknownFieldError: not a field of the vocabulary.
    :raises ScopeMissingError: the person belongs to another retailer.
    """
    require(scope, Role.KIOSK)
    if customer.retailer_id != scope.retailer_id:
        raise ScopeMissingError("a person of another retailer was about to be edited")
    if field not in FIELDS:
        raise UnknownFieldError(f"there is no field {field!r}")
    holder_id = lock_person(scope, customer.pk)
    members = members_of(scope, holder_id)
    edits = FieldEdit.objects.scoped(scope)
    edits.filter(customer=customer, field=field, withdrawn_at__isnull=True).update(
        withdrawn_at=now, waiting=False, outcome="replaced"
    )
    if len(members) > 1:
        same = edits.filter(holder=holder_id, field=field, withdrawn_at__isnull=True, at__lte=now)
        same.update(covered=True)
    edit = edits.create(
        customer=customer,
        holder_id=holder_id,
        covers=members if len(members) > 1 else [],
        ties=find_kin(scope, {holder_id}).ties_of(holder_id) if len(members) > 1 else None,
        field=field,
        sealed_value=get_keys(scope).seal(
            orjson.dumps(value), context=contexts.edit_value(customer.pk, field)
        ),
        pinned=pinned,
        waiting=waiting,
        actor=str(scope.actor),
        at=now,
    )
    audit.record(
        scope,
        "customer.edited",
        subject_kind="customer",
        subject_ids=[customer.pk],
        fields=[field],
    )
    return edit


def forget_merge(scope: Scope, merge_id: int, customer_ids: Collection[int]) -> None:
    """Let edits cover nobody any more whom only this merge made one with them.

    Call it in the transaction that undoes the merge, before people are settled.

    :param customer_ids: those who will be; they are locked, as edits come after people.
    """
    tied = FieldEdit.objects.scoped(scope).filter(ties__isnull=False)
    tied = tied.filter(ties__contains={"merges": [[merge_id]]})
    lock_people(scope, {*customer_ids, *tied.values_list("customer", flat=True)})
    for edit in tied:
        ties = edit.ties or {"pos": [], "merges": []}
        left = [tie for tie in ties["merges"] if tie[2] != merge_id]
        if len(left) < len(ties["merges"]):
            pairs = [*ties["pos"], *(tie[:2] for tie in left)]
            members = connected(edit.customer_id, ((one, two) for one, two in pairs))
            edit.covers = sorted(members) if len(members) > 1 else []
            edit.ties = {"pos": ties["pos"], "merges": left}
            edit.save(update_fields=["covers", "ties"])


_SETTLE: Final = """
update customers_fieldedit edit set waiting = false
  from unnest(%s::bigint[], %s::text[]) as arrived (customer_id, field)
 where edit.customer_id = arrived.customer_id and edit.field = arrived.field
   and edit.retailer_id = %s and edit.withdrawn_at is null and edit.waiting
"""


def settle_edits(scope: Scope, arrived: Collection[tuple[int, str]]) -> None:
    """Note that edits have arrived at every POS that they were for; call it in a transaction.

    :param arrived: (customer, field).
    """
    if arrived:
        customer_ids, fields = zip(*sorted(arrived), strict=True)
        with connection.cursor() as cursor:
            cursor.execute(_SETTLE, [list(customer_ids), list(fields), scope.retailer_id])


def withdraw_edits(
    scope: Scope, customer_id: int, fields: Collection[str], *, outcome: str, now: dt.datetime
) -> None:
    """Let edits stand no longer; they stay as history. Call it in a transaction.

    :param outcome: ``overruled`` (somebody changed the value at the POS later), ``undone``.
    """
    _in_force(scope, customer_id, fields).update(waiting=False, withdrawn_at=now, outcome=outcome)


def _in_force(scope: Scope, customer_id: int, fields: Collection[str]) -> QuerySet[FieldEdit]:
    return FieldEdit.objects.scoped(scope).filter(
        customer=customer_id, field__in=fields, withdrawn_at__isnull=True
    )
