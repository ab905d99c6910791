"""The kiosk API's orders at the POS (``/api/v1/{catalog_id}/orders``): parse, one call, render.

The shape is the original system's. Whose store and kiosk it is follows from the key alone.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router

from rollcall.api import idempotency, problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import invalid, read_object
from rollcall.api.keys import Caller
from rollcall.api.kiosks import KioskAsked, answer
from rollcall.api.original import POS_SAID
from rollcall.api.problems import ProblemError
from rollcall.api.requests import ApiRequest
from rollcall.customers.models import Customer
from rollcall.customers.proving import proven_of
from rollcall.customers.queries.profile import visible_records
from rollcall.kit.kiosk_profiles import KeyProfile
from rollcall.orders.api import pos_order_shapes as shapes
from rollcall.orders.models import OrderWrite
from rollcall.orders.operations.order_printing import note_print
from rollcall.orders.operations.order_requests import (
    OrderExistsError,
    OrdersNotTakenError,
    StatusNotTakenError,
    find_orderer,
    request_order,
    request_status,
)
from rollcall.orders.operations.order_viewing import view_asked_order
from rollcall.orders.operations.order_waiting import wait_for_order
from rollcall.orders.operations.placing import OrderRefusedError
from rollcall.orders.presentation.pos_orders import order_answer, print_answer, status_answer
from rollcall.orders.queries.customer_orders import find_customer
from rollcall.orders.queries.order_writes import (
    OrderWriteNotFoundError,
    find_pos_order,
    names_buyer,
)
from rollcall.orders.rules.kiosk_bodies import OrderInvalidError, OrderMissingError, order_of
from rollcall.orders.rules.order_bodies import (
    StatusUnknownError,
    read_asked,
    read_print,
    read_status,
)
from rollcall.orders.rules.order_verdicts import DUPLICATE
from rollcall.stores.models import Kiosk

PATH: Final = "/{catalog_id}/orders"
STATUS_PATH: Final = "/{catalog_id}/orders/status"
ONE_PATH: Final = "/{catalog_id}/orders/{order_id}"
_NOT_TAKEN: Final = "catalog doesn't support this operation"
_EXISTS: Final = "order already exists"
_NOT_FOUND: Final = "Customer order not found"

State = OrderWrite.State

router = Router(tags=["orders"])


@router.post(PATH, operation_id="placePosOrder", **shapes.PLACE.declared(shapes.PosOrderAnswer))
def place_order(request: HttpRequest, catalog_id: str) -> HttpResponse:
    """Place an order at the store's POS.

    The order is safe in Rollcall before the POS is asked; the answer waits at most eight seconds
    for the POS. `pos_status` tells how far it came: `placed` (`order` is the POS's), `pending` (the
    POS is slow or down, or the customer is still being created there; Rollcall goes on trying, ask
    for `pending_id`), `mailed` (the store has no POS that takes orders; it was mailed to the
    store). An order that the POS refuses is a 502, with the POS's word behind `error:`. If the same
    customer's last order from this store's kiosks is still open at the POS, the lines are added to
    it. With the header `Idempotency-Key`, or an `order_number` of its own, a request may be
    repeated without ordering twice.
    """
    return answer(request, _place, catalog_id=catalog_id)


@router.put(
    STATUS_PATH,
    operation_id="setPosOrderStatus",
    **shapes.STATUS.declared(shapes.PosOrderStatusAnswer),
)
def set_status(request: HttpRequest, catalog_id: str) -> HttpResponse:
    """Set the status of an order at the store's POS; waits for the POS as placing does."""
    return answer(request, _set_status, catalog_id=catalog_id)


@router.get(ONE_PATH, operation_id="getPosOrder", **shapes.READ.declared(shapes.PosOrderAnswer))
def get_order(request: HttpRequest, catalog_id: str, order_id: str) -> HttpResponse:
    """Read an order that was placed at a kiosk of the store, by `pending_id` or the POS's id.

    By the POS's id a strict key needs the proof of who ordered.
    """
    return answer(request, _read, catalog_id=catalog_id, order_id=order_id)


@router.put(
    ONE_PATH, operation_id="printPosOrder", **shapes.PRINT.declared(shapes.PrintedPosOrders)
)
def print_order(request: HttpRequest, catalog_id: str, order_id: str) -> HttpResponse:
    """Note that an order's receipt was printed; `order_id` is the POS's id."""
    return answer(request, _print, catalog_id=catalog_id, order_id=order_id)


