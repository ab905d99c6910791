from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.claim_orders_sent_proof import ClaimOrdersSentProof
from ...models.claimed_orders import ClaimedOrders
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: ClaimOrdersSentProof,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v2/kiosk-orders/claim",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ClaimedOrders | Problem | None:
    if response.status_code == 200:
        response_200 = ClaimedOrders.from_dict(response.json())

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
) -> Response[ClaimedOrders | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: ClaimOrdersSentProof,
    idempotency_key: str | Unset = UNSET,
) -> Response[ClaimedOrders | Problem]:
    """Tie the guest orders with a proven phone or e-mail to the shopper who proved it

     Tie the guest orders with a proven phone or e-mail to the shopper who proved it.

    The proof is that of a code (`POST /api/v1/{catalog_id}/identify`), given in a store of the key
    in the last ten minutes. Orders that are somebody's, or were taken from the shopper, stay as
    they are. At most a hundred at a time; whoever finds none gets an empty list.

    Args:
        idempotency_key (str | Unset):
        body (ClaimOrdersSentProof): By which the shopper showed that a phone or an e-mail is
            theirs.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ClaimedOrders | Problem]
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
    body: ClaimOrdersSentProof,
    idempotency_key: str | Unset = UNSET,
) -> ClaimedOrders | Problem | None:
    """Tie the guest orders with a proven phone or e-mail to the shopper who proved it

     Tie the guest orders with a proven phone or e-mail to the shopper who proved it.

    The proof is that of a code (`POST /api/v1/{catalog_id}/identify`), given in a store of the key
    in the last ten minutes. Orders that are somebody's, or were taken from the shopper, stay as
    they are. At most a hundred at a time; whoever finds none gets an empty list.

    Args:
        idempotency_key (str | Unset):
        body (ClaimOrdersSentProof): By which the shopper showed that a phone or an e-mail is
            theirs.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ClaimedOrders | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: ClaimOrdersSentProof,
    idempotency_key: str | Unset = UNSET,
) -> Response[ClaimedOrders | Problem]:
    """Tie the guest orders with a proven phone or e-mail to the shopper who proved it

     Tie the guest orders with a proven phone or e-mail to the shopper who proved it.

    The proof is that of a code (`POST /api/v1/{catalog_id}/identify`), given in a store of the key
    in the last ten minutes. Orders that are somebody's, or were taken from the shopper, stay as
    they are. At most a hundred at a time; whoever finds none gets an empty list.

    Args:
        idempotency_key (str | Unset):
        body (ClaimOrdersSentProof): By which the shopper showed that a phone or an e-mail is
            theirs.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ClaimedOrders | Problem]
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
    body: ClaimOrdersSentProof,
    idempotency_key: str | Unset = UNSET,
) -> ClaimedOrders | Problem | None:
    """Tie the guest orders with a proven phone or e-mail to the shopper who proved it

     Tie the guest orders with a proven phone or e-mail to the shopper who proved it.

    The proof is that of a code (`POST /api/v1/{catalog_id}/identify`), given in a store of the key
    in the last ten minutes. Orders that are somebody's, or were taken from the shopper, stay as
    they are. At most a hundred at a time; whoever finds none gets an empty list.

    Args:
        idempotency_key (str | Unset):
        body (ClaimOrdersSentProof): By which the shopper showed that a phone or an e-mail is
            theirs.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ClaimedOrders | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
