from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.look_up_at_pos_wanted import LookUpAtPosWanted
from ...models.pos_rows import PosRows
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    connection_id: str,
    *,
    body: LookUpAtPosWanted,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v2/connections/{connection_id}/lookup".format(
            connection_id=quote(str(connection_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PosRows | Problem | None:
    if response.status_code == 200:
        response_200 = PosRows.from_dict(response.json())

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

    if response.status_code == 502:
        response_502 = Problem.from_dict(response.json())

        return response_502

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PosRows | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    connection_id: str,
    *,
    client: AuthenticatedClient,
    body: LookUpAtPosWanted,
) -> Response[PosRows | Problem]:
    """Ask a POS who it knows, now, by its id or by what is known

     Ask a POS who it knows, now, by its id or by what is known. For administrators.

    Nothing of the answer is kept. What is asked for stands in no address and in no log. 502
    `pos_failed` if the POS does not answer within eight seconds.

    Args:
        connection_id (str):
        body (LookUpAtPosWanted): Whom to ask the POS for: its own id, or what is known of them.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PosRows | Problem]
    """

    kwargs = _get_kwargs(
        connection_id=connection_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    connection_id: str,
    *,
    client: AuthenticatedClient,
    body: LookUpAtPosWanted,
) -> PosRows | Problem | None:
    """Ask a POS who it knows, now, by its id or by what is known

     Ask a POS who it knows, now, by its id or by what is known. For administrators.

    Nothing of the answer is kept. What is asked for stands in no address and in no log. 502
    `pos_failed` if the POS does not answer within eight seconds.

    Args:
        connection_id (str):
        body (LookUpAtPosWanted): Whom to ask the POS for: its own id, or what is known of them.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PosRows | Problem
    """

    return sync_detailed(
        connection_id=connection_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    connection_id: str,
    *,
    client: AuthenticatedClient,
    body: LookUpAtPosWanted,
) -> Response[PosRows | Problem]:
    """Ask a POS who it knows, now, by its id or by what is known

     Ask a POS who it knows, now, by its id or by what is known. For administrators.

    Nothing of the answer is kept. What is asked for stands in no address and in no log. 502
    `pos_failed` if the POS does not answer within eight seconds.

    Args:
        connection_id (str):
        body (LookUpAtPosWanted): Whom to ask the POS for: its own id, or what is known of them.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PosRows | Problem]
    """

    kwargs = _get_kwargs(
        connection_id=connection_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    connection_id: str,
    *,
    client: AuthenticatedClient,
    body: LookUpAtPosWanted,
) -> PosRows | Problem | None:
    """Ask a POS who it knows, now, by its id or by what is known

     Ask a POS who it knows, now, by its id or by what is known. For administrators.

    Nothing of the answer is kept. What is asked for stands in no address and in no log. 502
    `pos_failed` if the POS does not answer within eight seconds.

    Args:
        connection_id (str):
        body (LookUpAtPosWanted): Whom to ask the POS for: its own id, or what is known of them.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PosRows | Problem
    """

    return (
        await asyncio_detailed(
            connection_id=connection_id,
            client=client,
            body=body,
        )
    ).parsed
