"""What is to be written to POS systems about orders: through which connection, for whom."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import orjson
from django.conf import settings
from django.db.models import F, Q

from rollcall.customers.models import Customer, PosRecord
from rollcall.customers.queries.sealed import unseal
from rollcall.kit.scope import Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.orders.models import CustomerOrder, OrderRules, OrderWrite
from rollcall.orders.queries.customer_orders import find_customer
from rollcall.orders.rules import contexts
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.queries import is_enabled, switches_of
from rollcall.pos.registry import connector
from rollcall.stores.models import Store
from rollcall.sync.models import PosConnection

_REASON: Final = "a worker serves all retailers"
#: An order that was placed longer ago is not added to; the POS is not even asked.
_ADDED_TO_FOR: Final = dt.timedelta(days=7)
#: A refusal that comes later was seen by no kiosk.
_SEEN_FOR: Final = dt.timedelta(seconds=8)

State = OrderWrite.State


class OrderWriteNotFoundError(LookupError):
    """The store's kiosks asked for no such order."""


def get_rules(scope: Scope, store_id: int) -> OrderRules:
    """What a store allows; what holds without a row, if there is none."""
    found = OrderRules.objects.scoped(scope).filter(pk=store_id).first()
    return found or OrderRules(retailer_id=scope.retailer_id, store_id=store_id)


def is_mailed(rules: OrderRules) -> bool:
    """Whether orders of the store reach somebody by mail."""
    return bool(rules.mail_to) and settings.MAIL_SERVER is not None


def find_order_connection(scope: Scope, store: Store) -> PosConnection | None:
    """The connection that orders of a store are placed through.

    None if its POS takes no orders, or nobody has switched writing on.
    """
    rows = PosConnection.objects.scoped(scope).filter(stores=store, account__isnull=False)
    able = [one for one in rows.order_by("pk") if connector(one.kind).placing is not None]
    switches = switches_of(scope, able)
    return next((one for one in able if is_enabled(switches.get(one.pk))), None)


def find_buyer(
    scope: Scope, connection: PosConnection, customer: Customer, *, said: str = ""
) -> str:
    """The id under which the connection's POS knows a person; "" if it does not, yet.

    :param said: the one that was named; it counts if it is one of theirs.
    """
    standing = customer.merged_into_id or customer.pk
    records = PosRecord.objects.scoped(scope).filter(
        account_id=connection.account_id,
        link__customer=standing,
        gone_at__isnull=True,
        merged_into__isnull=True,
    )
    found = list(records.order_by("pk").values_list("external_id", flat=True))
    return said if said in found else next(iter(found), "")


def is_being_created(scope: Scope, connection: PosConnection, customer: Customer) -> bool:
    """Whether a person waits for being created at the connection's POS."""
    standing = customer.merged_into_id or customer.pk
    entries = OutboxEntry.objects.scoped(scope).filter(
        connection=connection,
        holder=standing,
        intent=OutboxEntry.Intent.CREATE,
        state__in=OutboxEntry.OPEN,
    )
    return entries.exists()


def find_write(scope: Scope, store_id: int, write_uuid: uuid.UUID) -> OrderWrite | None:
    """What a store's kiosks asked for under an id; None if nothing."""
    return _of_store(scope, store_id).filter(uuid=write_uuid).first()


def get_asked_order(scope: Scope, store_id: int, any_id: str) -> OrderWrite:
    """An order that a store's kiosks asked for, by our id or, once it has one, by the POS's.

    :raises OrderWriteNotFoundError: none of this store.
    """
    rows = _of_store(scope, store_id).filter(intent=OrderWrite.Intent.PLACE)
    if not any_id or not any_id.isprintable():
        raise OrderWriteNotFoundError
    by_id = Q(external_id=any_id)
    with contextlib.suppress(ValueError):
        by_id |= Q(uuid=uuid.UUID(any_id))
    found = rows.filter(by_id).order_by("-id").first()
    if found is None:
        raise OrderWriteNotFoundError
    return found


def find_pos_order(scope: Scope, store_id: int, external_id: str) -> CustomerOrder | None:
    """An order that a POS of the store holds; None if there is none, or it is another store's."""
    if not external_id or not external_id.isprintable():
        return None
    rows = CustomerOrder.objects.scoped(scope).select_related("account", "connection")
    served = rows.filter(connection__stores=store_id, external_id=external_id)
    return served.defer("sealed_payload").order_by("-id").first()


