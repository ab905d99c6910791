"""What the operations about consent share: rights, shapes, and telling an entry."""

from __future__ import annotations

from typing import Any, Final, Literal

from ninja import Schema

from rollcall.api.bodies import invalid
from rollcall.api.integrations import Asked, Right
from rollcall.api.platform import moment
from rollcall.consent.models import ConsentEntry
from rollcall.consent.rules.vocabulary import Channel, Purpose
from rollcall.kit.scope import Grant, Role

READ: Final = Right(grant=Grant.READ_CONSENTS, role=Role.STAFF)
WRITE: Final = Right(grant=Grant.WRITE_CONSENTS, role=Role.STAFF)
PurposeName = Literal["marketing", "loyalty", "transactional", "research", "sharing"]
ChannelName = Literal["sms", "email", "phone", "push", "mail"]
PURPOSES: Final = {"type": "string", "enum": [str(one) for one in Purpose]}
CHANNELS: Final = {"type": "string", "enum": [str(one) for one in Channel]}


class ConsentTold(Schema):
    """One entry of the ledger; `unconfirmed` began a double opt-in, `confirms` names such a one.

    Of the phone or e-mail that it is for nothing is told; `actor` is a kind and a number.
    """

    id: str
    kind: str
    purpose: str
    channel: str
    at: str
    expires_at: str | None
    unconfirmed: bool
    confirms: str | None
    wording_id: str | None
    language: str | None
    wording_version: int | None
    route: str
    store: str | None
    kiosk: str | None
    actor: str
    proof: str


class ConsentLedger(Schema):
    """A page of a person's ledger, the newest first."""

    items: list[ConsentTold]
    next: str | None


class RecordedConsents(Schema):
    """What was written to the ledger: of merged people a withdrawal is an entry of each."""

    items: list[ConsentTold]


def row(one: ConsentEntry) -> dict[str, Any]:
    """Tell of an entry, with what it names loaded."""
    return {
        "id": str(one.public_id),
        "kind": one.kind,
        "purpose": one.purpose,
        "channel": one.channel,
        "at": moment(one.at),
        "expires_at": moment(one.expires_at),
        "unconfirmed": one.unconfirmed,
        "confirms": None if one.confirms is None else str(one.confirms.public_id),
        "wording_id": None if one.wording is None else str(one.wording.public_id),
        "language": None if one.wording is None else one.wording.language,
        "wording_version": None if one.wording is None else one.wording.version,
        "route": one.route,
        "store": None if one.store is None else one.store.slug,
        "kiosk": None if one.kiosk is None else one.kiosk.catalog_id,
        "actor": one.actor,
        "proof": one.proof,
    }


def rows_of(asked: Asked, ids: list[int]) -> list[dict[str, Any]]:
    """Tell of entries by their numbers."""
    entries = ConsentEntry.objects.scoped(asked.scope).filter(pk__in=ids)
    return [row(one) for one in entries.select_related(*LOADED).order_by("pk")]


LOADED: Final = ("wording", "store", "kiosk", "confirms")


def read_purpose(text: str) -> Purpose:
    """Read a purpose of a query.

    :raises ProblemError: 422.
    """
    if text not in tuple(Purpose):
        raise invalid({"purpose": [f"is none of {', '.join(Purpose)}"]})
    return Purpose(text)


def read_channel(text: str) -> Channel:
    """Read a channel of a query.

    :raises ProblemError: 422.
    """
    if text not in tuple(Channel):
        raise invalid({"channel": [f"is none of {', '.join(Channel)}"]})
    return Channel(text)
