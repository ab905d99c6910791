"""Values that people type into the hub: rows of their own, never written over by a sync."""

from __future__ import annotations

import datetime as dt

import orjson
from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer, FieldEdit
from rollcall.customers.rules import contexts
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
    now: dt.datetime,
) -> FieldEdit:
    """Put a value in force for a person; an earlier edit of the field stays as history.

    :param pinned: no POS value, however new, may stand above it.
    :raises UnknownFieldError: not a field of the vocabulary.
    :raises ScopeMissingError: the person belongs to another retailer.
    """
    require(scope, Role.STAFF)
    if customer.retailer_id != scope.retailer_id:
        raise ScopeMissingError("a person of another retailer was about to be edited")
    if field not in FIELDS:
        raise UnknownFieldError(f"there is no field {field!r}")
    edits = FieldEdit.objects.scoped(scope)
    edits.filter(customer=customer, field=field, withdrawn_at__isnull=True).update(withdrawn_at=now)
    edit = edits.create(
        customer=customer,
        field=field,
        sealed_value=get_keys(scope).seal(
            orjson.dumps(value), context=contexts.edit_value(customer.pk, field)
        ),
        pinned=pinned,
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