def names_buyer(scope: Scope, order: CustomerOrder, customer_id: str) -> bool:
    """Whether an id of the POS's or of ours names whose order it is; "" if it names nobody."""
    if customer_id == order.customer_external_id:
        return True
    person = find_customer(scope, order) if customer_id else None
    return person is not None and str(person.public_id) == customer_id


def find_placed_write(scope: Scope, order: CustomerOrder, store_id: int) -> OrderWrite | None:
    """The newest request of a store that placed an order, or added to it; None if none did."""
    rows = _of_store(scope, store_id).filter(order=order, intent=OrderWrite.Intent.PLACE)
    return rows.filter(state=State.DONE).order_by("-id").first()


def find_open_order(scope: Scope, write: OrderWrite, buyer: str, *, now: dt.datetime) -> str:
    """The order to which these lines may belong: the newest one of this person in this store.

    Only one that was placed from here. Whether it still is open its POS says. "" if there is none.
    """
    if not buyer:
        return ""
    rows = OrderWrite.objects.scoped(scope).filter(
        store_id=write.store_id,
        connection_id=write.connection_id,
        customer_external_id=buyer,
        intent=OrderWrite.Intent.PLACE,
        state=State.DONE,
        closed_at__gt=now - _ADDED_TO_FOR,
    )
    last = rows.exclude(pk=write.pk).select_related("order").order_by("-id").first()
    if last is None or (last.order is not None and _is_over(last.order)):
        return ""
    return last.external_id


def open_body(scope: Scope, write: OrderWrite) -> dict[str, Any]:
    """What was asked for."""
    context = contexts.order_write_body(write.uuid)
    body: dict[str, Any] = orjson.loads(unseal(scope, write.sealed_body, context=context))
    return body


def connections_with_orders_due(now: dt.datetime) -> list[int]:
    """Connections of which orders are to be sent, or whose sender died."""
    due = Q(state=State.QUEUED, not_before__lte=now) | Q(state=State.SENDING, claimed_until__lt=now)
    rows = OrderWrite.objects.across_retailers(reason=_REASON).filter(due)
    rows = rows.filter(connection__isnull=False)
    return sorted(set(rows.values_list("connection_id", flat=True)))


def count_calls_since(scope: Scope, connection_id: int, since: dt.datetime) -> int:
    """How many orders were written to a POS, or are on their way, since then."""
    rows = OrderWrite.objects.scoped(scope).filter(connection=connection_id)
    done = Q(state=State.DONE, closed_at__gte=since)
    return rows.filter(done | Q(state=State.SENDING)).count()


def count_waiting(scope: Scope, connection: PosConnection, since: dt.datetime) -> int:
    """How many orders have been waiting for a POS since before then."""
    rows = OrderWrite.objects.scoped(scope).filter(connection=connection, created_at__lt=since)
    return rows.filter(state__in=[State.QUEUED, State.SENDING]).count()


def count_failed(scope: Scope, connection: PosConnection, since: dt.datetime) -> int:
    """How many orders failed for good since then, after their kiosks had gone on."""
    rows = OrderWrite.objects.scoped(scope).filter(connection=connection, closed_at__gte=since)
    unseen = Q(state=State.REFUSED, closed_at__gt=F("created_at") + _SEEN_FOR)
    return rows.filter(Q(state=State.DEAD) | unseen).count()


def total_of(lines: Sequence[dict[str, Any]]) -> Decimal | None:
    """What lines come to; None if the price of one is not known."""
    prices = [(one.get("price"), one["quantity"]) for one in lines]
    if any(price is None for price, _ in prices):
        return None
    parts = (Decimal(str(price)) * Decimal(str(quantity)) for price, quantity in prices)
    return sum(parts, Decimal(0)).quantize(Decimal("0.01"))


def _of_store(scope: Scope, store_id: int) -> ScopedQuerySet[OrderWrite]:
    rows = OrderWrite.objects.scoped(scope).select_related(
        "order", "connection", "customer", "store", "kiosk"
    )
    return rows.filter(store_id=store_id)


def _is_over(order: CustomerOrder) -> bool:
    return order.status not in ("", CustomerOrder.Status.AWAITING_PROCESSING)
