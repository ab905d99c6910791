"""Changing a person: in the hub at once, and on the way to every POS that holds them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from rollcall.customers import panels
from rollcall.customers.models import Customer
from rollcall.customers.operations.edits import edit_field
from rollcall.customers.operations.hub_records import change_hub_records
from rollcall.customers.operations.settling import lock_person
from rollcall.customers.queries.profile import get_profile
from rollcall.customers.rules.values import normalise_fields
from rollcall.kit.fields import FIELDS, Fields, FieldValue
from rollcall.kit.scope import Role, Scope, require
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.enqueue import wish_update
from rollcall.outbox.rules.sameness import is_same
from rollcall.pos.errors import PosNeedsHumanError
from rollcall.pos.registry import connector
from rollcall.pos.writing import FieldProblem
from rollcall.stores.models import Store
from rollcall.sync.operations.connections import open_settings


class ChangeRefusedError(panels.ChangeRefusedError):
    """A POS would refuse these values, or they are no fields; nothing was changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What came of it.

    :param fields: names of what changed here.
    :param entries: now on their way to POS systems.
    """

    fields: list[str]
    entries: list[OutboxEntry]


def change_person(
    scope: Scope,
    customer: Customer,
    changes: Fields,
    *,
    status: str = "",
    pinned: frozenset[str] = frozenset(),
    store: Store | None = None,
    now: dt.datetime,
) -> Change:
    """Put values in force for a person and have them written wherever the person is held.

    What stands already is no change. Safe to repeat.

    :param changes: canonical field → new value; None empties it.
    :param status: ``active`` or ``inactive`` at every POS that can say so; ``""`` leaves it.
    :param pinned: of these fields no POS value may stand above ours.
    :raises ChangeRefusedError: all that is wrong, at once.
    """
    require(scope, Role.KIOSK)
    _refuse(scope, customer, changes, store)
    with transaction.atomic():
        # Two changes of one person come one after the other.
        standing_id = lock_person(scope, customer.pk)
        locked = Customer.objects.scoped(scope).get(pk=standing_id)
        different = _different(scope, locked, normalise_fields(changes), pinned)
        entries = wish_update(
            scope, locked, different, status=status, pinned=pinned, store=store, now=now
        )
        carried = {name for entry in entries for name in entry.fields}
        for name, value in different.items():
            edit_field(
                scope,
                locked,
                name,
                value,
                pinned=name in pinned,
                waiting=name in carried,
                now=now,
            )
        if different:
            change_hub_records(scope, locked, different, now=now)
    return Change(fields=list(different), entries=entries)


def _refuse(scope: Scope, customer: Customer, changes: Fields, store: Store | None) -> None:
    problems = [
        FieldProblem(field=name, code="unknown", message="is no field")
        for name in changes
        if name not in FIELDS
    ]
    for target in queries.list_targets(scope, customer, store_id=store.pk if store else None):
        found = connector(target.connection.kind)
        try:
            told = found.check_changes(changes, open_settings(scope, target.connection))
        except PosNeedsHumanError:
            continue  # the entry waits until somebody mends the connection
        problems += [one for one in told if one not in problems]
    if problems:
        raise ChangeRefusedError(problems)


def _different(
    scope: Scope, customer: Customer, changes: Fields, pinned: frozenset[str]
) -> dict[str, FieldValue]:
    standing = {view.name: view.truth.standing for view in get_profile(scope, customer).fields}
    return {
        name: value
        for name, value in changes.items()
        if (name in pinned and not (name in standing and standing[name].pinned))
        or not is_same(name, value, standing[name].value if name in standing else None)
        or (name in standing and standing[name].value != value)
    }