def _place(asked: KioskAsked) -> Answer:
    caller = asked.caller
    try:
        order = read_asked(_order(asked.http))
        customer = find_orderer(caller.scope, order)
        _require_proof(asked.request, caller, customer)
        write = request_order(
            caller.scope,
            _kiosk(caller),
            order,
            request=_name(asked),
            is_named=bool(idempotency.sent_key(asked.http)),
            customer=customer,
            now=asked.now,
        )
    except (OrderInvalidError, OrderRefusedError) as error:
        raise invalid({**error.errors}) from error
    except OrderExistsError as error:
        raise ProblemError(problems.ORDER_EXISTS, _EXISTS) from error
    except OrdersNotTakenError as error:
        raise ProblemError(problems.ORDERS_NOT_TAKEN, _NOT_TAKEN) from error
    return _told(caller, wait_for_order(caller.scope, write))


def _read(asked: KioskAsked) -> Answer:
    caller, order_id = asked.caller, asked.request.ids["order_id"]
    try:
        write = view_asked_order(caller.scope, caller.store_id, order_id)
    except OrderWriteNotFoundError as error:
        raise _missing() from error
    # Nobody guesses an id of ours; those of POS systems may be counted up.
    if order_id != str(write.uuid):
        _require_proof(asked.request, caller, write.customer)
    return _told(caller, write)


def _set_status(asked: KioskAsked) -> Answer:
    caller = asked.caller
    try:
        said = read_status(_order(asked.http))
    except StatusUnknownError as error:
        raise ProblemError(problems.STATUS_UNKNOWN, "Order Status value is not allowed") from error
    except OrderInvalidError as error:
        raise invalid({**error.errors}) from error
    order = find_pos_order(caller.scope, caller.store_id, said.order_id)
    if order is None or not names_buyer(caller.scope, order, said.customer_id):
        raise _missing()
    _require_proof(asked.request, caller, find_customer(caller.scope, order))
    try:
        write = request_status(
            caller.scope, _kiosk(caller), order, said, request=_name(asked), now=asked.now
        )
    except StatusNotTakenError as error:
        raise ProblemError(problems.ORDERS_NOT_TAKEN, _NOT_TAKEN) from error
    write = wait_for_order(caller.scope, write)
    _raise_refusal(write)
    return json_answer(status_answer(caller.scope, order, write))


def _print(asked: KioskAsked) -> Answer:
    caller = asked.caller
    try:
        said = read_print(_order(asked.http))
    except OrderInvalidError as error:
        raise invalid({**error.errors}) from error
    order = find_pos_order(caller.scope, caller.store_id, asked.request.ids["order_id"])
    if order is None:
        raise _missing()
    printed = note_print(caller.scope, order, caller.kiosk_id, said, now=asked.now)
    is_whole = caller.profile is not KeyProfile.STRICT
    return json_answer(print_answer(order, printed, caller.store_id, is_whole=is_whole))


def _told(caller: Caller, write: OrderWrite) -> Answer:
    _raise_refusal(write)
    return json_answer(order_answer(caller.scope, write))


def _raise_refusal(write: OrderWrite) -> None:
    if write.state not in (State.REFUSED, State.DEAD):
        return
    if write.code == DUPLICATE:
        raise ProblemError(problems.ORDER_EXISTS, _EXISTS)
    raise ProblemError(problems.POS_FAILED, f"{POS_SAID}{write.code}")


def _require_proof(request: ApiRequest, caller: Caller, customer: Customer | None) -> None:
    """A kiosk that nobody watches orders for nobody who has not proved who they are."""
    if customer is None or caller.profile is not KeyProfile.STRICT:
        return
    records = visible_records(caller.scope, [customer.pk])
    if not proven_of(caller, request.proof, list(records.values_list("pk", flat=True))):
        raise ProblemError(
            problems.PROOF_NEEDED, "Identify the customer, and send the proof with the order."
        )


def _name(asked: KioskAsked) -> uuid.UUID:
    key, sent = idempotency.sent_key(asked.http), idempotency.named_request(asked.http)
    return idempotency.name_of(asked.owner, key, sent, now=asked.now)


def _kiosk(caller: Caller) -> Kiosk:
    kiosks = Kiosk.objects.scoped(caller.scope).select_related("store")
    return kiosks.get(pk=caller.kiosk_id)


def _order(sent: HttpRequest) -> Any:  # noqa: ANN401  # JSON of strangers
    try:
        return order_of(read_object(sent.body))
    except OrderMissingError as error:
        raise ProblemError(
            problems.ORDER_MISSING, "param is missing or the value is empty: order"
        ) from error


def _missing() -> ProblemError:
    return ProblemError(problems.NOT_FOUND, _NOT_FOUND)
