"""Orders of POS systems for programs: a person's, and one of them (``/api/v2``)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import PAGING, bad_cursor, read_cursor, read_limit, write_cursor
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.integrations import Asked, Right, answer
from rollcall.api.problems import ProblemError
from rollcall.customers.models import Customer
from rollcall.customers.queries.profile import (
    AmbiguousIdError,
    CustomerNotFoundError,
    resolve,
)
from rollcall.kit.scope import Grant, Role
from rollcall.orders.models import CustomerOrder
from rollcall.orders.operations.order_viewing import view_order, view_orders
from rollcall.orders.presentation.customer_orders import told, told_whole
from rollcall.orders.queries.customer_orders import OrderNotFoundError, Place

READ: Final = Right(grant=Grant.READ_ORDERS, role=Role.STAFF)
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)

router = Router(tags=["orders"])


class Order(Schema):
    """An order as its POS holds it; `pos_status` is the POS's own word, `amount` decimal text."""

    id: str
    kind: str
    account: str
    connection: str
    external_id: str
    number: str
    status: str
    pos_status: str
    placed_at: dt.datetime
    updated_at: dt.datetime | None
    amount: str | None
    currency: str


class Orders(Schema):
    """A person's orders, newest first; `next` is the cursor of the page behind them."""

    items: list[Order]
    next: str | None


class OrderLine(Schema):
    """One line; `price` is that of one unit."""

    product_id: str
    sku: str
    name: str
    quantity: str
    price: str | None


class OrderStep(Schema):
    """What became of an order, and when."""

    status: str
    pos_status: str
    at: dt.datetime


class WholeOrder(Order):
    """An order with whose it is now, its lines (null: the POS tells none) and its history."""

    customer_id: str | None
    lines: list[OrderLine] | None
    history: list[OrderStep]


_SHARED: Final = (
    problems.UNAUTHENTICATED,
    problems.FORBIDDEN,
    problems.METHOD_NOT_ALLOWED,
    problems.URI_TOO_LONG,
    problems.TOO_MANY_REQUESTS,
    problems.INTERNAL_ERROR,
    problems.UNAVAILABLE,
    problems.NOT_FOUND,
)
_LIST: Final = Description(
    problems=(*_SHARED, problems.INVALID, problems.PARAMETER_REPEATED, problems.AMBIGUOUS_ID),
    parameters=PAGING,
    examples=(
        Example(
            name="nobody",
            summary="Nobody has the id",
            path="/customers/00000000-0000-7000-8000-00000000ffff/orders",
            status=404,
            body=problem_example(problems.NOT_FOUND, "Nobody has the id."),
        ),
    ),
)
_ONE: Final = Description(
    problems=_SHARED,
    examples=(
        Example(
            name="nothing",
            summary="There is none",
            path="/orders/00000000-0000-7000-8000-00000000ffff",
            status=404,
            body=problem_example(problems.NOT_FOUND, "There is no such order."),
        ),
    ),
)


@router.get("/customers/{customer_id}/orders", operation_id="listOrders", **_LIST.declared(Orders))
def list_orders(request: HttpRequest, customer_id: str) -> HttpResponse:
    """List a person's orders over all stores of the key, newest first.

    They are those that POS systems tell of; the person is named as in `getCustomer`.
    """
    return answer(request, READ, lambda asked: _list(asked, customer_id))


@router.get("/orders/{order_id}", operation_id="getOrder", **_ONE.declared(WholeOrder))
def read_order(request: HttpRequest, order_id: str) -> HttpResponse:
    """Read an order: its lines, what became of it, and whose it is now."""
    return answer(request, READ, lambda asked: _read(asked, order_id))


def _list(asked: Asked, customer_id: str) -> Answer:
    limit, after = read_limit(asked.http), _place(read_cursor(asked.http))
    found = view_orders(asked.scope, _person(asked, customer_id), limit=limit, after=after)
    is_full = len(found) == limit
    return json_answer(
        {
            "items": [told(order) for order in found],
            "next": write_cursor(_written(found[-1])) if is_full else None,
        }
    )


def _person(asked: Asked, customer_id: str) -> Customer:
    try:
        return resolve(asked.scope, customer_id)
    except CustomerNotFoundError as error:
        raise ProblemError(problems.NOT_FOUND, "Nobody has the id.") from error
    except AmbiguousIdError as error:
        raise ProblemError(
            problems.AMBIGUOUS_ID, "Several people have the id; say which list: kind:id."
        ) from error


def _read(asked: Asked, order_id: str) -> Answer:
    try:
        view = view_order(asked.scope, uuid.UUID(order_id))
    except (ValueError, OrderNotFoundError):
        raise ProblemError(problems.NOT_FOUND, "There is no such order.") from None
    return json_answer(told_whole(view))


def _written(order: CustomerOrder) -> str:
    return f"{(order.placed_at - _EPOCH) // _MICROSECOND}:{order.pk}"


def _place(cursor: str) -> Place | None:
    if not cursor:
        return None
    moment, _, order_id = cursor.partition(":")
    # Sixteen digits of microseconds end in the year 2286.
    if not all(part.isdecimal() and len(part) <= 16 for part in (moment, order_id)):
        raise bad_cursor()
    return Place(placed_at=_EPOCH + int(moment) * _MICROSECOND, id=int(order_id))
