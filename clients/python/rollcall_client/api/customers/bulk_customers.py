from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.bulk_customers_bulk import BulkCustomersBulk
from ...models.bulk_told import BulkTold
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    *,
    body: BulkCustomersBulk,
    idempotency_key: str,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v2/customers/bulk",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> BulkTold | Problem | None:
    if response.status_code == 200:
        response_200 = BulkTold.from_dict(response.json())

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
) -> Response[BulkTold | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: BulkCustomersBulk,
    idempotency_key: str,
) -> Response[BulkTold | Problem]:
    """Register and change up to 1,000 people, each row by itself

     Register and change up to 1,000 people, each row by itself.

    Every row is a transaction of its own: what is told as done is done, whatever happens later. New
    people are searched for first, as in `createCustomer`. After twenty seconds the answer says how
    far it came; the same request with the same key goes on. POS systems are not waited for.

    Args:
        idempotency_key (str):
        body (BulkCustomersBulk):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BulkTold | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: BulkCustomersBulk,
    idempotency_key: str,
) -> BulkTold | Problem | None:
    """Register and change up to 1,000 people, each row by itself

     Register and change up to 1,000 people, each row by itself.

    Every row is a transaction of its own: what is told as done is done, whatever happens later. New
    people are searched for first, as in `createCustomer`. After twenty seconds the answer says how
    far it came; the same request with the same key goes on. POS systems are not waited for.

    Args:
        idempotency_key (str):
        body (BulkCustomersBulk):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BulkTold | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: BulkCustomersBulk,
    idempotency_key: str,
) -> Response[BulkTold | Problem]:
    """Register and change up to 1,000 people, each row by itself

     Register and change up to 1,000 people, each row by itself.

    Every row is a transaction of its own: what is told as done is done, whatever happens later. New
    people are searched for first, as in `createCustomer`. After twenty seconds the answer says how
    far it came; the same request with the same key goes on. POS systems are not waited for.

    Args:
        idempotency_key (str):
        body (BulkCustomersBulk):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BulkTold | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: BulkCustomersBulk,
    idempotency_key: str,
) -> BulkTold | Problem | None:
    """Register and change up to 1,000 people, each row by itself

     Register and change up to 1,000 people, each row by itself.

    Every row is a transaction of its own: what is told as done is done, whatever happens later. New
    people are searched for first, as in `createCustomer`. After twenty seconds the answer says how
    far it came; the same request with the same key goes on. POS systems are not waited for.

    Args:
        idempotency_key (str):
        body (BulkCustomersBulk):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BulkTold | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
