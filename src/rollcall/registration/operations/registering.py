"""Registering a shopper: safe here in one transaction, then on their way to the store's POS."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from rollcall.customers.models import Customer, PosRecord
from rollcall.customers.operations.hub_records import find_registration, register_person
from rollcall.customers.queries.duplicates import find_same_document
from rollcall.customers.queries.profile import find_by_public_id
from rollcall.identity.operations.arriving import (
    decide_arrival,
    lock_arrival,
    remember_said_new,
)
from rollcall.identity.queries.candidates import Candidate, find_candidates
from rollcall.kit.fields import Fields, FieldValue
from rollcall.kit.scope import Role, Scope, require
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.operations.enqueue import wish_create
from rollcall.outbox.queries import find_store_connection
from rollcall.pos.registry import connector
from rollcall.pos.writing import FieldProblem
from rollcall.stores.models import Store
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.connections import open_settings, write_rules


class WouldBeRefusedError(ValueError):
    """The store's POS would refuse these values; nothing was kept."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        super().__init__("the POS would refuse these values")
        self.problems = problems


class SameDocumentError(RuntimeError):
    """Somebody of this store has the same licence or medical id."""

    def __init__(self, record: PosRecord) -> None:
        super().__init__("somebody has the same licence or medical id")
        self.record = record


class LikelyMatchError(RuntimeError):
    """Somebody known may be the one, and nobody has said that they are not."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        super().__init__("somebody known may be the one")
        self.candidates = candidates


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """Somebody registered.

    :param entry: on its way to the POS; None if no POS takes it.
    :param is_new: False if the same registration had been made before.
    """

    customer: Customer
    record: PosRecord
    entry: OutboxEntry | None
    is_new: bool


def register_shopper(
    scope: Scope,
    store: Store,
    fields: Fields,
    *,
    registration: uuid.UUID,
    is_lead: bool = False,
    apart_from: Collection[uuid.UUID] | None = None,
    now: dt.datetime,
) -> Registration:
    """Keep a new person and have the store's POS create them, soon. Idempotent by ``registration``.

    :param is_lead: too little is known for a POS: kept here alone.
    :param apart_from: the likely matches that the caller was shown and says are others; they are
        not linked by matching then, but left to a person. None: nobody is searched for first.
    :raises LikelyMatchError: there are likely matches that the caller was not shown.
    :raises WouldBeRefusedError: all that the POS would refuse, at once.
    :raises SameDocumentError: an exact licence or medical id is known already.
    """
    require(scope, Role.KIOSK)
    made_before = find_registration(scope, registration)
    if made_before is not None:
        # Repeated, perhaps long after: whatever became of it, nobody is made, nor refused.
        return Registration(
            customer=made_before.link.customer,
            record=made_before,
            entry=_entry_of(scope, made_before),
            is_new=False,
        )
    connection = None if is_lead else find_store_connection(scope, store)
    known: dict[str, FieldValue] = {k: v for k, v in fields.items() if v is not None}
    complete: Fields = known
    if connection is not None and write_rules(scope, connection).creatable:
        complete = _completed(scope, store, connection, known)
    with transaction.atomic():
        lock_arrival(scope, known)
        if apart_from is not None:
            _search_first(scope, known, apart_from)
        same = find_same_document(scope, known, apart_from=registration)
        if same is not None:
            raise SameDocumentError(same)
        made = register_person(scope, store, known, registration=registration, now=now)
        entry = None if made.is_new else _entry_of(scope, made.record)
        if made.is_new and connection is not None:
            entry = wish_create(
                scope,
                made.customer,
                connection=connection,
                hub_record=made.record,
                fields=complete,
                store=store,
                now=now,
            )
        if made.is_new:
            remember_said_new(scope, made.customer, _others(scope, apart_from or ()), now=now)
            decide_arrival(scope, made.record, now=now)
    return Registration(customer=made.customer, record=made.record, entry=entry, is_new=made.is_new)


def _search_first(scope: Scope, known: Fields, apart_from: Collection[uuid.UUID]) -> None:
    candidates = find_candidates(scope, known)
    shown = {other.pk for other in _others(scope, apart_from)}
    if any(one.customer.pk not in shown for one in candidates):
        raise LikelyMatchError(candidates)


def _others(scope: Scope, public_ids: Collection[uuid.UUID]) -> list[Customer]:
    """Who stands for these now; ids of nobody whom the scope may see are passed over."""
    found = (find_by_public_id(scope, one) for one in public_ids)
    return list({one.pk: one for one in found if one is not None}.values())


def _entry_of(scope: Scope, record: PosRecord) -> OutboxEntry | None:
    entries = OutboxEntry.objects.scoped(scope).select_related("connection")
    return entries.filter(hub_record=record, intent=OutboxEntry.Intent.CREATE).first()


#: What every shopper of a store is, unless somebody says otherwise.
_USUAL: Final[Mapping[str, FieldValue]] = {"customer_type": "adult"}


def _completed(scope: Scope, store: Store, connection: PosConnection, fields: Fields) -> Fields:
    """Fill in what the POS misses and a kiosk does not ask: the type, the store's own state.

    :raises WouldBeRefusedError: all that is wrong then.
    """
    found, settings = connector(connection.kind), open_settings(scope, connection)
    problems = found.check_new(fields, settings)
    usual = {**_USUAL, "state": store.jurisdiction.partition("-")[2] or None}
    if fields.get("medical_id"):
        usual["customer_type"] = "medical"
    filled = {
        one.field: usual[one.field]
        for one in problems
        if one.code == "required" and usual.get(one.field) is not None
    }
    if filled:
        fields = {**fields, **filled}
        problems = found.check_new(fields, settings)
    if problems:
        raise WouldBeRefusedError(problems)
    return fields
