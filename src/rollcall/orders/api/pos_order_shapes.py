"""What OpenAPI says of orders at the POS: shapes, problems, bodies."""

from __future__ import annotations

from typing import Final, Literal

from ninja import Schema
from pydantic import Field, RootModel

from rollcall.api import problems
from rollcall.api.describing import Body, Description
from rollcall.api.kiosks import IDEMPOTENCY
from rollcall.customers.api import PROOF
from rollcall.orders.api.kiosk_shapes import SHARED
from rollcall.pos.orders import OrderStatus


class PosOrderItem(Schema):
    """A line of an order at the POS."""

    id: int = Field(description="Its place in the order, from 1 on.")
    product_id: str
    sku: str
    name: str
    quantity: float
    price_total: str | None = Field(description="With two places; null if it is not known.")


class PosOrder(Schema):
    """An order as its POS holds it; while it is pending, as it was sent."""

    id: str = Field(description="The POS's id; while it is pending, Rollcall's.")
    customer_id: str | None = Field(description="The POS's id of who ordered; null: nobody.")
    order_number: str
    status: str = Field(description="The POS's own word; empty while it is pending.")
    amount: str | None
    items: list[PosOrderItem]


class PlacedPosOrder(PosOrder):
    """An order that was asked for."""

    resumed: bool = Field(description="The lines were added to an open order of the same person.")


class PosOrderAnswer(Schema):
    """How far an order has come."""

    order: PlacedPosOrder
    pos_status: Literal["placed", "pending", "mailed", "refused"]
    pending_id: str | None = Field(description="Ask for the order by it while it is pending.")


class PosOrderStatusAnswer(Schema):
    """An order whose status was set, or will be."""

    order: PosOrder
    pos_status: Literal["set", "pending", "refused"]
    pending_id: str | None


class PrintedPosOrder(Schema):
    """An order after it was printed, as the original system listed it."""

    id: int
    order_id: str
    customer_id: str | None
    store_id: int
    amount: str | None
    status: str
    printed_id: str
    printed_date: str


class PrintedPosOrders(RootModel[list[PrintedPosOrder]]):
    """The one order that was printed, in a list as the original had it."""


_SENT: Final = (
    problems.ORDER_MISSING,
    problems.CONTENT_TOO_LARGE,
    problems.INVALID,
    problems.KEY_REUSED,
    problems.KEY_IN_FLIGHT,
)
_PLACES: Final = (
    problems.ORDERS_NOT_TAKEN,
    problems.PROOF_NEEDED,
    problems.POS_FAILED,
)
_TEXT: Final = {"type": ["string", "null"]}
_ID: Final = {"type": ["string", "integer", "null"]}
_PLACE_BODY: Final = Body(
    schema={
        "type": "object",
        "required": ["order"],
        "properties": {
            "order": {
                "type": "object",
                "description": "Other members, cart_id among them, are ignored.",
                "required": ["items"],
                "properties": {
                    "order_number": _ID,
                    "customer_id": _ID,
                    "notes": _TEXT,
                    "customer_name": _TEXT,
                    "customer_email": _TEXT,
                    "items": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["product_id", "quantity"],
                            "properties": {
                                "product_id": {"type": ["string", "integer"]},
                                "quantity": {"type": ["number", "string"]},
                                "product_value_id": _ID,
                            },
                        },
                    },
                },
            }
        },
    },
    example={
        "order": {
            "order_number": "K7-00231",
            "customer_id": "1042",
            "notes": "comes at six",
            "customer_name": "Ana Ramirez",
            "customer_email": "ana@example.com",
            "items": [{"product_id": "BD-035", "quantity": 2, "product_value_id": "71"}],
        }
    },
)
_STATUS_BODY: Final = Body(
    schema={
        "type": "object",
        "required": ["order"],
        "properties": {
            "order": {
                "type": "object",
                "required": ["ticket_id", "order_status"],
                "properties": {
                    "customer_id": _ID,
                    "ticket_id": {"type": ["string", "integer"]},
                    "order_status": {
                        "type": "string",
                        "enum": [one.value.upper() for one in OrderStatus],
                    },
                },
            }
        },
    },
    example={
        "order": {
            "customer_id": "1042",
            "ticket_id": "5b1f6c1e-0000-4000-8000-000000000001",
            "order_status": "CANCELED",
        }
    },
)
_PRINT_BODY: Final = Body(
    schema={
        "type": "object",
        "required": ["order"],
        "properties": {
            "order": {
                "type": "object",
                "properties": {"printed_id": _ID, "printed_date": _TEXT},
            }
        },
    },
    example={"order": {"printed_id": "P-118", "printed_date": "2026-11-20 12:31"}},
)
PLACE: Final = Description(
    problems=(*SHARED, *_SENT, *_PLACES, problems.ORDER_EXISTS),
    parameters=(IDEMPOTENCY, PROOF),
    body=_PLACE_BODY,
)
READ: Final = Description(
    problems=(*SHARED, problems.PROOF_NEEDED, problems.ORDER_EXISTS, problems.POS_FAILED),
    parameters=(PROOF,),
)
STATUS: Final = Description(
    problems=(*SHARED, *_SENT, *_PLACES, problems.STATUS_UNKNOWN),
    parameters=(IDEMPOTENCY, PROOF),
    body=_STATUS_BODY,
)
PRINT: Final = Description(problems=(*SHARED, *_SENT), parameters=(IDEMPOTENCY,), body=_PRINT_BODY)
