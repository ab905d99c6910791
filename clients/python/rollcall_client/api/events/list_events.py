from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.events import Events
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    limit: str | Unset = UNSET,
    types: str | Unset = UNSET,
    start: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    params["limit"] = limit

    params["types"] = types

    params["start"] = start

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/events",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Events | Problem | None:
    if response.status_code == 200:
        response_200 = Events.from_dict(response.json())

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
) -> Response[Events | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: str | Unset = UNSET,
    types: str | Unset = UNSET,
    start: str | Unset = UNSET,
) -> Response[Events | Problem]:
    """Read what changed, in order, and never miss anything: what is committed late comes late

     Read what changed, in order, and never miss anything: what is committed late comes late.

    An event may come twice, if a cursor is used twice; its `id` tells. A page may be empty although
    `has_more` says that there is more: it held events of other stores.

    Args:
        cursor (str | Unset):
        limit (str | Unset):
        types (str | Unset):
        start (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Events | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        limit=limit,
        types=types,
        start=start,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: str | Unset = UNSET,
    types: str | Unset = UNSET,
    start: str | Unset = UNSET,
) -> Events | Problem | None:
    """Read what changed, in order, and never miss anything: what is committed late comes late

     Read what changed, in order, and never miss anything: what is committed late comes late.

    An event may come twice, if a cursor is used twice; its `id` tells. A page may be empty although
    `has_more` says that there is more: it held events of other stores.

    Args:
        cursor (str | Unset):
        limit (str | Unset):
        types (str | Unset):
        start (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Events | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        limit=limit,
        types=types,
        start=start,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: str | Unset = UNSET,
    types: str | Unset = UNSET,
    start: str | Unset = UNSET,
) -> Response[Events | Problem]:
    """Read what changed, in order, and never miss anything: what is committed late comes late

     Read what changed, in order, and never miss anything: what is committed late comes late.

    An event may come twice, if a cursor is used twice; its `id` tells. A page may be empty although
    `has_more` says that there is more: it held events of other stores.

    Args:
        cursor (str | Unset):
        limit (str | Unset):
        types (str | Unset):
        start (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Events | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        limit=limit,
        types=types,
        start=start,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: str | Unset = UNSET,
    types: str | Unset = UNSET,
    start: str | Unset = UNSET,
) -> Events | Problem | None:
    """Read what changed, in order, and never miss anything: what is committed late comes late

     Read what changed, in order, and never miss anything: what is committed late comes late.

    An event may come twice, if a cursor is used twice; its `id` tells. A page may be empty although
    `has_more` says that there is more: it held events of other stores.

    Args:
        cursor (str | Unset):
        limit (str | Unset):
        types (str | Unset):
        start (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Events | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            limit=limit,
            types=types,
            start=start,
        )
    ).parsed
