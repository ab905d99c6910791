import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.customers import Customers
from ...models.list_customers_sort import ListCustomersSort
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    store: str | Unset = UNSET,
    updated_since: datetime.datetime | Unset = UNSET,
    fields: str | Unset = UNSET,
    sort: ListCustomersSort | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["store"] = store

    json_updated_since: str | Unset = UNSET
    if not isinstance(updated_since, Unset):
        json_updated_since = updated_since.isoformat()
    params["updated_since"] = json_updated_since

    params["fields"] = fields

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    params["cursor"] = cursor

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/customers",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Customers | Problem | None:
    if response.status_code == 200:
        response_200 = Customers.from_dict(response.json())

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
) -> Response[Customers | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    store: str | Unset = UNSET,
    updated_since: datetime.datetime | Unset = UNSET,
    fields: str | Unset = UNSET,
    sort: ListCustomersSort | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Response[Customers | Problem]:
    """List people, page by page, in the order in which they came

     List people, page by page, in the order in which they came.

    A page may be short, even empty, although `next` says that more follow. Who was merged is listed
    as who they are now.

    Args:
        store (str | Unset):
        updated_since (datetime.datetime | Unset):
        fields (str | Unset):
        sort (ListCustomersSort | Unset):
        cursor (str | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Customers | Problem]
    """

    kwargs = _get_kwargs(
        store=store,
        updated_since=updated_since,
        fields=fields,
        sort=sort,
        cursor=cursor,
        limit=limit,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    store: str | Unset = UNSET,
    updated_since: datetime.datetime | Unset = UNSET,
    fields: str | Unset = UNSET,
    sort: ListCustomersSort | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Customers | Problem | None:
    """List people, page by page, in the order in which they came

     List people, page by page, in the order in which they came.

    A page may be short, even empty, although `next` says that more follow. Who was merged is listed
    as who they are now.

    Args:
        store (str | Unset):
        updated_since (datetime.datetime | Unset):
        fields (str | Unset):
        sort (ListCustomersSort | Unset):
        cursor (str | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Customers | Problem
    """

    return sync_detailed(
        client=client,
        store=store,
        updated_since=updated_since,
        fields=fields,
        sort=sort,
        cursor=cursor,
        limit=limit,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    store: str | Unset = UNSET,
    updated_since: datetime.datetime | Unset = UNSET,
    fields: str | Unset = UNSET,
    sort: ListCustomersSort | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Response[Customers | Problem]:
    """List people, page by page, in the order in which they came

     List people, page by page, in the order in which they came.

    A page may be short, even empty, although `next` says that more follow. Who was merged is listed
    as who they are now.

    Args:
        store (str | Unset):
        updated_since (datetime.datetime | Unset):
        fields (str | Unset):
        sort (ListCustomersSort | Unset):
        cursor (str | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Customers | Problem]
    """

    kwargs = _get_kwargs(
        store=store,
        updated_since=updated_since,
        fields=fields,
        sort=sort,
        cursor=cursor,
        limit=limit,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    store: str | Unset = UNSET,
    updated_since: datetime.datetime | Unset = UNSET,
    fields: str | Unset = UNSET,
    sort: ListCustomersSort | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Customers | Problem | None:
    """List people, page by page, in the order in which they came

     List people, page by page, in the order in which they came.

    A page may be short, even empty, although `next` says that more follow. Who was merged is listed
    as who they are now.

    Args:
        store (str | Unset):
        updated_since (datetime.datetime | Unset):
        fields (str | Unset):
        sort (ListCustomersSort | Unset):
        cursor (str | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Customers | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            store=store,
            updated_since=updated_since,
            fields=fields,
            sort=sort,
            cursor=cursor,
            limit=limit,
        )
    ).parsed
