"""What stays with everybody when people are parted: a no that was said for all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rollcall.customers import panels
from rollcall.customers.models import Customer, FieldEdit
from rollcall.customers.operations.edits import edit_field
from rollcall.customers.queries.profile import edit_value
from rollcall.customers.rules.survivorship import STRICTEST
from rollcall.kit.fields import FieldValue
from rollcall.kit.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawal:
    """A consent withdrawn, or a ban, typed for several Customers who were one person.

    :param covers: all of them.
    """

    customer_id: int
    covers: Sequence[int]
    field: str
    value: FieldValue
    pinned: bool


def list_withdrawals(scope: Scope, members: Collection[int]) -> list[Withdrawal]:
    """Return those in force that were typed for some of these Customers."""
    edits = FieldEdit.objects.scoped(scope).filter(
        customer__in=members,
        field__in=STRICTEST,
        withdrawn_at__isnull=True,
        covered=False,
        covers__len__gt=0,
    )
    found = []
    for edit in edits.order_by("at", "pk"):
        value = edit_value(scope, edit).value
        if value == STRICTEST[edit.field]:
            found.append(
                Withdrawal(
                    customer_id=edit.customer_id,
                    covers=edit.covers,
                    field=edit.field,
                    value=value,
                    pinned=edit.pinned,
                )
            )
    return found


def restate(scope: Scope, withdrawals: Sequence[Withdrawal], *, now: dt.datetime) -> None:
    """Say it again for whoever is somebody else now; on its way to their POS systems, too."""
    for one in withdrawals:
        people = Customer.objects.scoped(scope).filter(pk__in=[one.customer_id, *one.covers])
        standing = {pk: into or pk for pk, into in people.values_list("pk", "merged_into")}
        for customer_id in sorted(set(standing.values()) - {standing[one.customer_id]}):
            _say(scope, Customer.objects.scoped(scope).get(pk=customer_id), one, now)


def _say(scope: Scope, customer: Customer, one: Withdrawal, now: dt.datetime) -> None:
    changer = panels.find_changer()
    pinned = frozenset({one.field}) if one.pinned else frozenset[str]()
    if changer is not None:
        try:
            changer(scope, customer, {one.field: one.value}, pinned=pinned, now=now)
        except panels.ChangeRefusedError:
            pass  # a POS that cannot be told must not keep it from standing here
        else:
            return
    edit_field(scope, customer, one.field, one.value, pinned=one.pinned, now=now)
