"""People who are registered in Rollcall itself: records of a list of our own, one for each store.

So whoever has just been registered is found like everybody else, before any POS knows of them. When
a POS holds them, its record takes the place of ours, which stays as history.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import orjson
from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer, Link, PosAccount, PosRecord
from rollcall.customers.operations.account_stores import set_account_stores
from rollcall.customers.operations.ingest import take_over
from rollcall.customers.operations.presence import mark_gone
from rollcall.customers.operations.settling import lock_ties, settle
from rollcall.customers.rules.hub_records import HUB_KIND, VERSION
from rollcall.customers.rules.incoming import IncomingRecord
from rollcall.kit.fields import Fields
from rollcall.kit.scope import Role, Scope, require
from rollcall.stores.models import Store
from rollcall.stores.queries import get_keys


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """Somebody who was registered here.

    :param is_new: False if the same registration had been written before.
    """

    customer: Customer
    record: PosRecord
    is_new: bool


@transaction.atomic
def register_person(
    scope: Scope,
    store: Store,
    fields: Fields,
    *,
    registration: uuid.UUID,
    now: dt.datetime,
) -> Registered:
    """Keep a new person as a record of the store's own list.

    Idempotent by ``registration``, which becomes the person's public id and the record's external
    id.
    """
    require(scope, Role.KIOSK)
    account = _hub_account(scope, store)
    records = PosRecord.objects.scoped(scope).filter(account=account, external_id=str(registration))
    held = records.select_related("link__customer").first()
    if held is not None:
        return Registered(customer=held.link.customer, record=held, is_new=False)
    take_over(scope, account, [_row(scope, registration, fields, now)], now=now, sync_id=None)
    record = records.select_related("link__customer").get()
    customer = record.link.customer
    customer.public_id = registration
    customer.save(update_fields=["public_id"])
    Link.objects.scoped(scope).filter(pk=record.pk).update(reason=Link.Reason.REGISTERED)
    audit.record(
        scope,
        "customer.registered",
        subject_kind="customer",
        subject_ids=[customer.pk],
        fields=sorted(fields),
        context={"store": store.pk},
    )
    return Registered(customer=customer, record=record, is_new=True)


def find_registration(scope: Scope, registration: uuid.UUID) -> PosRecord | None:
    """Return the record of our own that a registration has written, whatever became of it."""
    records = PosRecord.objects.scoped(scope).filter(
        account__in=PosAccount.objects.scoped(scope).filter(kind=HUB_KIND),
        external_id=str(registration),
    )
    return records.select_related("account", "link__customer").first()


@transaction.atomic
def change_hub_record(
    scope: Scope, record: PosRecord, changes: Fields, *, now: dt.datetime
) -> None:
    """Change values of a record of our own; what is not named stays."""
    require(scope, Role.KIOSK)
    locked = PosRecord.objects.scoped(scope).select_for_update().get(pk=record.pk)
    row = _row(scope, uuid.UUID(locked.external_id), changes, now)
    take_over(scope, locked.account, [row], now=now, sync_id=None)


def change_hub_records(
    scope: Scope, customer: Customer, changes: Fields, *, now: dt.datetime
) -> None:
    """Change the records of our own that still stand for a Customer, if there are any.

    Not those of others who are one person with them now: records must tell of one alone. Call it in
    a transaction.
    """
    own = PosRecord.objects.scoped(scope).filter(
        link__base=customer, account__kind=HUB_KIND, gone_at__isnull=True
    )
    for record in own.select_related("account"):
        change_hub_record(scope, record, changes, now=now)


def retire_hub_record(scope: Scope, record_id: int, *, now: dt.datetime) -> None:
    """Let a POS's record take the place of ours; call it inside a transaction. Idempotent."""
    mark_gone(scope, [record_id], now=now)


def join_record(scope: Scope, record_id: int, customer: Customer, *, now: dt.datetime) -> None:
    """Say that a record, new here, is the one that this person was written to the POS as.

    Whom the record stood for until now is this person. Call it inside a transaction, of which
    :func:`lock_ties` is the first thing. Idempotent.
    """
    lock_ties(scope)
    link = Link.objects.scoped(scope).select_for_update().get(pk=record_id)
    was = link.base_id
    if was == customer.pk:
        return
    link.base_id = customer.pk
    link.reason = Link.Reason.REGISTERED
    link.since = now
    link.save(update_fields=["base_id", "reason", "since"])
    settle(scope, {was, customer.pk}, now=now)
    audit.record(
        scope,
        "customer.record_joined",
        subject_kind="customer",
        subject_ids=[was, customer.pk],
        context={"record": record_id},
    )


def _hub_account(scope: Scope, store: Store) -> PosAccount:
    account, _ = PosAccount.objects.scoped(scope).get_or_create(
        kind=HUB_KIND, account_key=f"store-{store.pk}", defaults={"label": store.name}
    )
    set_account_stores(scope, account.pk, {store.pk})
    return account


def _row(scope: Scope, registration: uuid.UUID, fields: Fields, now: dt.datetime) -> IncomingRecord:
    raw = orjson.dumps({"id": str(registration), **fields}, option=orjson.OPT_SORT_KEYS)
    hasher = get_keys(scope).content_hasher(VERSION)
    hasher.update(raw)
    return IncomingRecord(
        external_id=str(registration),
        status="active",
        status_raw="REGISTERED",
        merged_into=None,
        updated_at=now,
        fields=fields,
        raw=raw,
        content_hash=hasher.digest(),
    )
