from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.product_results import ProductResults
from ...models.save_products_sent_products import SaveProductsSentProducts
from ...types import UNSET, Response, Unset


def _get_kwargs(
    store: str,
    *,
    body: SaveProductsSentProducts,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v2/stores/{store}/products".format(
            store=quote(str(store), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | ProductResults | None:
    if response.status_code == 200:
        response_200 = ProductResults.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())

        return response_404

    if response.status_code == 405:
        response_405 = Problem.from_dict(response.json())

        return response_405

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())

        return response_413

    if response.status_code == 414:
        response_414 = Problem.from_dict(response.json())

        return response_414

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = Problem.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = Problem.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Problem | ProductResults]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    store: str,
    *,
    client: AuthenticatedClient,
    body: SaveProductsSentProducts,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | ProductResults]:
    """Create or update up to 1,000 products of a store by their skus

     Create or update up to 1,000 products of a store by their skus. For managers.

    Each has `sku`, `name`, `values` (its prices: `id`, `name`, `value`) and perhaps `active`. What
    cannot be used is told row by row (`invalid`), and the others are stored. A product's prices
    become those that are sent. Products that are not sent stay as they are.

    Args:
        store (str):
        idempotency_key (str | Unset):
        body (SaveProductsSentProducts): Products to be created, or brought in line, by their
            skus.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | ProductResults]
    """

    kwargs = _get_kwargs(
        store=store,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    store: str,
    *,
    client: AuthenticatedClient,
    body: SaveProductsSentProducts,
    idempotency_key: str | Unset = UNSET,
) -> Problem | ProductResults | None:
    """Create or update up to 1,000 products of a store by their skus

     Create or update up to 1,000 products of a store by their skus. For managers.

    Each has `sku`, `name`, `values` (its prices: `id`, `name`, `value`) and perhaps `active`. What
    cannot be used is told row by row (`invalid`), and the others are stored. A product's prices
    become those that are sent. Products that are not sent stay as they are.

    Args:
        store (str):
        idempotency_key (str | Unset):
        body (SaveProductsSentProducts): Products to be created, or brought in line, by their
            skus.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | ProductResults
    """

    return sync_detailed(
        store=store,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    store: str,
    *,
    client: AuthenticatedClient,
    body: SaveProductsSentProducts,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | ProductResults]:
    """Create or update up to 1,000 products of a store by their skus

     Create or update up to 1,000 products of a store by their skus. For managers.

    Each has `sku`, `name`, `values` (its prices: `id`, `name`, `value`) and perhaps `active`. What
    cannot be used is told row by row (`invalid`), and the others are stored. A product's prices
    become those that are sent. Products that are not sent stay as they are.

    Args:
        store (str):
        idempotency_key (str | Unset):
        body (SaveProductsSentProducts): Products to be created, or brought in line, by their
            skus.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | ProductResults]
    """

    kwargs = _get_kwargs(
        store=store,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    store: str,
    *,
    client: AuthenticatedClient,
    body: SaveProductsSentProducts,
    idempotency_key: str | Unset = UNSET,
) -> Problem | ProductResults | None:
    """Create or update up to 1,000 products of a store by their skus

     Create or update up to 1,000 products of a store by their skus. For managers.

    Each has `sku`, `name`, `values` (its prices: `id`, `name`, `value`) and perhaps `active`. What
    cannot be used is told row by row (`invalid`), and the others are stored. A product's prices
    become those that are sent. Products that are not sent stay as they are.

    Args:
        store (str):
        idempotency_key (str | Unset):
        body (SaveProductsSentProducts): Products to be created, or brought in line, by their
            skus.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | ProductResults
    """

    return (
        await asyncio_detailed(
            store=store,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
