"""Kiosk orders as pages show them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import formats

from rollcall.customers.models import Customer
from rollcall.customers.presentation import name_actors
from rollcall.customers.queries.profile import find_by_public_id, get_profile
from rollcall.kit.scope import Scope
from rollcall.orders.models import KioskOrder, KioskOrderLine, KioskOrderTie, StoreProduct
from rollcall.orders.queries.kiosk_orders import list_ties, open_name


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderRow:
    """An order in a list."""

    order: KioskOrder
    name: str = field(repr=False)
    amount: str

    @property
    def is_paid(self) -> bool:
        """Whether somebody said that it is paid."""
        return self.order.paid_at is not None

    @property
    def is_tied(self) -> bool:
        """Whether it is known whose it is."""
        return self.order.holder_id is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class LineRow:
    """A line with its sum."""

    line: KioskOrderLine
    price: str
    amount: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductRow:
    """A product with the names of its prices, and these."""

    product: StoreProduct
    prices: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody whose order it is or was.

    :param public_id: None if the scope's stores do not know them.
    """

    name: str = field(repr=False)
    public_id: uuid.UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TieRow:
    """Whose an order was from a moment on; no person: nobody's.

    :param may_return: whether one can go back to it.
    """

    person: Person | None
    by: str
    at: dt.datetime
    may_return: bool


def lay_out_orders(scope: Scope, orders: Sequence[KioskOrder]) -> list[OrderRow]:
    """Lay out orders in their order, with the names that were typed."""
    return [
        OrderRow(order=one, name=open_name(scope, one).whole, amount=money(one.amount))
        for one in orders
    ]


def lay_out_lines(order: KioskOrder) -> list[LineRow]:
    """Lay out the lines of an order."""
    return [
        LineRow(line=line, price=money(line.price), amount=money(line.price * line.quantity))
        for line in order.lines.all()
    ]


def lay_out_products(products: Sequence[StoreProduct]) -> list[ProductRow]:
    """Lay out products in their order, with the prices that they have now."""
    return [
        ProductRow(
            product=one, prices=[(value.name, money(value.value)) for value in one.values.all()]
        )
        for one in products
    ]


def lay_out_ties(scope: Scope, order: KioskOrder) -> list[TieRow]:
    """Lay out whose an order was, the newest first."""
    ties = list_ties(scope, order)
    people = _people(scope, ties)
    actors = name_actors(scope, {tie.actor for tie in ties})
    return [
        TieRow(
            person=None if tie.customer is None else people[standing(tie.customer).pk],
            by=actors[tie.actor],
            at=tie.at,
            may_return=_may_return(tie, order, people),
        )
        for tie in ties
    ]


def name_person(scope: Scope, customer: Customer) -> Person:
    """Who it is, as far as the scope may know."""
    found = find_by_public_id(scope, customer.public_id)
    if found is None:
        return Person(name="")
    return Person(name=get_profile(scope, found).display_name, public_id=found.public_id)


def standing(customer: Customer) -> Customer:
    """Who somebody is now."""
    return customer.merged_into or customer


def money(amount: Decimal) -> str:
    """An amount with its sign and grouped thousands."""
    return f"${formats.number_format(amount, decimal_pos=2, force_grouping=True)}"


def _people(scope: Scope, ties: Sequence[KioskOrderTie]) -> Mapping[int, Person]:
    found: dict[int, Person] = {}
    for tie in ties:
        if tie.customer is not None:
            now = standing(tie.customer)
            found[now.pk] = found.get(now.pk) or name_person(scope, now)
    return found


def _may_return(tie: KioskOrderTie, order: KioskOrder, people: Mapping[int, Person]) -> bool:
    if tie.customer is None:
        return False
    now = standing(tie.customer)
    return now.pk != order.holder_id and people[now.pk].public_id is not None
