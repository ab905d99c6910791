"""Kiosk orders for programs: list and read them, say whose they are and that they are paid."""

from __future__ import annotations

import re
import uuid
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import (
    PAGING,
    PublicId,
    Sent,
    describe,
    invalid,
    read_body,
    read_id_cursor,
    read_limit,
    write_cursor,
)
from rollcall.api.describing import Description, Example, Parameter, problem_example
from rollcall.api.integrations import Asked, answer
from rollcall.api.platform import IDEMPOTENCY, do_once
from rollcall.customers.models import Customer
from rollcall.customers.queries.profile import find_by_public_id
from rollcall.orders.api.asking import (
    LISTED,
    READ,
    SHARED,
    WRITE,
    WRITTEN,
    missing,
    read_parameter,
    read_uuid,
)
from rollcall.orders.operations.paying import set_paid
from rollcall.orders.operations.reading import view_order, view_orders
from rollcall.orders.operations.tying import tie_order
from rollcall.orders.presentation.kiosk_rows import platform_row
from rollcall.orders.queries.kiosk_orders import Filter, KioskOrderNotFoundError
from rollcall.orders.queries.products import find_store

_CODE: Final = re.compile(r"[0-9a-f]{1,32}")
_ABSENT: Final = "00000000-0000-4000-8000-00000000ffff"
_WHAT: Final = "kiosk order"

router = Router(tags=["kiosk orders"])


class KioskOrderLineTold(Schema):
    """A line: name and price are what they were when it was ordered."""

    sku: str
    name: str
    value_id: str
    value_name: str
    quantity: int
    price: str


class KioskOrderTold(Schema):
    """An order that was taken at a kiosk; `customer_id` is whose it is now."""

    id: str
    code: str
    store: str
    kiosk: str
    first_name: str
    last_name: str
    amount: str
    placed_at: str
    paid_at: str | None
    customer_id: str | None
    lines: list[KioskOrderLineTold]


class KioskOrders(Schema):
    """A page of orders, the newest first."""

    items: list[KioskOrderTold]
    next: str | None


class SentPerson(Sent):
    """Whose order it is."""

    customer_id: PublicId


class SentNothing(Sent):
    """Nothing has to be said."""


class SentPayment(Sent):
    """Whether it is paid."""

    paid: bool


_NO_ORDER: Final = problem_example(problems.NOT_FOUND, "There is no such kiosk order.")
_FILTERS: Final = (
    Parameter(name="store", description="Slug of a store of the key.", example="alder-way"),
    Parameter(name="paid", description="`true` or `false`.", example="false"),
    Parameter(name="code", description="How the id begins.", example="3F2A-91BC"),
    Parameter(name="customer_id", description="Rollcall's id of whose they are.", example=_ABSENT),
)
_LIST: Final = Description(
    problems=LISTED,
    parameters=(*_FILTERS, *PAGING),
    examples=(
        Example(
            name="none",
            summary="Nothing was ordered",
            path="/kiosk-orders",
            status=200,
            body={"items": [], "next": None},
        ),
    ),
)
_READ: Final = Description(
    problems=SHARED,
    examples=(
        Example(
            name="nothing",
            summary="There is none",
            path=f"/kiosk-orders/{_ABSENT}",
            status=404,
            body=_NO_ORDER,
        ),
    ),
)
_ATTACH: Final = Description(
    problems=WRITTEN, parameters=(IDEMPOTENCY,), body=describe(SentPerson, {"customer_id": _ABSENT})
)
_DETACH: Final = Description(
    problems=WRITTEN,
    parameters=(IDEMPOTENCY,),
    body=describe(SentNothing, {}),
    examples=(
        Example(
            name="nothing",
            summary="There is none",
            method="POST",
            path=f"/kiosk-orders/{_ABSENT}/detach",
            sent={},
            status=404,
            body=_NO_ORDER,
        ),
    ),
)
_PAY: Final = Description(
    problems=WRITTEN, parameters=(IDEMPOTENCY,), body=describe(SentPayment, {"paid": True})
)


@router.get("/kiosk-orders", operation_id="listKioskOrders", **_LIST.declared(KioskOrders))
def list_all(request: HttpRequest) -> HttpResponse:
    """List orders that were taken at kiosks, the newest first; names are shown."""
    return answer(request, READ, _list)


@router.get(
    "/kiosk-orders/{kiosk_order_id}", operation_id="getKioskOrder", **_READ.declared(KioskOrderTold)
)
def read(request: HttpRequest, kiosk_order_id: str) -> HttpResponse:
    """Read one order by its uuid."""
    return answer(request, READ, lambda asked: _told(asked, read_uuid(kiosk_order_id, _WHAT)))


