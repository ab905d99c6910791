from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Identity")


@_attrs_define
class Identity:
    """A row of the person in a POS's list, or in Rollcall's own.

    `reason` says how it came to them; `merged_into` is the id it was merged into at the POS.

        Attributes:
            kind (str):
            account (str):
            id (str):
            stores (list[str]):
            status (str):
            merged_into (None | str):
            reason (str):
            since (str):
            first_seen_at (str):
            changed_at (str):
            gone_at (None | str):
    """

    kind: str
    account: str
    id: str
    stores: list[str]
    status: str
    merged_into: None | str
    reason: str
    since: str
    first_seen_at: str
    changed_at: str
    gone_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        kind = self.kind

        account = self.account

        id = self.id

        stores = self.stores

        status = self.status

        merged_into: None | str
        merged_into = self.merged_into

        reason = self.reason

        since = self.since

        first_seen_at = self.first_seen_at

        changed_at = self.changed_at

        gone_at: None | str
        gone_at = self.gone_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "kind": kind,
                "account": account,
                "id": id,
                "stores": stores,
                "status": status,
                "merged_into": merged_into,
                "reason": reason,
                "since": since,
                "first_seen_at": first_seen_at,
                "changed_at": changed_at,
                "gone_at": gone_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = d.pop("kind")

        account = d.pop("account")

        id = d.pop("id")

        stores = cast(list[str], d.pop("stores"))

        status = d.pop("status")

        def _parse_merged_into(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        merged_into = _parse_merged_into(d.pop("merged_into"))

        reason = d.pop("reason")

        since = d.pop("since")

        first_seen_at = d.pop("first_seen_at")

        changed_at = d.pop("changed_at")

        def _parse_gone_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        gone_at = _parse_gone_at(d.pop("gone_at"))

        identity = cls(
            kind=kind,
            account=account,
            id=id,
            stores=stores,
            status=status,
            merged_into=merged_into,
            reason=reason,
            since=since,
            first_seen_at=first_seen_at,
            changed_at=changed_at,
            gone_at=gone_at,
        )

        identity.additional_properties = d
        return identity

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
