"""Orders that live in POS systems: of a person, and one of them. Limited by the scope's stores."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from rollcall.customers.models import Customer, Link
from rollcall.customers.queries.profile import list_account_ids, visible_records
from rollcall.customers.queries.sealed import unseal
from rollcall.customers.rules.packing import unpack_raw
from rollcall.kit.scope import Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.orders.models import CustomerOrder, OrderStatusChange
from rollcall.orders.rules.customer_orders import Line, lines_from_json, order_payload
from rollcall.sync.rules.wire import read_row


class OrderNotFoundError(LookupError):
    """No order of a POS that the scope may see has the id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a list of orders is left: behind this order."""

    placed_at: dt.datetime
    id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderView:
    """An order with its lines, its history and whose it is.

    :param customer: None while nobody with its customer's id is known.
    :param lines: None if the POS does not tell them.
    :param history: oldest first.
    """

    order: CustomerOrder
    customer: Customer | None
    lines: Sequence[Line] | None
    history: Sequence[OrderStatusChange]


def list_of_person(
    scope: Scope, customer: Customer, *, limit: int, after: Place | None = None
) -> list[CustomerOrder]:
    """A person's orders over all lists that the scope may see, newest first.

    They are those of the records that belong to the person now.
    """
    records: dict[int, list[str]] = defaultdict(list)
    told = visible_records(scope, [customer.pk]).values_list("account_id", "external_id")
    for account_id, external_id in told:
        records[account_id].append(external_id)
    if not records:
        return []
    of_records = Q()
    for account_id, names in records.items():
        of_records |= Q(account_id=account_id, customer_external_id__in=names)
    rows = _orders(scope).filter(of_records)
    if after is not None:
        rows = rows.filter(
            Q(placed_at__lt=after.placed_at) | Q(placed_at=after.placed_at, id__lt=after.id)
        )
    return list(rows.order_by("-placed_at", "-id")[:limit])


def get_order(scope: Scope, public_id: uuid.UUID) -> OrderView:
    """One order.

    :raises OrderNotFoundError: none of a list that the scope may see.
    """
    rows = _orders(scope).filter(public_id=public_id)
    if scope.store_ids is not None:
        rows = rows.filter(account__in=list_account_ids(scope))
    order = rows.first()
    if order is None:
        raise OrderNotFoundError("there is no such order")
    history = OrderStatusChange.objects.scoped(scope).filter(order=order)
    return OrderView(
        order=order,
        customer=find_customer(scope, order),
        lines=open_lines(scope, order),
        history=list(history.order_by("id")),
    )


def find_customer(scope: Scope, order: CustomerOrder) -> Customer | None:
    """Whose order it is now; None if it names nobody, or nobody who is known."""
    if not order.customer_external_id:
        return None
    links = Link.objects.scoped(scope).filter(
        record__retailer_id=scope.retailer_id,
        record__account_id=order.account_id,
        record__external_id=order.customer_external_id,
    )
    link = links.select_related("customer").first()
    return None if link is None else link.customer


def _orders(scope: Scope) -> ScopedQuerySet[CustomerOrder]:
    orders = CustomerOrder.objects.scoped(scope).select_related("account", "connection")
    return orders.defer("sealed_payload")


def open_lines(scope: Scope, order: CustomerOrder) -> list[Line] | None:
    """An order's lines; None if its POS does not tell them."""
    context = order_payload(order.account_id, order.external_id)
    payload = read_row(unpack_raw(unseal(scope, order.sealed_payload, context=context)))
    return lines_from_json(payload["lines"])