@router.post(
    "/kiosk-orders/{kiosk_order_id}/attach",
    operation_id="attachKioskOrder",
    **_ATTACH.declared(KioskOrderTold),
)
def attach(request: HttpRequest, kiosk_order_id: str) -> HttpResponse:
    """Say whose order it is, also if it was somebody else's; that stays as history."""
    return answer(request, WRITE, lambda asked: _attach(asked, read_uuid(kiosk_order_id, _WHAT)))


@router.post(
    "/kiosk-orders/{kiosk_order_id}/detach",
    operation_id="detachKioskOrder",
    **_DETACH.declared(KioskOrderTold),
)
def detach(request: HttpRequest, kiosk_order_id: str) -> HttpResponse:
    """Say that the order is nobody's whom we know; whose it was stays as history."""
    return answer(request, WRITE, lambda asked: _detach(asked, read_uuid(kiosk_order_id, _WHAT)))


@router.post(
    "/kiosk-orders/{kiosk_order_id}/paid",
    operation_id="payKioskOrder",
    **_PAY.declared(KioskOrderTold),
)
def pay(request: HttpRequest, kiosk_order_id: str) -> HttpResponse:
    """Say that an order is paid, or that it is not."""
    return answer(request, WRITE, lambda asked: _pay(asked, read_uuid(kiosk_order_id, _WHAT)))


def _list(asked: Asked) -> Answer:
    limit, before = read_limit(asked.http), read_id_cursor(asked.http)
    wanted = _filter(asked, before)
    with transaction.atomic():
        found = view_orders(asked.scope, wanted, limit=limit)
    is_full = len(found) == limit
    return json_answer(
        {
            "items": [platform_row(asked.scope, one) for one in found],
            "next": write_cursor(found[-1].pk) if is_full else None,
        }
    )


def _filter(asked: Asked, before: int | None) -> Filter:
    code = read_parameter(asked, "code").replace("-", "").lower()
    if code and not _CODE.fullmatch(code):
        raise invalid({"code": ["is not the beginning of an id"]})
    paid = read_parameter(asked, "paid")
    if paid not in ("", "true", "false"):
        raise invalid({"paid": ["is neither true nor false"]})
    return Filter(
        paid=None if not paid else paid == "true",
        code=code,
        store_id=_store_id(asked),
        holders=_holders(asked),
        before=before,
    )


def _store_id(asked: Asked) -> int | None:
    slug = read_parameter(asked, "store")
    if not slug:
        return None
    store = find_store(asked.scope, slug)
    if store is None:
        raise invalid({"store": ["is not a store of this key"]})
    return store.pk


def _holders(asked: Asked) -> list[int] | None:
    """Whose orders are wanted: whoever's, somebody's, or (an unknown id) nobody's."""
    text = read_parameter(asked, "customer_id")
    if not text:
        return None
    try:
        found = find_by_public_id(asked.scope, uuid.UUID(text))
    except ValueError:
        raise invalid({"customer_id": ["is not an id of ours"]}) from None
    return [] if found is None else [found.pk]


def _attach(asked: Asked, order_uuid: uuid.UUID) -> Answer:
    sent = read_body(SentPerson, asked.http.body)
    customer = find_by_public_id(asked.scope, uuid.UUID(sent.customer_id))
    if customer is None:
        raise invalid({"customer_id": ["is nobody's id"]})
    return _tie(asked, order_uuid, customer)


def _detach(asked: Asked, order_uuid: uuid.UUID) -> Answer:
    read_body(SentNothing, asked.http.body)
    return _tie(asked, order_uuid, None)


def _tie(asked: Asked, order_uuid: uuid.UUID, customer: Customer | None) -> Answer:
    def act() -> dict[str, Any]:
        try:
            return {"changed": tie_order(asked.scope, order_uuid, customer, now=asked.now)}
        except KioskOrderNotFoundError as error:
            raise missing(_WHAT) from error

    do_once(asked, act)
    return _told(asked, order_uuid)


def _pay(asked: Asked, order_uuid: uuid.UUID) -> Answer:
    sent = read_body(SentPayment, asked.http.body)

    def act() -> dict[str, Any]:
        try:
            order = set_paid(asked.scope, order_uuid, paid=sent.paid, now=asked.now)
        except KioskOrderNotFoundError as error:
            raise missing(_WHAT) from error
        return {"order": order.pk}

    do_once(asked, act)
    return _told(asked, order_uuid)


def _told(asked: Asked, order_uuid: uuid.UUID) -> Answer:
    try:
        with transaction.atomic():
            order = view_order(asked.scope, order_uuid)
    except KioskOrderNotFoundError as error:
        raise missing(_WHAT) from error
    return json_answer(platform_row(asked.scope, order))
