"""What is sent to Treez to place and change tickets, and what its answers mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from rollcall.pos import order_values as values
from rollcall.pos.connectors.treez import wire
from rollcall.pos.connectors.treez.orders import tickets_of
from rollcall.pos.contract import RawRow
from rollcall.pos.errors import (
    PosConflictError,
    PosDuplicateError,
    PosGoneError,
    PosOutcomeUnknownError,
    PosRefusedDataError,
)
from rollcall.pos.http import Reply
from rollcall.pos.order_placing import NewOrder, NewOrderLine, OrderPlacer
from rollcall.pos.orders import OrderStatus

#: Who picks up what was ordered at a kiosk comes to the counter. [doc: one of the types]
_TYPE: Final = "PICKUP"
_SOURCE: Final = "KIOSK"
_OPEN: Final = "AWAITING_PROCESSING"
#: For customers whom nobody has verified yet. [doc forum]
_PENDING: Final = "VERIFICATION_PENDING"
NOT_FOUND: Final = "TICKET_NOT_FOUND"
_WRONG_STATUS: Final = "INVALID_TICKET_STATUS"
#: Sent back as they stand: whether an update wipes what it does not name is not documented.
_KEPT: Final = ("type", "order_source", "order_status", "external_order_number", "ticket_note")


class TreezTickets(OrderPlacer):
    """Tickets that are placed over API v2.0."""

    #: Treez says itself which of them an order may take next.
    statuses = frozenset(OrderStatus)
    # No delay is documented; a few seconds cost nothing.
    settles_after = dt.timedelta(seconds=10)

    def is_open(self, row: RawRow) -> bool:
        items = values.objects(row.get("items"))
        return (
            str(row.get("order_status")).upper() == _OPEN
            and str(row.get("payment_status") or "UNPAID").upper() == "UNPAID"
            and items is not None
            and all(values.opaque_id(item.get("size_id")) for item in items)
        )

    def holds(self, row: RawRow, reference: str) -> bool:
        is_added = _mark(reference) in str(row.get("ticket_note") or "")
        return is_added or self.is_begun_by(row, reference)

    def is_begun_by(self, row: RawRow, reference: str) -> bool:
        return values.text(row.get("external_order_number")) == reference


def new_ticket(order: NewOrder, customer: RawRow | None) -> dict[str, Any]:
    """Return the body of a new ticket.

    :param customer: as Treez holds them now.
    """
    body: dict[str, Any] = {
        "type": _TYPE,
        "order_source": _SOURCE,
        "order_status": _OPEN,
        "external_order_number": order.reference,
        "ticket_note": order.note,
        "items": [_item(one.product_id, one.quantity) for one in order.lines],
    }
    if customer is not None:
        verified = str(customer.get("verification_status")).upper() == "VERIFIED"
        body |= {"customer_id": customer_id(customer)}
        body |= {} if verified else {"order_status": _PENDING}
    return body


def customer_id(customer: RawRow) -> str:
    """The id under which a customer orders: a profile that was merged away names its survivor."""
    survivor = values.opaque_id(customer.get("merged_into_customer_id"))
    return survivor or values.opaque_id(customer.get("customer_id"))


def added(ticket: RawRow, order: NewOrder) -> dict[str, Any]:
    """Return the body that adds lines to a ticket: all of its lines, and the mark in its note."""
    note = "\n".join(filter(None, (_text(ticket, "ticket_note"), order.note)))
    return {
        **_whole(ticket),
        "items": _summed(ticket, order.lines),
        "ticket_note": f"{note} {_mark(order.reference)}".strip(),
    }


def with_status(ticket: RawRow, status: OrderStatus) -> dict[str, Any]:
    """Return the body that changes how far a ticket is, and nothing else."""
    return {**_whole(ticket), "items": _summed(ticket, ()), "order_status": status.value.upper()}


def written_ticket(reply: Reply, sent: Mapping[str, Any]) -> RawRow:
    """Take the ticket out of the answer to a write.

    :raises PosDuplicateError: Treez holds it already.
    :raises PosRefusedDataError: refused; ``code`` is Treez's word.
    :raises PosConflictError: it is not open to this any more.
    :raises PosGoneError: there is no such ticket.
    :raises PosOutcomeUnknownError: the answer does not tell.
    """
    envelope = reply.data if isinstance(reply.data, dict) else {}
    if envelope.get("resultCode") == "SUCCESS":
        rows = tickets_of(reply)
        if len(rows) == 1 and rows[0].get("ticket_id"):
            return rows[0]
        message = "Treez took the ticket and does not say as which"
        raise PosOutcomeUnknownError(message, code="no_ticket")
    if "resultCode" not in envelope:
        message = f"Treez answered {reply.status} without its envelope"
        raise PosOutcomeUnknownError(message, code="no_envelope")
    reason = wire.reason_of(envelope)
    if reason == NOT_FOUND:
        raise PosGoneError("Treez has no ticket with this id", code=reason)
    if "DUPLICAT" in reason:
        raise PosDuplicateError(f"Treez holds such a ticket already ({reason})", code=reason)
    raise wire.refusal(reply.status, envelope, sent, what="ticket")


def not_open(error: PosRefusedDataError) -> PosConflictError | None:
    """Tell whether a refusal means that somebody was quicker: the ticket is in work or paid."""
    if error.code != _WRONG_STATUS:
        return None
    return PosConflictError("the ticket is not open any more at Treez", code=error.code)


def _whole(ticket: RawRow) -> dict[str, Any]:
    kept = {key: ticket[key] for key in _KEPT if ticket.get(key) is not None}
    customer = values.opaque_id(ticket.get("customer_id"))
    return {**kept, "customer_id": customer} if customer else kept


def _summed(ticket: RawRow, lines: Sequence[NewOrderLine]) -> list[dict[str, object]]:
    sums: dict[str, Decimal] = {}
    for item in values.objects(ticket.get("items")) or ():
        size = values.opaque_id(item.get("size_id"))
        sums[size] = sums.get(size, Decimal(0)) + values.quantity(item.get("quantity"), "quantity")
    for line in lines:
        sums[line.product_id] = sums.get(line.product_id, Decimal(0)) + line.quantity
    return [_item(size, quantity) for size, quantity in sums.items()]


def _item(size: str, quantity: Decimal) -> dict[str, object]:
    return {"size_id": size, "quantity": float(quantity)}


def _mark(reference: str) -> str:
    return f"[+{reference}]"


def _text(ticket: RawRow, key: str) -> str:
    return str(ticket.get(key) or "").strip()
