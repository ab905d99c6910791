"""Taking prepared orders over, in one transaction of the caller's.

Everything may come twice and in any order: one that is older than what is held changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import orjson
from django.db import connection

from rollcall.audit import operations as audit
from rollcall.customers.rules.packing import pack_raw
from rollcall.orders.models import CustomerOrder, OrderStatusChange, UnreadableOrder
from rollcall.orders.operations.order_preparing import PreparedOrder, PreparedOrders
from rollcall.orders.rules.customer_orders import (
    HeldOrder,
    is_news,
    lines_as_json,
    order_payload,
    unreadable_raw,
)
from rollcall.stores.queries import get_keys
from rollcall.sync.operations.source import Source

#: Whoever writes orders of a list holds this.
_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('orders.of_pos', %s))"
_CHANGING: Final = (
    "connection", "customer_external_id", "number", "status", "status_raw", "placed_at",
    "pos_updated_at", "amount", "currency", "content_hash", "sealed_payload", "changed_at",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What came of rows.

    :param old: ids of orders of which something newer is held.
    """

    new: int
    changed: int
    bad: int
    old: frozenset[str]


def write_orders(source: Source, prepared: PreparedOrders, *, now: dt.datetime) -> Taken:
    """Write what was prepared; in a transaction of the caller's. Idempotent."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [source.account.pk])
    held = _held(source, prepared.orders.keys())
    fresh = {
        name: one
        for name, one in prepared.orders.items()
        if name not in held or _says_more(held[name], one)
    }
    ids = _upsert(source, fresh, now=now)
    _note_statuses(source, fresh, held, ids, now=now)
    _keep_bad(source, prepared, now=now)
    new = len(fresh.keys() - held.keys())
    taken = Taken(
        new=new,
        changed=len(fresh) - new,
        bad=len(prepared.bad),
        old=frozenset(prepared.orders.keys() - fresh.keys()),
    )
    if ids or prepared.bad:
        audit.record(
            source.scope,
            "orders.read",
            subject_kind="customer_order",
            subject_ids=sorted(ids.values()),
            context={
                "connection": source.connection.slug,
                "new": taken.new,
                "changed": taken.changed,
                "bad": taken.bad,
            },
        )
    return taken


def _held(source: Source, names: Collection[str]) -> dict[str, HeldOrder]:
    rows = CustomerOrder.objects.scoped(source.scope).filter(
        account=source.account, external_id__in=list(names)
    )
    told = rows.values_list(
        "external_id", "id", "content_hash", "pos_updated_at", "status", "status_raw"
    )
    return {
        name: HeldOrder(
            id=order_id,
            content_hash=bytes(content_hash),
            updated_at=updated_at,
            status=status,
            status_raw=status_raw,
        )
        for name, order_id, content_hash, updated_at, status, status_raw in told
    }


def _says_more(held: HeldOrder, one: PreparedOrder) -> bool:
    return held.content_hash != one.content_hash and is_news(held, one.record.updated_at)


def _upsert(
    source: Source, orders: Mapping[str, PreparedOrder], *, now: dt.datetime
) -> dict[str, int]:
    """Insert or replace; returns external id → id."""
    keys, account = get_keys(source.scope), source.account
    rows = [
        CustomerOrder(
            retailer_id=source.scope.retailer_id,
            account=account,
            connection=source.connection,
            external_id=name,
            customer_external_id=one.record.customer_id,
            number=one.record.number,
            status=str(one.record.status or ""),
            status_raw=one.record.status_raw,
            placed_at=one.record.placed_at or one.record.updated_at or now,
            pos_updated_at=one.record.updated_at,
            amount=one.record.amount,
            currency=one.record.currency,
            content_hash=one.content_hash,
            sealed_payload=keys.seal(_payload(one), context=order_payload(account.pk, name)),
            first_seen_at=now,
            changed_at=now,
        )
        for name, one in orders.items()
    ]
    if not rows:
        return {}
    CustomerOrder.objects.scoped(source.scope).bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["retailer", "account", "external_id"],
        update_fields=_CHANGING,
    )
    return {row.external_id: row.pk for row in rows}


def _payload(one: PreparedOrder) -> bytes:
    lines = orjson.dumps(lines_as_json(one.record.lines))
    return pack_raw(b'{"lines":' + lines + b',"raw":' + one.raw + b"}")


def _note_statuses(
    source: Source,
    orders: Mapping[str, PreparedOrder],
    held: Mapping[str, HeldOrder],
    ids: Mapping[str, int],
    *,
    now: dt.datetime,
) -> None:
    changes = []
    for name, one in orders.items():
        record, before = one.record, held.get(name)
        status = str(record.status or "")
        if before is None or (before.status, before.status_raw) != (status, record.status_raw):
            changes.append(
                OrderStatusChange(
                    retailer_id=source.scope.retailer_id,
                    order_id=ids[name],
                    status=status,
                    status_raw=record.status_raw,
                    at=record.updated_at or now,
                    seen_at=now,
                )
            )
    OrderStatusChange.objects.scoped(source.scope).bulk_create(changes, batch_size=1000)


def _keep_bad(source: Source, prepared: PreparedOrders, *, now: dt.datetime) -> None:
    """Keep what cannot be read, and forget it once it can."""
    kept = UnreadableOrder.objects.scoped(source.scope)
    mended = [*prepared.orders, *prepared.unchanged]
    kept.filter(account=source.account, name__in=mended).delete()
    keys, account = get_keys(source.scope), source.account
    kept.bulk_create(
        [
            UnreadableOrder(
                retailer_id=source.scope.retailer_id,
                account=account,
                name=name,
                code=bad.error.code,
                field=bad.error.field,
                reason=str(bad.error),
                sealed_raw=keys.seal(pack_raw(bad.raw), context=unreadable_raw(account.pk, name)),
                first_seen_at=now,
                last_seen_at=now,
            )
            for name, bad in prepared.bad.items()
            if name not in prepared.orders
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["retailer", "account", "name"],
        update_fields=["code", "field", "reason", "sealed_raw", "last_seen_at"],
    )
