"""How BLAZE calls us: without a signature, so that a call is a hint to read the member again."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from rollcall.pos.connectors.blaze import mapping, values
from rollcall.pos.connectors.blaze.values import WrongValueError
from rollcall.pos.contract import PosSettings
from rollcall.pos.errors import PosRefusedDataError, RowError
from rollcall.pos.webhooks import EventKind, WebhookEvent, WebhookReader

_MEMBER_TOPICS: Final = ("NEW_MEMBER", "UPDATE_MEMBER")
#: Types that say nothing about a member. [doc]
_OTHER_TOPICS: Final = frozenset({
    "NEW_CONSUMER_ORDER", "NEW_CONSUMER_SIGNUP", "UPDATE_CONSUMER_ORDER", "UPDATE_CONSUMER_USER",
    "COMPLETE_TRANSACTION", "TRANSACTION_UPDATE", "UPDATE_PRODUCT",
})  # fmt: skip
_ID: Final = re.compile(r"[0-9a-fA-F]{24}")
#: Keys that members have, and neither products, orders nor online accounts.
_MEMBERS_OWN: Final = frozenset({
    "primaryPhone", "cpn", "identifications", "recommendations", "memberGroupId", "banPatient",
    "textOptIn",
})  # fmt: skip
#: Keys that every object of BLAZE has [doc]: one of these alone does not contradict its topic.
_COMMON: Final = frozenset({
    "id", "created", "modified", "deleted", "updated", "companyId", "shopId", "dirty",
})  # fmt: skip


class BlazeWebhooks(WebhookReader[PosSettings]):
    """Takes ``NEW_MEMBER`` and ``UPDATE_MEMBER``; the topic stands in the address, not the body."""

    topics: ClassVar[tuple[str, ...]] = _MEMBER_TOPICS
    how_to_register: ClassVar[str] = (
        "Register this address over the partner API (POST /api/v1/partner/webHooks) or through "
        "BLAZE's support, once for the type NEW_MEMBER with /NEW_MEMBER behind it and once for "
        "UPDATE_MEMBER with /UPDATE_MEMBER. BLAZE signs nothing: keep the address secret."
    )
    is_signed: ClassVar[bool] = False

    def authenticates(self, headers: Mapping[str, str], settings: PosSettings) -> bool:  # noqa: ARG002
        """Let every call pass: BLAZE documents nothing that could prove it."""
        return True

    def read(self, topic: str, body: Any) -> WebhookEvent:  # noqa: ANN401 - decoded JSON
        """Read a member's id out of the entity, bare or under ``member`` [guess].

        :raises PosRefusedDataError: no object of BLAZE, or a type that it does not have.
        """
        if topic not in ("", *_MEMBER_TOPICS, *_OTHER_TOPICS):
            raise PosRefusedDataError("a type of call that BLAZE does not have", code="topic")
        if not isinstance(body, dict):
            raise PosRefusedDataError("the call holds no object", code="no_object")
        if topic in _OTHER_TOPICS:
            return WebhookEvent(kind=EventKind.OTHER)
        wrapped = body.get("member")
        member = wrapped if isinstance(wrapped, dict) else body
        if not isinstance(member.get("id"), str):
            raise PosRefusedDataError("the call names nobody", code="id_missing")
        if not _is_member(member, topic):
            return WebhookEvent(kind=EventKind.OTHER)
        return WebhookEvent(
            kind=EventKind.CUSTOMER, external_id=_id_of(member), changed_at=_changed_at(member)
        )


def _is_member(entity: Mapping[str, Any], topic: str) -> bool:
    """Tell members from products and orders, which have ids too."""
    return bool(entity.keys() & _MEMBERS_OWN) or (bool(topic) and entity.keys() <= _COMMON)


def _id_of(member: Mapping[str, Any]) -> str:
    try:
        member_id = mapping.external_id(member)
    except RowError:
        member_id = ""
    if not _ID.fullmatch(member_id):
        raise PosRefusedDataError("the call names nobody", code="id_missing")
    return member_id


def _changed_at(member: Mapping[str, Any]) -> dt.datetime | None:
    try:
        return values.moment(member.get("modified"))
    except WrongValueError:
        return None
