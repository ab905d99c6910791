from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.record_consent_sent_consent import RecordConsentSentConsent
from ...models.recorded_consents import RecordedConsents
from ...types import UNSET, Response, Unset


def _get_kwargs(
    customer_id: str,
    *,
    body: RecordConsentSentConsent,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v2/customers/{customer_id}/consent-entries".format(
            customer_id=quote(str(customer_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | RecordedConsents | None:
    if response.status_code == 201:
        response_201 = RecordedConsents.from_dict(response.json())

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
) -> Response[Problem | RecordedConsents]:
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
    body: RecordConsentSentConsent,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | RecordedConsents]:
    """Write down that somebody agrees, or does not any more

     Write down that somebody agrees, or does not any more.

    A consent is for the phone or e-mail that they have at this moment. A withdrawal is in force at
    once, and one of marketing is written to every POS that can hold it.

    Args:
        customer_id (str):
        idempotency_key (str | Unset):
        body (RecordConsentSentConsent): What somebody said.

            `withdrawn` without `purpose` or `channel` is about all of them. `implied` needs
            `expires_at`;
            `imported` is kept and is no consent. `unconfirmed` begins a double opt-in. `proof` refers
            to
            what you keep, and holds no value of a person.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | RecordedConsents]
    """

    kwargs = _get_kwargs(
        customer_id=customer_id,
        body=body,
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
    body: RecordConsentSentConsent,
    idempotency_key: str | Unset = UNSET,
) -> Problem | RecordedConsents | None:
    """Write down that somebody agrees, or does not any more

     Write down that somebody agrees, or does not any more.

    A consent is for the phone or e-mail that they have at this moment. A withdrawal is in force at
    once, and one of marketing is written to every POS that can hold it.

    Args:
        customer_id (str):
        idempotency_key (str | Unset):
        body (RecordConsentSentConsent): What somebody said.

            `withdrawn` without `purpose` or `channel` is about all of them. `implied` needs
            `expires_at`;
            `imported` is kept and is no consent. `unconfirmed` begins a double opt-in. `proof` refers
            to
            what you keep, and holds no value of a person.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | RecordedConsents
    """

    return sync_detailed(
        customer_id=customer_id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    customer_id: str,
    *,
    client: AuthenticatedClient,
    body: RecordConsentSentConsent,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | RecordedConsents]:
    """Write down that somebody agrees, or does not any more

     Write down that somebody agrees, or does not any more.

    A consent is for the phone or e-mail that they have at this moment. A withdrawal is in force at
    once, and one of marketing is written to every POS that can hold it.

    Args:
        customer_id (str):
        idempotency_key (str | Unset):
        body (RecordConsentSentConsent): What somebody said.

            `withdrawn` without `purpose` or `channel` is about all of them. `implied` needs
            `expires_at`;
            `imported` is kept and is no consent. `unconfirmed` begins a double opt-in. `proof` refers
            to
            what you keep, and holds no value of a person.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | RecordedConsents]
    """

    kwargs = _get_kwargs(
        customer_id=customer_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    customer_id: str,
    *,
    client: AuthenticatedClient,
    body: RecordConsentSentConsent,
    idempotency_key: str | Unset = UNSET,
) -> Problem | RecordedConsents | None:
    """Write down that somebody agrees, or does not any more

     Write down that somebody agrees, or does not any more.

    A consent is for the phone or e-mail that they have at this moment. A withdrawal is in force at
    once, and one of marketing is written to every POS that can hold it.

    Args:
        customer_id (str):
        idempotency_key (str | Unset):
        body (RecordConsentSentConsent): What somebody said.

            `withdrawn` without `purpose` or `channel` is about all of them. `implied` needs
            `expires_at`;
            `imported` is kept and is no consent. `unconfirmed` begins a double opt-in. `proof` refers
            to
            what you keep, and holds no value of a person.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | RecordedConsents
    """

    return (
        await asyncio_detailed(
            customer_id=customer_id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
