from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.found_customers import FoundCustomers
from ...models.problem import Problem
from ...models.search_customers_body import SearchCustomersBody
from ...types import Response


def _get_kwargs(
    *,
    body: SearchCustomersBody,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v2/customers/search",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> FoundCustomers | Problem | None:
    if response.status_code == 200:
        response_200 = FoundCustomers.from_dict(response.json())

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
) -> Response[FoundCustomers | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: SearchCustomersBody,
) -> Response[FoundCustomers | Problem]:
    """Find people by whatever is known of them; what is searched for stands in no address

     Find people by whatever is known of them; what is searched for stands in no address.

    As the search box of the pages: names may be misspelt, shortened or begun. Phone and e-mail are
    shown whole only if they were searched for.

    Args:
        body (SearchCustomersBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FoundCustomers | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: SearchCustomersBody,
) -> FoundCustomers | Problem | None:
    """Find people by whatever is known of them; what is searched for stands in no address

     Find people by whatever is known of them; what is searched for stands in no address.

    As the search box of the pages: names may be misspelt, shortened or begun. Phone and e-mail are
    shown whole only if they were searched for.

    Args:
        body (SearchCustomersBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FoundCustomers | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: SearchCustomersBody,
) -> Response[FoundCustomers | Problem]:
    """Find people by whatever is known of them; what is searched for stands in no address

     Find people by whatever is known of them; what is searched for stands in no address.

    As the search box of the pages: names may be misspelt, shortened or begun. Phone and e-mail are
    shown whole only if they were searched for.

    Args:
        body (SearchCustomersBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FoundCustomers | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: SearchCustomersBody,
) -> FoundCustomers | Problem | None:
    """Find people by whatever is known of them; what is searched for stands in no address

     Find people by whatever is known of them; what is searched for stands in no address.

    As the search box of the pages: names may be misspelt, shortened or begun. Phone and e-mail are
    shown whole only if they were searched for.

    Args:
        body (SearchCustomersBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FoundCustomers | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
