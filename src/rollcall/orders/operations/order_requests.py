"""Keeping what a kiosk asks for of orders at a POS: a row, once, before anybody is called."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

import orjson
from django.db import connection as database
from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.customers.models import Customer
from rollcall.customers.queries.profile import AmbiguousIdError, CustomerNotFoundError, resolve
from rollcall.jobs import wake
from rollcall.kit.scope import ForbiddenError, Role, Scope, require
from rollcall.orders.models import CustomerOrder, OrderMail, OrderRules, OrderWrite, StoreProduct
from rollcall.orders.operations.order_letters import queue_mails
from rollcall.orders.operations.placing import OrderRefusedError
from rollcall.orders.queries import order_writes as queries
from rollcall.orders.queries.customer_orders import find_customer
from rollcall.orders.queries.products import find_sold, sells_anything
from rollcall.orders.rules import contexts
from rollcall.orders.rules.order_bodies import LineAsked, OrderAsked, StatusAsked
from rollcall.pos.registry import connector
from rollcall.stores.models import Kiosk
from rollcall.stores.queries import get_keys
from rollcall.sync.models import PosConnection

#: Whoever asks at a kiosk takes turns with others there.
_TURN: Final = "select pg_advisory_xact_lock(hashtextextended('orders.of_kiosk', %s))"
#: The same order from the same kiosk within this time is the same request, sent again.
_SAME: Final = dt.timedelta(seconds=30)

State = OrderWrite.State
Intent = OrderWrite.Intent


class OrdersNotTakenError(RuntimeError):
    """The store's POS takes no orders from here, and nobody is mailed to."""


class OrderExistsError(ValueError):
    """The kiosk gave this number to another order before."""


class StatusNotTakenError(RuntimeError):
    """The order's POS lets nobody set this status from here."""


def request_order(
    scope: Scope,
    kiosk: Kiosk,
    asked: OrderAsked,
    *,
    request: uuid.UUID,
    is_named: bool = False,
    customer: Customer | None = None,
    now: dt.datetime,
) -> OrderWrite:
    """Keep an order that is to be placed, or return what the same request kept before.

    :param request: the same whenever the request is repeated.
    :param is_named: whether the caller names requests; otherwise the same order that comes again
        within half a minute is taken for a repetition.
    :param customer: who orders, as :func:`find_orderer` found them.
    :raises OrdersNotTakenError: nothing was written, as with the others.
    :raises OrderRefusedError: members that cannot be used.
    :raises OrderExistsError: the number stands for another order.
    """
    require(scope, Role.KIOSK)
    if scope.store_ids is not None and kiosk.store_id not in scope.store_ids:
        raise ForbiddenError("this needs the kiosk's store")
    rules = queries.get_rules(scope, kiosk.store_id)
    connection = queries.find_order_connection(scope, kiosk.store)
    if connection is None and not queries.is_mailed(rules):
        raise OrdersNotTakenError
    buyer = _buyer(scope, rules, connection, customer, said=asked.customer_id)
    lines = _priced(scope, kiosk.store_id, asked.lines)
    hasher = get_keys(scope).content_hasher(b"order asked ")
    hasher.update(asked.to_bytes())
    write = OrderWrite(
        retailer_id=scope.retailer_id,
        uuid=request,
        intent=Intent.PLACE,
        state=State.QUEUED if connection is not None else State.MAILED,
        store=kiosk.store,
        kiosk=kiosk,
        connection=connection,
        customer=customer,
        customer_external_id=buyer,
        number=asked.number,
        body_hash=hasher.digest(),
        lane=f"customer {customer.pk}" if customer is not None else "",
        actor=str(scope.actor),
        created_at=now,
        not_before=now,
        closed_at=None if connection is not None else now,
    )
    body = {"note": asked.note, "name": asked.name, "email": asked.email, "lines": lines}
    return _keep_once(scope, write, body, is_named=is_named or bool(asked.number))


def find_orderer(scope: Scope, asked: OrderAsked) -> Customer | None:
    """Who orders; None if nobody is named.

    :raises OrderRefusedError: the id is nobody's.
    """
    if not asked.customer_id:
        return None
    try:
        return resolve(scope, asked.customer_id)
    except CustomerNotFoundError as error:
        raise OrderRefusedError({"customer_id": ["not found"]}) from error
    except AmbiguousIdError as error:
        words = "is several customers' id; send Rollcall's"
        raise OrderRefusedError({"customer_id": [words]}) from error


