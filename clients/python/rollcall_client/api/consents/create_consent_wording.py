from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.consent_wording import ConsentWording
from ...models.create_consent_wording_sent_wording import (
    CreateConsentWordingSentWording,
)
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: CreateConsentWordingSentWording,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v2/consent-wordings",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ConsentWording | Problem | None:
    if response.status_code == 201:
        response_201 = ConsentWording.from_dict(response.json())

        return response_201

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
) -> Response[ConsentWording | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateConsentWordingSentWording,
    idempotency_key: str | Unset = UNSET,
) -> Response[ConsentWording | Problem]:
    """Add a text as the next version; the text of the newest one is that one

     Add a text as the next version; the text of the newest one is that one.

    For keys of all stores, and managers.

    Args:
        idempotency_key (str | Unset):
        body (CreateConsentWordingSentWording): A text in a language (BCP 47) for a purpose and a
            channel.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ConsentWording | Problem]
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
    body: CreateConsentWordingSentWording,
    idempotency_key: str | Unset = UNSET,
) -> ConsentWording | Problem | None:
    """Add a text as the next version; the text of the newest one is that one

     Add a text as the next version; the text of the newest one is that one.

    For keys of all stores, and managers.

    Args:
        idempotency_key (str | Unset):
        body (CreateConsentWordingSentWording): A text in a language (BCP 47) for a purpose and a
            channel.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ConsentWording | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateConsentWordingSentWording,
    idempotency_key: str | Unset = UNSET,
) -> Response[ConsentWording | Problem]:
    """Add a text as the next version; the text of the newest one is that one

     Add a text as the next version; the text of the newest one is that one.

    For keys of all stores, and managers.

    Args:
        idempotency_key (str | Unset):
        body (CreateConsentWordingSentWording): A text in a language (BCP 47) for a purpose and a
            channel.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ConsentWording | Problem]
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
    body: CreateConsentWordingSentWording,
    idempotency_key: str | Unset = UNSET,
) -> ConsentWording | Problem | None:
    """Add a text as the next version; the text of the newest one is that one

     Add a text as the next version; the text of the newest one is that one.

    For keys of all stores, and managers.

    Args:
        idempotency_key (str | Unset):
        body (CreateConsentWordingSentWording): A text in a language (BCP 47) for a purpose and a
            channel.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ConsentWording | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
