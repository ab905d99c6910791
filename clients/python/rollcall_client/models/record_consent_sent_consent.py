from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.record_consent_sent_consent_channel_type_0 import (
    RecordConsentSentConsentChannelType0,
)
from ..models.record_consent_sent_consent_kind import RecordConsentSentConsentKind
from ..models.record_consent_sent_consent_purpose_type_0 import (
    RecordConsentSentConsentPurposeType0,
)
from ..models.record_consent_sent_consent_route import RecordConsentSentConsentRoute
from ..types import UNSET, Unset

T = TypeVar("T", bound="RecordConsentSentConsent")


@_attrs_define
class RecordConsentSentConsent:
    """What somebody said.

    `withdrawn` without `purpose` or `channel` is about all of them. `implied` needs `expires_at`;
    `imported` is kept and is no consent. `unconfirmed` begins a double opt-in. `proof` refers to
    what you keep, and holds no value of a person.

        Attributes:
            kind (RecordConsentSentConsentKind):
            purpose (None | RecordConsentSentConsentPurposeType0 | Unset):
            channel (None | RecordConsentSentConsentChannelType0 | Unset):
            unconfirmed (bool | Unset):  Default: False.
            expires_at (None | str | Unset):
            wording_id (None | str | Unset):
            store (None | str | Unset):
            route (RecordConsentSentConsentRoute | Unset):  Default: RecordConsentSentConsentRoute.API.
            proof (str | Unset):  Default: ''.
    """

    kind: RecordConsentSentConsentKind
    purpose: None | RecordConsentSentConsentPurposeType0 | Unset = UNSET
    channel: None | RecordConsentSentConsentChannelType0 | Unset = UNSET
    unconfirmed: bool | Unset = False
    expires_at: None | str | Unset = UNSET
    wording_id: None | str | Unset = UNSET
    store: None | str | Unset = UNSET
    route: RecordConsentSentConsentRoute | Unset = RecordConsentSentConsentRoute.API
    proof: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        kind = self.kind.value

        purpose: None | str | Unset
        if isinstance(self.purpose, Unset):
            purpose = UNSET
        elif isinstance(self.purpose, RecordConsentSentConsentPurposeType0):
            purpose = self.purpose.value
        else:
            purpose = self.purpose

        channel: None | str | Unset
        if isinstance(self.channel, Unset):
            channel = UNSET
        elif isinstance(self.channel, RecordConsentSentConsentChannelType0):
            channel = self.channel.value
        else:
            channel = self.channel

        unconfirmed = self.unconfirmed

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        else:
            expires_at = self.expires_at

        wording_id: None | str | Unset
        if isinstance(self.wording_id, Unset):
            wording_id = UNSET
        else:
            wording_id = self.wording_id

        store: None | str | Unset
        if isinstance(self.store, Unset):
            store = UNSET
        else:
            store = self.store

        route: str | Unset = UNSET
        if not isinstance(self.route, Unset):
            route = self.route.value

        proof = self.proof

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "kind": kind,
            }
        )
        if purpose is not UNSET:
            field_dict["purpose"] = purpose
        if channel is not UNSET:
            field_dict["channel"] = channel
        if unconfirmed is not UNSET:
            field_dict["unconfirmed"] = unconfirmed
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if wording_id is not UNSET:
            field_dict["wording_id"] = wording_id
        if store is not UNSET:
            field_dict["store"] = store
        if route is not UNSET:
            field_dict["route"] = route
        if proof is not UNSET:
            field_dict["proof"] = proof

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = RecordConsentSentConsentKind(d.pop("kind"))

        def _parse_purpose(
            data: object,
        ) -> None | RecordConsentSentConsentPurposeType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                purpose_type_0 = RecordConsentSentConsentPurposeType0(data)

                return purpose_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RecordConsentSentConsentPurposeType0 | Unset, data)

        purpose = _parse_purpose(d.pop("purpose", UNSET))

        def _parse_channel(
            data: object,
        ) -> None | RecordConsentSentConsentChannelType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                channel_type_0 = RecordConsentSentConsentChannelType0(data)

                return channel_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RecordConsentSentConsentChannelType0 | Unset, data)

        channel = _parse_channel(d.pop("channel", UNSET))

        unconfirmed = d.pop("unconfirmed", UNSET)

        def _parse_expires_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        expires_at = _parse_expires_at(d.pop("expires_at", UNSET))

        def _parse_wording_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        wording_id = _parse_wording_id(d.pop("wording_id", UNSET))

        def _parse_store(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        store = _parse_store(d.pop("store", UNSET))

        _route = d.pop("route", UNSET)
        route: RecordConsentSentConsentRoute | Unset
        if isinstance(_route, Unset):
            route = UNSET
        else:
            route = RecordConsentSentConsentRoute(_route)

        proof = d.pop("proof", UNSET)

        record_consent_sent_consent = cls(
            kind=kind,
            purpose=purpose,
            channel=channel,
            unconfirmed=unconfirmed,
            expires_at=expires_at,
            wording_id=wording_id,
            store=store,
            route=route,
            proof=proof,
        )

        return record_consent_sent_consent
