import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.may_contact import MayContact
from ...models.may_contact_channel import MayContactChannel
from ...models.may_contact_purpose import MayContactPurpose
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    customer_id: str,
    *,
    channel: MayContactChannel,
    purpose: MayContactPurpose,
    at: datetime.datetime | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_channel = channel.value
    params["channel"] = json_channel

    json_purpose = purpose.value
    params["purpose"] = json_purpose

    json_at: str | Unset = UNSET
    if not isinstance(at, Unset):
        json_at = at.isoformat()
    params["at"] = json_at

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v2/customers/{customer_id}/may-contact".format(
            customer_id=quote(str(customer_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> MayContact | Problem | None:
    if response.status_code == 200:
        response_200 = MayContact.from_dict(response.json())

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
) -> Response[MayContact | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    customer_id: str,
    *,
    client: AuthenticatedClient,
    channel: MayContactChannel,
    purpose: MayContactPurpose,
    at: datetime.datetime | Unset = UNSET,
) -> Response[MayContact | Problem]:
    """Say whether somebody may be contacted, and what proves it; ask before every message

     Say whether somebody may be contacted, and what proves it; ask before every message.

    It is about the phone or e-mail that the person has now. Texts and calls are not for the night
    of the store. It is no read of a profile, and is not audited.

    Args:
        customer_id (str):
        channel (MayContactChannel):
        purpose (MayContactPurpose):
        at (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MayContact | Problem]
    """

    kwargs = _get_kwargs(
        customer_id=customer_id,
        channel=channel,
        purpose=purpose,
        at=at,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    customer_id: str,
    *,
    client: AuthenticatedClient,
    channel: MayContactChannel,
    purpose: MayContactPurpose,
    at: datetime.datetime | Unset = UNSET,
) -> MayContact | Problem | None:
    """Say whether somebody may be contacted, and what proves it; ask before every message

     Say whether somebody may be contacted, and what proves it; ask before every message.

    It is about the phone or e-mail that the person has now. Texts and calls are not for the night
    of the store. It is no read of a profile, and is not audited.

    Args:
        customer_id (str):
        channel (MayContactChannel):
        purpose (MayContactPurpose):
        at (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MayContact | Problem
    """

    return sync_detailed(
        customer_id=customer_id,
        client=client,
        channel=channel,
        purpose=purpose,
        at=at,
    ).parsed


async def asyncio_detailed(
    customer_id: str,
    *,
    client: AuthenticatedClient,
    channel: MayContactChannel,
    purpose: MayContactPurpose,
    at: datetime.datetime | Unset = UNSET,
) -> Response[MayContact | Problem]:
    """Say whether somebody may be contacted, and what proves it; ask before every message

     Say whether somebody may be contacted, and what proves it; ask before every message.

    It is about the phone or e-mail that the person has now. Texts and calls are not for the night
    of the store. It is no read of a profile, and is not audited.

    Args:
        customer_id (str):
        channel (MayContactChannel):
        purpose (MayContactPurpose):
        at (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[MayContact | Problem]
    """

    kwargs = _get_kwargs(
        customer_id=customer_id,
        channel=channel,
        purpose=purpose,
        at=at,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    customer_id: str,
    *,
    client: AuthenticatedClient,
    channel: MayContactChannel,
    purpose: MayContactPurpose,
    at: datetime.datetime | Unset = UNSET,
) -> MayContact | Problem | None:
    """Say whether somebody may be contacted, and what proves it; ask before every message

     Say whether somebody may be contacted, and what proves it; ask before every message.

    It is about the phone or e-mail that the person has now. Texts and calls are not for the night
    of the store. It is no read of a profile, and is not audited.

    Args:
        customer_id (str):
        channel (MayContactChannel):
        purpose (MayContactPurpose):
        at (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        MayContact | Problem
    """

    return (
        await asyncio_detailed(
            customer_id=customer_id,
            client=client,
            channel=channel,
            purpose=purpose,
            at=at,
        )
    ).parsed
