from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.kiosk_told import KioskTold
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    kiosk_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/kiosks/{kiosk_id}".format(
            kiosk_id=quote(str(kiosk_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KioskTold | Problem | None:
    if response.status_code == 200:
        response_200 = KioskTold.from_dict(response.json())

        return response_200

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

    if response.status_code == 414:
        response_414 = Problem.from_dict(response.json())

        return response_414

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
) -> Response[KioskTold | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    kiosk_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[KioskTold | Problem]:
    """Read one kiosk by its `catalog_id`

     Read one kiosk by its `catalog_id`.

    Args:
        kiosk_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KioskTold | Problem]
    """

    kwargs = _get_kwargs(
        kiosk_id=kiosk_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    kiosk_id: str,
    *,
    client: AuthenticatedClient,
) -> KioskTold | Problem | None:
    """Read one kiosk by its `catalog_id`

     Read one kiosk by its `catalog_id`.

    Args:
        kiosk_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KioskTold | Problem
    """

    return sync_detailed(
        kiosk_id=kiosk_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    kiosk_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[KioskTold | Problem]:
    """Read one kiosk by its `catalog_id`

     Read one kiosk by its `catalog_id`.

    Args:
        kiosk_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KioskTold | Problem]
    """

    kwargs = _get_kwargs(
        kiosk_id=kiosk_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    kiosk_id: str,
    *,
    client: AuthenticatedClient,
) -> KioskTold | Problem | None:
    """Read one kiosk by its `catalog_id`

     Read one kiosk by its `catalog_id`.

    Args:
        kiosk_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KioskTold | Problem
    """

    return (
        await asyncio_detailed(
            kiosk_id=kiosk_id,
            client=client,
        )
    ).parsed