@transaction.atomic
def request_status(
    scope: Scope,
    kiosk: Kiosk,
    order: CustomerOrder,
    asked: StatusAsked,
    *,
    request: uuid.UUID,
    now: dt.datetime,
) -> OrderWrite:
    """Keep a status that is to be set at the POS. Idempotent by ``request``.

    :raises StatusNotTakenError: the POS takes none of this name from here.
    """
    require(scope, Role.KIOSK)
    placer = connector(order.connection.kind).placing
    if placer is None or asked.status not in placer.statuses:
        raise StatusNotTakenError
    if queries.find_order_connection(scope, kiosk.store) is None:
        raise StatusNotTakenError
    _take_turn(kiosk)
    before = queries.find_write(scope, kiosk.store_id, request)
    if before is not None:
        return before
    person = find_customer(scope, order)
    write = OrderWrite(
        retailer_id=scope.retailer_id,
        uuid=request,
        intent=Intent.STATUS,
        state=State.QUEUED,
        store=kiosk.store,
        kiosk=kiosk,
        connection=order.connection,
        customer=person,
        customer_external_id=order.customer_external_id,
        body_hash=b"",
        lane=f"customer {person.pk}" if person is not None else f"order {order.external_id}",
        status=asked.status.value,
        external_id=order.external_id,
        order=order,
        actor=str(scope.actor),
        created_at=now,
        not_before=now,
    )
    _insert(scope, write, {})
    return write


def _buyer(
    scope: Scope,
    rules: OrderRules,
    connection: PosConnection | None,
    customer: Customer | None,
    *,
    said: str,
) -> str:
    """The id of who orders at the POS; "" for nobody, and for who is still being created there."""
    if customer is None:
        placer = None if connection is None else connector(connection.kind).placing
        if not rules.anonymous or (placer is not None and not placer.takes_anonymous):
            raise OrderRefusedError({"customer_id": ["can't be blank"]})
        return ""
    if connection is None:
        return ""
    buyer = queries.find_buyer(scope, connection, customer, said=said)
    if not buyer and not queries.is_being_created(scope, connection, customer):
        raise OrderRefusedError({"customer_id": ["not found"]})
    return buyer


def _priced(scope: Scope, store_id: int, lines: Sequence[LineAsked]) -> list[dict[str, Any]]:
    """Name and price lines by what the store sells; as they came, if that is not known here."""
    names = {one.product_id for one in lines}
    sold = find_sold(scope, store_id, names)
    if sold.keys() != names and sells_anything(scope, store_id):
        raise OrderRefusedError({"items.product_id": ["not found"]})
    return [_line(one, sold.get(one.product_id)) for one in lines]


def _line(asked: LineAsked, product: StoreProduct | None) -> dict[str, Any]:
    line: dict[str, Any] = {"product_id": asked.product_id, "quantity": str(asked.quantity)}
    if product is None:
        return {**line, "name": "", "label": "", "price": None}
    values = list(product.values.all())
    value = next((one for one in values if one.external_id == asked.value_id), None)
    if value is None and asked.value_id:
        raise OrderRefusedError({"items.product_value_id": ["not found"]})
    value = value or next(iter(values), None)
    return {
        **line,
        "name": product.name,
        "label": value.name if value is not None else "",
        "price": str(value.value) if value is not None else None,
    }


@transaction.atomic
def _keep_once(
    scope: Scope, write: OrderWrite, body: dict[str, Any], *, is_named: bool
) -> OrderWrite:
    _take_turn(write.kiosk)
    before = _before(scope, write, is_named=is_named)
    if before is not None:
        return before
    _insert(scope, write, body)
    if write.state == State.MAILED:
        queue_mails(scope, write, OrderMail.Kind.CREATED, now=write.created_at)
    return write


def _before(scope: Scope, write: OrderWrite, *, is_named: bool) -> OrderWrite | None:
    """What the same request kept before.

    :raises OrderExistsError: its number stands for another order.
    """
    same = queries.find_write(scope, write.store_id, write.uuid)
    if same is not None:
        return same
    rows = OrderWrite.objects.scoped(scope).filter(kiosk=write.kiosk, intent=Intent.PLACE)
    rows = rows.exclude(state__in=[State.REFUSED, State.DEAD])
    if write.number:
        same = rows.filter(number=write.number).first()
        if same is not None and bytes(same.body_hash) != write.body_hash:
            raise OrderExistsError("the number stands for another order")
    elif not is_named:
        recent = rows.filter(created_at__gt=write.created_at - _SAME, body_hash=write.body_hash)
        same = recent.order_by("-id").first()
    return None if same is None else queries.find_write(scope, write.store_id, same.uuid)


def _take_turn(kiosk: Kiosk) -> None:
    with database.cursor() as cursor:
        cursor.execute(_TURN, [kiosk.pk])


def _insert(scope: Scope, write: OrderWrite, body: dict[str, Any]) -> None:
    context = contexts.order_write_body(write.uuid)
    write.sealed_body = get_keys(scope).seal(orjson.dumps(body), context=context)
    write.save(force_insert=True)
    audit.record(
        scope,
        f"order_write.{write.intent}_asked",
        subject_kind="customer",
        subject_ids=[] if write.customer_id is None else [write.customer_id],
        context={"write": write.pk, "connection": write.connection_id, "status": write.status},
    )
    if write.connection_id is not None:
        wake("orders.send", connection_id=write.connection_id)
