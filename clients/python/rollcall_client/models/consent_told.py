from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ConsentTold")


@_attrs_define
class ConsentTold:
    """One entry of the ledger; `unconfirmed` began a double opt-in, `confirms` names such a one.

    Of the phone or e-mail that it is for nothing is told; `actor` is a kind and a number.

        Attributes:
            id (str):
            kind (str):
            purpose (str):
            channel (str):
            at (str):
            expires_at (None | str):
            unconfirmed (bool):
            confirms (None | str):
            wording_id (None | str):
            language (None | str):
            wording_version (int | None):
            route (str):
            store (None | str):
            kiosk (None | str):
            actor (str):
            proof (str):
    """

    id: str
    kind: str
    purpose: str
    channel: str
    at: str
    expires_at: None | str
    unconfirmed: bool
    confirms: None | str
    wording_id: None | str
    language: None | str
    wording_version: int | None
    route: str
    store: None | str
    kiosk: None | str
    actor: str
    proof: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        kind = self.kind

        purpose = self.purpose

        channel = self.channel

        at = self.at

        expires_at: None | str
        expires_at = self.expires_at

        unconfirmed = self.unconfirmed

        confirms: None | str
        confirms = self.confirms

        wording_id: None | str
        wording_id = self.wording_id

        language: None | str
        language = self.language

        wording_version: int | None
        wording_version = self.wording_version

        route = self.route

        store: None | str
        store = self.store

        kiosk: None | str
        kiosk = self.kiosk

        actor = self.actor

        proof = self.proof

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "kind": kind,
                "purpose": purpose,
                "channel": channel,
                "at": at,
                "expires_at": expires_at,
                "unconfirmed": unconfirmed,
                "confirms": confirms,
                "wording_id": wording_id,
                "language": language,
                "wording_version": wording_version,
                "route": route,
                "store": store,
                "kiosk": kiosk,
                "actor": actor,
                "proof": proof,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        kind = d.pop("kind")

        purpose = d.pop("purpose")

        channel = d.pop("channel")

        at = d.pop("at")

        def _parse_expires_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        expires_at = _parse_expires_at(d.pop("expires_at"))

        unconfirmed = d.pop("unconfirmed")

        def _parse_confirms(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        confirms = _parse_confirms(d.pop("confirms"))

        def _parse_wording_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        wording_id = _parse_wording_id(d.pop("wording_id"))

        def _parse_language(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        language = _parse_language(d.pop("language"))

        def _parse_wording_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        wording_version = _parse_wording_version(d.pop("wording_version"))

        route = d.pop("route")

        def _parse_store(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        store = _parse_store(d.pop("store"))

        def _parse_kiosk(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        kiosk = _parse_kiosk(d.pop("kiosk"))

        actor = d.pop("actor")

        proof = d.pop("proof")

        consent_told = cls(
            id=id,
            kind=kind,
            purpose=purpose,
            channel=channel,
            at=at,
            expires_at=expires_at,
            unconfirmed=unconfirmed,
            confirms=confirms,
            wording_id=wording_id,
            language=language,
            wording_version=wording_version,
            route=route,
            store=store,
            kiosk=kiosk,
            actor=actor,
            proof=proof,
        )

        consent_told.additional_properties = d
        return consent_told

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
