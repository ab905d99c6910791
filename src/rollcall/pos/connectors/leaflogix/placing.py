"""What is sent to Dutchie to place and cancel preorders, and what its answers mean."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from rollcall.pos.connectors.leaflogix import lookups, wire
from rollcall.pos.contract import RawRow
from rollcall.pos.errors import (
    PosGoneError,
    PosOutcomeUnknownError,
    PosRefusedDataError,
    PosUnavailableError,
    UnsupportedByPosError,
)
from rollcall.pos.http import Reply
from rollcall.pos.order_placing import NewOrder, OrderPlacer
from rollcall.pos.orders import OrderStatus

SUBMIT: Final = "/preorder/submit"
CANCEL: Final = "/preorder/cancel"
_PREFIX: Final = "preorder-"
_REASON: Final = "Cancelled at the kiosk"


class LeaflogixPreorders(OrderPlacer):
    """Preorders of one location."""

    #: Others are for its own staff to say.
    statuses = frozenset({OrderStatus.CANCELED})
    settles_after = dt.timedelta(seconds=10)
    has_idempotency_key = True
    #: The body needs a customer. [doc]
    takes_anonymous = False
    #: How ``/preorder/update`` wants its lines is not documented.
    adds = False

    def is_open(self, row: RawRow) -> bool:  # noqa: ARG002  # nothing is added
        return False

    def holds(self, row: RawRow, reference: str) -> bool:  # noqa: ARG002  # it is not told
        return False

    def is_begun_by(self, row: RawRow, reference: str) -> bool:  # noqa: ARG002  # it is not told
        return False


def new_preorder(order: NewOrder) -> dict[str, Any]:
    """Return the body of a preorder; ids are numbers there [doc].

    :raises PosRefusedDataError: an id that cannot be Dutchie's.
    """
    ids = [order.customer_id, *(line.product_id for line in order.lines)]
    if not all(lookups.is_id(one) for one in ids):
        raise PosRefusedDataError("Dutchie's ids are numbers of 31 bits", code="id_not_a_number")
    return {
        "customerId": int(order.customer_id),
        "items": [
            {"productId": int(line.product_id), "quantity": float(line.quantity)}
            for line in order.lines
        ],
        "isDelivery": False,
        "orderType": "Pickup",
        "idempotencyKey": order.reference,
        "transactionReference": order.reference,
        "notes": order.note,
    }


def cancellation(preorder_id: str) -> dict[str, Any]:
    """Return the body that cancels a preorder."""
    return {"orderId": int(preorder_id), "cancellationReason": _REASON}


def preorder_of(external_id: str) -> str:
    """Return the preorder's own id.

    :raises PosGoneError: the order is no preorder (any more).
    """
    found = external_id.removeprefix(_PREFIX)
    if not external_id.startswith(_PREFIX) or not lookups.is_id(found):
        raise PosGoneError("Dutchie has no preorder with this id")
    return found


def submitted(reply: Reply) -> str:
    """Take the preorder's id out of an answer: a number, or in an object [doc: both].

    :raises PosRefusedDataError: refused.
    :raises PosOutcomeUnknownError: the answer does not tell.
    """
    if reply.status != 200:
        error = wire.refusal(reply)
        if isinstance(error, PosGoneError):
            raise PosRefusedDataError("Dutchie knows not who orders", code=error.code)
        if isinstance(error, PosUnavailableError):
            raise PosOutcomeUnknownError(str(error), code=error.code)
        raise error
    told = reply.data.get("orderId") if isinstance(reply.data, dict) else reply.data
    if type(told) is int and told > 0:
        return str(told)
    message = "Dutchie took the preorder and does not say as which"
    raise PosOutcomeUnknownError(message, code="no_preorder")


def check_status(status: OrderStatus) -> None:
    """Let through what can be set.

    :raises UnsupportedByPosError: anything but cancelling.
    """
    if status not in LeaflogixPreorders.statuses:
        raise UnsupportedByPosError("Dutchie lets others only cancel preorders")


def first_row(preorder_id: str, order: NewOrder) -> RawRow:
    """What is surely known of a preorder that cannot be read yet."""
    return {
        "preOrderId": int(preorder_id),
        "status": "Submitted",
        "customerId": int(order.customer_id),
        "items": [],
    }
