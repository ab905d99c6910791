"""How Treez calls: one address for everything, a static token, no signature, no event id [doc]."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, TypeVar

from rollcall.pos.connectors.treez import mapping, orders, wire
from rollcall.pos.contract import PosSettings, RawRow
from rollcall.pos.errors import PosRefusedDataError, RowError
from rollcall.pos.webhooks import EventKind, WebhookEvent, WebhookReader

SettingsT = TypeVar("SettingsT", bound=PosSettings)

#: What a customer of the lists always has [doc]; a call with less is only a hint.
_WHOLE: Final = frozenset({
    "customer_id", "status", "verification_status", "first_name", "last_name", "birthday", "email",
    "phone", "drivers_license", "patient_type", "opt_out", "banned", "addresses", "notes",
    "rewards_balance", "customer_groups", "signup_date", "last_update",
})  # fmt: skip
#: These bring whole tickets along; TICKET_STATUS does not. [doc, code]
_TICKETS: Final = frozenset({"TICKET", "TICKET_BY_STATUS"})
_WHOLE_TICKET: Final = frozenset({"ticket_id", "order_status", "customer_id", "items", "total"})
_MERGED_AWAY: Final = frozenset({"DEACTIVATED"})


class TreezWebhooks(WebhookReader[SettingsT]):
    """Reads calls about customers and whole tickets; products are of no use to the hub."""

    topics: ClassVar[tuple[str, ...]] = ()
    how_to_register: ClassVar[str] = (
        "Ask Treez for a webhook of this dispensary: give them this address, the events CUSTOMER "
        "and TICKET, and the webhook token of these settings, which they send as a bearer token."
    )
    is_signed: ClassVar[bool] = True

    def __init__(self, token_of: Callable[[SettingsT], str]) -> None:
        """Prepare to read.

        :param token_of: takes the token out of the settings; empty: every call is refused.
        """
        self._token_of = token_of

    def authenticates(self, headers: Mapping[str, str], settings: SettingsT) -> bool:
        expected = self._token_of(settings)
        scheme, _, given = headers.get("authorization", "").strip().partition(" ")
        is_equal = hmac.compare_digest(given.strip().encode("utf-8", "replace"), expected.encode())
        return is_equal and bool(expected) and scheme.lower() == "bearer"

    def read(self, topic: str, body: Any) -> WebhookEvent:  # noqa: ARG002, ANN401
        """Read one call. A merge makes two, one for each of the customers [doc]."""
        call = _unwrapped(body)
        if "test" in call:
            return WebhookEvent(kind=EventKind.PING)
        kind = call.get("event_type")
        if not isinstance(kind, str) or not kind.strip():
            raise PosRefusedDataError("the call names no event", code="no_event_type")
        word = kind.strip().upper()
        if word in _TICKETS:
            return _ticket(call.get("data"))
        if word != "CUSTOMER":
            return WebhookEvent(kind=EventKind.OTHER)
        return _customer(call.get("data"))


def _unwrapped(body: object) -> Mapping[str, Any]:
    """Take the call out of the object that was seen around it [code]."""
    inner = body.get("root") if isinstance(body, Mapping) else None
    call = inner if isinstance(inner, Mapping) else body
    if not isinstance(call, Mapping):
        raise PosRefusedDataError("the call is no JSON object", code="not_an_object")
    return call


def _customer(data: object) -> WebhookEvent:
    row = data[0] if isinstance(data, list) and len(data) == 1 else data
    if not isinstance(row, dict):
        raise PosRefusedDataError("the call holds no customer", code="no_customer")
    try:
        pos_id = mapping.external_id(row)
    except RowError:
        raise PosRefusedDataError("the call holds no customer", code="no_customer") from None
    return WebhookEvent(
        kind=EventKind.CUSTOMER,
        external_id=pos_id,
        row=row if _is_whole(row) else None,
        changed_at=wire.moment_of(row.get("last_update")),
    )


def _ticket(data: object) -> WebhookEvent:
    """A whole ticket; anything less is left for the next reading of orders."""
    row = data[0] if isinstance(data, list) and len(data) == 1 else data
    if not isinstance(row, dict) or not row.keys() >= _WHOLE_TICKET or not orders.is_order(row):
        return WebhookEvent(kind=EventKind.OTHER)
    try:
        ticket_id = orders.ticket_id(row)
    except RowError:
        return WebhookEvent(kind=EventKind.OTHER)
    return WebhookEvent(
        kind=EventKind.ORDER,
        external_id=ticket_id,
        row=row,
        changed_at=wire.moment_of(row.get("last_updated_at")),
    )


def _is_whole(row: RawRow) -> bool:
    """Tell whether a row says as much as one of the lists; of a donor also where it went."""
    if not row.keys() >= _WHOLE:
        return False
    is_donor = str(row["status"]).upper() in _MERGED_AWAY
    return "merged_into_customer_id" in row or not is_donor
