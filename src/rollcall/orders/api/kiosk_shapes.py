"""What OpenAPI says of the kiosk API's orders: shapes, problems, examples."""

from __future__ import annotations

from typing import Final

from ninja import Schema
from pydantic import Field

from rollcall.api import problems
from rollcall.api.describing import Body, Description, Example, Parameter, problem_example
from rollcall.api.kiosks import IDEMPOTENCY
from rollcall.orders.rules.kiosk_lists import DIRECTIONS, MOST_PER_PAGE, PER_PAGE, SORTS


class KioskLine(Schema):
    """A line: name and price are what they were when it was ordered."""

    sku: str
    name: str
    product_value_id: str
    value_name: str
    quantity: int
    price: str


class KioskOrderRow(Schema):
    """An order; keys and spelling are the original system's, and what came since."""

    id: int
    uuid: str
    client_id: int = Field(description="The retailer, by the key.")
    kiosks_id: int | str = Field(description="The kiosk at which it was placed: its catalog_id.")
    first_name: str
    last_name: str
    amount: str = Field(description="With two places, such as 45.00.")
    date: str
    payed: bool
    customer_id: str | None = Field(description="Rollcall's id of whose order it is, if known.")
    products: list[KioskLine]


class PageMeta(Schema):
    """Which page of how many."""

    current_page: int
    next_page: int | None
    prev_page: int | None
    total_pages: int
    total_count: int


class KioskOrderRows(Schema):
    """A page of orders of the kiosk's store."""

    order_customers: list[KioskOrderRow]
    meta: PageMeta


SHARED: Final = (
    problems.UNAUTHENTICATED,
    problems.NOT_FOUND,
    problems.METHOD_NOT_ALLOWED,
    problems.BAD_REQUEST,
    problems.URI_TOO_LONG,
    problems.TOO_MANY_REQUESTS,
    problems.INTERNAL_ERROR,
    problems.UNAVAILABLE,
)
_SENT: Final = (
    problems.ORDER_MISSING,
    problems.CONTENT_TOO_LARGE,
    problems.INVALID,
    problems.KEY_REUSED,
    problems.KEY_IN_FLIGHT,
)
_ORDER: Final = {
    "order": {
        "first_name": "Nora",
        "last_name": "Okafor",
        "amount": "45.00",
        "products": [{"sku": "BD-035", "quantity": 1, "product_value_id": "71"}],
    }
}
_ORDER_BODY: Final = Body(
    schema={
        "type": "object",
        "required": ["order"],
        "properties": {
            "order": {
                "type": "object",
                "description": "Other members, kiosks_id and client_id among them, are ignored.",
                "required": ["first_name", "last_name", "amount", "products"],
                "properties": {
                    "first_name": {"type": "string"},
                    "last_name": {"type": "string"},
                    "amount": {"type": ["string", "number"]},
                    "customer_id": {"type": ["string", "null"]},
                    "phone": {"type": ["string", "null"]},
                    "email": {"type": ["string", "null"]},
                    "products": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["sku", "quantity"],
                            "properties": {
                                "sku": {"type": "string"},
                                "quantity": {"type": "integer"},
                                "product_value_id": {"type": ["string", "integer", "null"]},
                            },
                        },
                    },
                },
            }
        },
    },
    example=_ORDER,
)
_PAYED_BODY: Final = Body(
    schema={
        "type": "object",
        "required": ["order"],
        "properties": {
            "order": {
                "type": "object",
                "required": ["payed"],
                "properties": {"payed": {"type": "boolean"}},
            }
        },
    },
    example={"order": {"payed": True}},
)
_PARAMETERS: Final = (
    Parameter(name="q", description="A part of the uuid.", example="3f2a91bc"),
    Parameter(name="page", description="From 1 on; 1 at first.", example="2"),
    Parameter(
        name="per_page",
        description=f"{PER_PAGE} at first; {MOST_PER_PAGE} at most, more is taken for that.",
        example="25",
    ),
    Parameter(name="sort_by", description=f"One of {', '.join(SORTS)}.", example="date"),
    Parameter(
        name="sort_direction", description=f"One of {', '.join(DIRECTIONS)}.", example="desc"
    ),
)
LIST: Final = Description(
    problems=(*SHARED, problems.PARAMETER_REPEATED),
    parameters=_PARAMETERS,
    examples=(
        Example(
            name="none",
            summary="No order has such a uuid",
            path="/42/customer_order?q=nothing",
            status=200,
            body={
                "order_customers": [],
                "meta": {
                    "current_page": 1,
                    "next_page": None,
                    "prev_page": None,
                    "total_pages": 0,
                    "total_count": 0,
                },
            },
        ),
        Example(
            name="unsorted",
            summary="Sorted by what cannot be sorted by",
            path="/42/customer_order?sort_by=first_name",
            status=400,
            body=problem_example(problems.BAD_REQUEST, f"sort_by is none of {', '.join(SORTS)}."),
        ),
    ),
)
PLACE: Final = Description(
    problems=(*SHARED, *_SENT, problems.AMOUNT_DIFFERS),
    parameters=(IDEMPOTENCY,),
    body=_ORDER_BODY,
)
PAY: Final = Description(
    problems=(*SHARED, *_SENT, problems.FORBIDDEN),
    parameters=(IDEMPOTENCY,),
    body=_PAYED_BODY,
)
