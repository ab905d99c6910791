"""What stores sell, for programs: list it, and bring it in line in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import (
    PAGING,
    Sent,
    describe,
    read_body,
    read_id_cursor,
    read_limit,
    write_cursor,
)
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.integrations import Asked, answer
from rollcall.api.platform import IDEMPOTENCY, do_once
from rollcall.api.problems import NOT_FOUND
from rollcall.orders.api.asking import (
    LISTED,
    READ,
    WRITE_PRODUCTS,
    WRITTEN,
    get_store,
)
from rollcall.orders.operations.catalogue import save_products
from rollcall.orders.presentation.kiosk_rows import product_row
from rollcall.orders.queries.products import list_products
from rollcall.orders.rules.products import (
    LONGEST_SKU,
    Errors,
    ProductInvalidError,
    ProductSaid,
    read_product,
)

#: Products of one request.
MOST: Final = 1_000

router = Router(tags=["products"])


class PriceTold(Schema):
    """A price of a product under a name; kiosks send its `id` as `product_value_id`."""

    id: str
    name: str
    value: str


class ProductTold(Schema):
    """A product with the prices that it has now."""

    sku: str
    name: str
    active: bool
    values: list[PriceTold]


class Products(Schema):
    """A page of what a store sells."""

    items: list[ProductTold]
    next: str | None


class ProductResult(Schema):
    """What became of one product; `index` is its place in the request, from 0 on."""

    index: int
    sku: str | None
    result: str = Field(description="created, updated, unchanged or invalid.")
    errors: dict[str, list[str]] | None


class ProductResults(Schema):
    """What became of each product, in the order of the request."""

    items: list[ProductResult]


class SentProducts(Sent):
    """Products to be created, or brought in line, by their skus."""

    products: list[dict[str, Any]] = Field(min_length=1, max_length=MOST)


_EXAMPLE: Final = {
    "products": [
        {
            "sku": "BD-035",
            "name": "Blue Dream",
            "values": [{"id": "71", "name": "3.5 g", "value": "45.00"}],
        }
    ]
}
_NO_STORE: Final = problem_example(NOT_FOUND, "There is no such store.")
_LIST: Final = Description(
    problems=LISTED,
    parameters=PAGING,
    examples=(
        Example(
            name="no_store",
            summary="A store that is not the key's",
            path="/stores/nowhere/products",
            status=404,
            body=_NO_STORE,
        ),
    ),
)
_SAVE: Final = Description(
    problems=WRITTEN,
    parameters=(IDEMPOTENCY,),
    body=describe(SentProducts, _EXAMPLE),
    examples=(
        Example(
            name="no_store",
            summary="A store that is not the key's",
            method="POST",
            path="/stores/nowhere/products",
            sent=_EXAMPLE,
            status=404,
            body=_NO_STORE,
        ),
    ),
)


@router.get("/stores/{store}/products", operation_id="listProducts", **_LIST.declared(Products))
def list_all(request: HttpRequest, store: str) -> HttpResponse:
    """List what a store sells, and what it sells no more (`active` is false)."""
    return answer(request, READ, lambda asked: _list(asked, store))


@router.post(
    "/stores/{store}/products", operation_id="saveProducts", **_SAVE.declared(ProductResults)
)
def save(request: HttpRequest, store: str) -> HttpResponse:
    """Create or update up to 1,000 products of a store by their skus. For managers.

    Each has `sku`, `name`, `values` (its prices: `id`, `name`, `value`) and perhaps `active`. What
    cannot be used is told row by row (`invalid`), and the others are stored. A product's prices
    become those that are sent. Products that are not sent stay as they are.
    """
    return answer(request, WRITE_PRODUCTS, lambda asked: _save(asked, store))


def _list(asked: Asked, slug: str) -> Answer:
    limit, after = read_limit(asked.http), read_id_cursor(asked.http)
    found = list_products(asked.scope, get_store(asked, slug), after=after, limit=limit)
    is_full = len(found) == limit
    return json_answer(
        {
            "items": [product_row(one) for one in found],
            "next": write_cursor(found[-1].pk) if is_full else None,
        }
    )


def _save(asked: Asked, slug: str) -> Answer:
    store = get_store(asked, slug)
    products, wrong = _read(read_body(SentProducts, asked.http.body).products)

    def act() -> dict[str, Any]:
        saved = save_products(asked.scope, store, list(products.values()))
        return {"results": [one.action.value for one in saved]}

    results = do_once(asked, act)["results"]
    told = {
        index: _result(index, product.sku, result)
        for (index, product), result in zip(products.items(), results, strict=True)
    }
    told |= {index: _result(index, sku, "invalid", errors) for index, sku, errors in wrong}
    return json_answer({"items": [told[index] for index in sorted(told)]})


def _read(
    sent: Sequence[dict[str, Any]],
) -> tuple[dict[int, ProductSaid], list[tuple[int, str | None, Errors]]]:
    """Those that can be used, and what is wrong with the others, by their place."""
    products: dict[int, ProductSaid] = {}
    wrong: list[tuple[int, str | None, Errors]] = []
    seen: set[str] = set()
    for index, one in enumerate(sent):
        try:
            product = read_product(one)
        except ProductInvalidError as error:
            wrong.append((index, _sku_of(one), {**error.errors}))
            continue
        if product.sku in seen:
            wrong.append((index, product.sku, {"sku": ["stands there twice"]}))
            continue
        seen.add(product.sku)
        products[index] = product
    return products, wrong


def _sku_of(sent: dict[str, Any]) -> str | None:
    sku = sent.get("sku")
    is_one = isinstance(sku, str) and len(sku) <= LONGEST_SKU and sku.isprintable()
    return sku if is_one else None


def _result(
    index: int, sku: str | None, result: str, errors: Errors | None = None
) -> dict[str, Any]:
    return {"index": index, "sku": sku, "result": result, "errors": errors}
