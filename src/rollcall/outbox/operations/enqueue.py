"""Wishes become rows: in the transaction that changes what is held here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import Q

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer, PosRecord
from rollcall.customers.operations.settling import lock_person
from rollcall.jobs import wake
from rollcall.kit.fields import Fields, FieldValue
from rollcall.kit.scope import Role, Scope, require
from rollcall.outbox import queries
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.rules import contexts
from rollcall.outbox.rules.consent import with_spread_noes
from rollcall.outbox.rules.wishes import Wish, merged
from rollcall.pos.contract import Capability
from rollcall.pos.registry import connector
from rollcall.pos.writing import WriteRules, is_empty
from rollcall.stores.models import Store
from rollcall.stores.queries import get_keys
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.connections import write_rules

State, Intent = OutboxEntry.State, OutboxEntry.Intent


def wish_create(
    scope: Scope,
    customer: Customer,
    *,
    connection: PosConnection,
    hub_record: PosRecord,
    fields: Fields,
    store: Store | None,
    now: dt.datetime,
) -> OutboxEntry | None:
    """Have a person created at a POS, soon; call it in the transaction that registers them.

    None if this POS creates nobody: then the record waits until the person appears in its list.
    """
    require(scope, Role.KIOSK)
    rules = write_rules(scope, connection)
    values = {k: v for k, v in fields.items() if k in rules.creatable and not is_empty(fields, k)}
    if not rules.creatable or connection.account_id is None:
        return None
    return put_entry(
        scope,
        customer,
        connection=connection,
        external_id="",
        intent=Intent.CREATE,
        wish=Wish(values=values),
        store=store,
        hub_record=hub_record,
        now=now,
    )


def wish_update(
    scope: Scope,
    customer: Customer,
    changes: Fields,
    *,
    status: str = "",
    pinned: frozenset[str] = frozenset(),
    store: Store | None,
    now: dt.datetime,
) -> list[OutboxEntry]:
    """Have changes written to every POS that holds the person, as far as each can hold them.

    Call it in the transaction that writes the changes here. A person whose create waits gets the
    changes with it.

    :param status: ``active`` or ``inactive``; ``""`` leaves it.
    """
    require(scope, Role.KIOSK)
    entries = []
    for target in queries.list_targets(scope, customer, store_id=store.pk if store else None):
        held = target.record.fields.values
        wish = _wish_at(scope, target.connection, changes, held, status, pinned)
        if wish is not None:
            entries.append(
                put_entry(
                    scope,
                    customer,
                    connection=target.connection,
                    external_id=target.record.external_id,
                    intent=Intent.UPDATE,
                    wish=wish,
                    store=store,
                    hub_record=None,
                    now=now,
                )
            )
    entries += _follow_creates(scope, customer, changes, status, pinned, store, now)
    return entries


def _wish_at(
    scope: Scope,
    connection: PosConnection,
    changes: Fields,
    held: Mapping[str, FieldValue],
    status: str,
    pinned: frozenset[str],
) -> Wish | None:
    rules = write_rules(scope, connection)
    told = with_spread_noes(changes, rules.updatable)
    values = {name: value for name, value in told.items() if can_hold(rules, name, value)}
    if Capability.DEACTIVATE not in connector(connection.kind).capabilities:
        status = ""
    if not values and not status:
        return None
    return Wish(
        values=values,
        bases={name: held.get(name) for name in values},
        pinned=pinned & values.keys(),
        status=status,
    )


def can_hold(rules: WriteRules, name: str, value: FieldValue) -> bool:
    """Tell whether an update can bring a field to this value."""
    if is_empty({name: value}, name):
        return name in rules.clearable
    return name in rules.updatable


def _follow_creates(
    scope: Scope,
    customer: Customer,
    changes: Fields,
    status: str,
    pinned: frozenset[str],
    store: Store | None,
    now: dt.datetime,
) -> list[OutboxEntry]:
    creates = OutboxEntry.objects.scoped(scope).filter(
        holder=lock_person(scope, customer.pk), intent=Intent.CREATE, state__in=OutboxEntry.OPEN
    )
    entries = []
    for create in creates.select_related("connection", "hub_record"):
        wish = _wish_at(scope, create.connection, changes, {}, status, pinned)
        if wish is not None:
            entries.append(
                put_entry(
                    scope,
                    customer,
                    connection=create.connection,
                    external_id="",
                    intent=Intent.UPDATE,
                    wish=wish,
                    store=store,
                    hub_record=create.hub_record,
                    now=now,
                )
            )
    return entries


def for_same_record(
    customer_id: int, connection_id: int, external_id: str, hub_record_id: int | None
) -> Q:
    """Tell entries that were wished for one person and one record; one not made yet by our own."""
    same = Q(customer=customer_id, connection=connection_id, external_id=external_id)
    return same if external_id else same & Q(hub_record=hub_record_id)


def put_entry(
    scope: Scope,
    customer: Customer,
    *,
    connection: PosConnection,
    external_id: str,
    intent: OutboxEntry.Intent,
    wish: Wish,
    store: Store | None,
    hub_record: PosRecord | None,
    now: dt.datetime,
) -> OutboxEntry:
    """Add an entry, or put the wish over the one that waits for the same record."""
    holder_id = lock_person(scope, customer.pk)
    hub_record_id = None if hub_record is None else hub_record.pk
    same = for_same_record(customer.pk, connection.pk, external_id, hub_record_id)
    while True:
        waiting = (
            OutboxEntry.objects.scoped(scope)
            .select_for_update(of=("self",))
            .filter(same, state__in=OutboxEntry.WAITING)
            .first()
        )
        if waiting is not None:
            return add_to(scope, waiting, wish, now=now)
        try:
            with transaction.atomic():
                entry = OutboxEntry.objects.scoped(scope).create(
                    connection=connection,
                    customer=customer,
                    holder_id=holder_id,
                    store=store,
                    hub_record=hub_record,
                    external_id=external_id,
                    intent=intent,
                    state=_first_state(scope, connection),
                    fields=wish.names(),
                    sealed_wish=seal_wish(scope, customer.pk, connection.pk, wish),
                    actor=str(scope.actor),
                    created_at=now,
                    wished_at=now,
                    not_before=now,
                )
        except IntegrityError:  # somebody else added one at the same moment
            continue
        _tell(scope, entry, "outbox.queued")
        return entry


def add_to(scope: Scope, entry: OutboxEntry, wish: Wish, *, now: dt.datetime) -> OutboxEntry:
    """Put a later wish over an entry that has not been sent; it is due at once."""
    whole = merged(queries.open_wish(scope, entry), wish)
    if entry.state in (State.REFUSED, State.DEAD):
        entry.attempts = 0
    entry.sealed_wish = seal_wish(scope, entry.customer_id, entry.connection_id, whole)
    entry.fields = whole.names()
    entry.state = _first_state(scope, entry.connection)
    entry.wished_at = now
    entry.not_before = now
    entry.code = entry.reason = ""
    entry.save()
    _tell(scope, entry, "outbox.changed")
    return entry


def _first_state(scope: Scope, connection: PosConnection) -> OutboxEntry.State:
    enabled = queries.is_enabled(queries.find_switch(scope, connection.pk))
    return State.QUEUED if enabled else State.HELD


def seal_wish(scope: Scope, customer_id: int, connection_id: int, wish: Wish) -> bytes:
    """Seal what an entry wants."""
    context = contexts.entry_wish(customer_id, connection_id)
    return get_keys(scope).seal(wish.to_json(), context=context)


def _tell(scope: Scope, entry: OutboxEntry, action: str) -> None:
    audit.record(
        scope,
        action,
        subject_kind="customer",
        subject_ids=[entry.customer_id],
        fields=entry.fields,
        context={"entry": entry.pk, "connection": entry.connection_id, "intent": entry.intent},
    )
    if entry.state == State.QUEUED:
        wake("outbox.drain", connection_id=entry.connection_id)
