"""The kiosk API's orders (``/api/v1/{catalog_id}/customer_order``): parse, one call, render.

The shape is the original system's. Whose store and kiosk it is follows from the key alone.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import invalid, read_object
from rollcall.api.keys import Caller
from rollcall.api.kiosks import KioskAsked, answer, once
from rollcall.api.problems import ProblemError
from rollcall.kit.scope import ForbiddenError
from rollcall.orders.api import kiosk_shapes as shapes
from rollcall.orders.models import KioskOrder
from rollcall.orders.operations.paying import set_paid
from rollcall.orders.operations.placing import (
    AmountDiffersError,
    OrderRefusedError,
    place_order,
)
from rollcall.orders.operations.reading import view_for_kiosk
from rollcall.orders.presentation.kiosk_rows import kiosk_row
from rollcall.orders.queries.kiosk_orders import (
    KioskOrderNotFoundError,
    find_uuid,
    get_order,
    may_take_payment,
)
from rollcall.orders.rules.kiosk_bodies import (
    OrderInvalidError,
    OrderMissingError,
    order_of,
    read_order,
    read_payed,
)
from rollcall.orders.rules.kiosk_lists import (
    ListRepeatedError,
    ListUnreadableError,
    Wanted,
    page_meta,
    read_wanted,
)
from rollcall.orders.rules.money import write_amount
from rollcall.stores.models import Kiosk

PATH: Final = "/{catalog_id}/customer_order"
ONE_PATH: Final = "/{catalog_id}/customer_order/{order_id}"
_LONGEST_NUMBER: Final = 18

router = Router(tags=["orders"])


@router.get(PATH, operation_id="listKioskOrders", **shapes.LIST.declared(shapes.KioskOrderRows))
def list_orders(request: HttpRequest, catalog_id: str) -> HttpResponse:
    """List the orders that were placed at kiosks of the store.

    Names are shown in part, unless the key has the right to take payment.
    """
    return answer(request, _list, catalog_id=catalog_id)


@router.post(
    PATH, operation_id="placeKioskOrder", **shapes.PLACE.declared(shapes.KioskOrderRow, status=201)
)
def create_order(request: HttpRequest, catalog_id: str) -> HttpResponse:
    """Place an order: all of it or nothing, with the prices that the store has now.

    A sku that the store does not sell is refused by name. `amount` is compared with what the lines
    come to; if it is another one, nothing is stored and both are told. With the header
    `Idempotency-Key` a request may be repeated without ordering twice.
    """
    return answer(request, _place, catalog_id=catalog_id)


@router.put(ONE_PATH, operation_id="payKioskOrder", **shapes.PAY.declared(shapes.KioskOrderRow))
def pay_order(request: HttpRequest, catalog_id: str, order_id: str) -> HttpResponse:
    """Say whether an order is paid; only with a key that has the right to take payment.

    `order_id` is the `id` of the row, or its `uuid`.
    """
    return answer(request, _pay, catalog_id=catalog_id, order_id=order_id)


def _list(asked: KioskAsked) -> Answer:
    caller, wanted = asked.caller, _wanted(asked.request.query)
    is_whole = may_take_payment(caller.scope, caller.key_id)
    with transaction.atomic():
        found, total = view_for_kiosk(caller.scope, caller.store_id, wanted)
    rows = [kiosk_row(caller.scope, one, is_whole=is_whole) for one in found]
    return json_answer({"order_customers": rows, "meta": page_meta(wanted, total)})


def _wanted(query: str) -> Wanted:
    try:
        return read_wanted(query)
    except ListRepeatedError as error:
        raise ProblemError(problems.PARAMETER_REPEATED, f"The parameter {error}.") from error
    except ListUnreadableError as error:
        raise ProblemError(problems.BAD_REQUEST, f"{error}.") from error


def _place(asked: KioskAsked) -> Answer:
    caller, now = asked.caller, asked.now
    try:
        said = read_order(_order(asked.http))
    except OrderInvalidError as error:
        raise invalid({**error.errors}) from error

    def act() -> dict[str, Any]:
        kiosk = Kiosk.objects.scoped(caller.scope).get(pk=caller.kiosk_id)
        return {"order": str(place_order(caller.scope, kiosk, said, now=now).uuid)}

    try:
        made = once(asked, act)
    except OrderRefusedError as error:
        raise invalid({**error.errors}) from error
    except AmountDiffersError as error:
        raise _differs(error) from error
    order = get_order(caller.scope, uuid.UUID(made["order"]))
    return _told(caller, order, status=201)


def _differs(error: AmountDiffersError) -> ProblemError:
    return ProblemError(
        problems.AMOUNT_DIFFERS,
        "Nothing was stored. Read the prices again and show the shopper the new total.",
        errors={"amount": ["is not the sum of the lines"]},
        extra={"sent": write_amount(error.sent), "computed": write_amount(error.computed)},
    )


def _pay(asked: KioskAsked) -> Answer:
    caller = asked.caller
    try:
        paid = read_payed(_order(asked.http))
    except OrderInvalidError as error:
        raise invalid({**error.errors}) from error
    wanted = _find(caller, asked.request.ids["order_id"])

    def act() -> dict[str, Any]:
        order = set_paid(caller.scope, wanted, paid=paid, now=asked.now, key_id=caller.key_id)
        return {"order": str(order.uuid)}

    try:
        once(asked, act)
        return _told(caller, get_order(caller.scope, wanted), status=200)
    except ForbiddenError as error:
        raise ProblemError(
            problems.FORBIDDEN, "This key may not say whether orders are paid."
        ) from error
    except KioskOrderNotFoundError as error:
        raise _missing() from error


def _find(caller: Caller, text: str) -> uuid.UUID:
    try:
        if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER:
            return find_uuid(caller.scope, int(text))
        return uuid.UUID(text)
    except (ValueError, KioskOrderNotFoundError) as error:
        raise _missing() from error


def _missing() -> ProblemError:
    return ProblemError(problems.NOT_FOUND, "There is no such order in this kiosk's store.")


def _order(sent: HttpRequest) -> Any:  # noqa: ANN401  # JSON of strangers
    try:
        return order_of(read_object(sent.body))
    except OrderMissingError as error:
        raise ProblemError(
            problems.ORDER_MISSING, "param is missing or the value is empty: order"
        ) from error


def _told(caller: Caller, order: KioskOrder, *, status: int) -> Answer:
    return json_answer(kiosk_row(caller.scope, order, is_whole=True), status=status)
