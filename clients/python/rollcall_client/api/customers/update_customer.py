from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.patched_customer import PatchedCustomer
from ...models.problem import Problem
from ...models.update_customer_changed_customer import UpdateCustomerChangedCustomer
from ...types import UNSET, Response, Unset


def _get_kwargs(
    customer_id: str,
    *,
    body: UpdateCustomerChangedCustomer,
    if_match: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_match, Unset):
        headers["If-Match"] = if_match

    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/api/v2/customers/{customer_id}".format(
            customer_id=quote(str(customer_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PatchedCustomer | Problem | None:
    if response.status_code == 200:
        response_200 = PatchedCustomer.from_dict(response.json())

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

    if response.status_code == 412:
        response_412 = Problem.from_dict(response.json())

        return response_412

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())

        return response_413

    if response.status_code == 414:
        response_414 = Problem.from_dict(response.json())

        return response_414

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())

        return response_422

    if response.status_code == 428:
        response_428 = Problem.from_dict(response.json())

        return response_428

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
) -> Response[PatchedCustomer | Problem]:
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
    body: UpdateCustomerChangedCustomer,
    if_match: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[PatchedCustomer | Problem]:
    """Change a person, here at once and wherever a POS holds them, soon

     Change a person, here at once and wherever a POS holds them, soon.

    `If-Match` is the `ETag` of what was read. If the person was changed meanwhile, the answer is
    412 `precondition_failed` and `fields` says what differs; nothing is changed then. What is not
    sent stays as it is.

    Args:
        customer_id (str):
        if_match (str | Unset):
        idempotency_key (str | Unset):
        body (UpdateCustomerChangedCustomer):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PatchedCustomer | Problem]
    """

    kwargs = _get_kwargs(
        customer_id=customer_id,
        body=body,
        if_match=if_match,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    customer_id: str,
    *,
    client: AuthenticatedClient,
    body: UpdateCustomerChangedCustomer,
    if_match: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> PatchedCustomer | Problem | None:
    """Change a person, here at once and wherever a POS holds them, soon

     Change a person, here at once and wherever a POS holds them, soon.

    `If-Match` is the `ETag` of what was read. If the person was changed meanwhile, the answer is
    412 `precondition_failed` and `fields` says what differs; nothing is changed then. What is not
    sent stays as it is.

    Args:
        customer_id (str):
        if_match (str | Unset):
        idempotency_key (str | Unset):
        body (UpdateCustomerChangedCustomer):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PatchedCustomer | Problem
    """

    return sync_detailed(
        customer_id=customer_id,
        client=client,
        body=body,
        if_match=if_match,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    customer_id: str,
    *,
    client: AuthenticatedClient,
    body: UpdateCustomerChangedCustomer,
    if_match: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[PatchedCustomer | Problem]:
    """Change a person, here at once and wherever a POS holds them, soon

     Change a person, here at once and wherever a POS holds them, soon.

    `If-Match` is the `ETag` of what was read. If the person was changed meanwhile, the answer is
    412 `precondition_failed` and `fields` says what differs; nothing is changed then. What is not
    sent stays as it is.

    Args:
        customer_id (str):
        if_match (str | Unset):
        idempotency_key (str | Unset):
        body (UpdateCustomerChangedCustomer):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PatchedCustomer | Problem]
    """

    kwargs = _get_kwargs(
        customer_id=customer_id,
        body=body,
        if_match=if_match,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    customer_id: str,
    *,
    client: AuthenticatedClient,
    body: UpdateCustomerChangedCustomer,
    if_match: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> PatchedCustomer | Problem | None:
    """Change a person, here at once and wherever a POS holds them, soon

     Change a person, here at once and wherever a POS holds them, soon.

    `If-Match` is the `ETag` of what was read. If the person was changed meanwhile, the answer is
    412 `precondition_failed` and `fields` says what differs; nothing is changed then. What is not
    sent stays as it is.

    Args:
        customer_id (str):
        if_match (str | Unset):
        idempotency_key (str | Unset):
        body (UpdateCustomerChangedCustomer):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PatchedCustomer | Problem
    """

    return (
        await asyncio_detailed(
            customer_id=customer_id,
            client=client,
            body=body,
            if_match=if_match,
            idempotency_key=idempotency_key,
        )
    ).parsed
