from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="WebhookTold")


@_attrs_define
class WebhookTold:
    """An address that is called with events; no `types` means all of them.

    Attributes:
        id (int):
        name (str):
        url (str):
        types (list[str]):
        state (str):
        created_at (str):
        failing_since (None | str):
        last_delivered_at (None | str):
        last_code (str):
    """

    id: int
    name: str
    url: str
    types: list[str]
    state: str
    created_at: str
    failing_since: None | str
    last_delivered_at: None | str
    last_code: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        url = self.url

        types = self.types

        state = self.state

        created_at = self.created_at

        failing_since: None | str
        failing_since = self.failing_since

        last_delivered_at: None | str
        last_delivered_at = self.last_delivered_at

        last_code = self.last_code

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "url": url,
                "types": types,
                "state": state,
                "created_at": created_at,
                "failing_since": failing_since,
                "last_delivered_at": last_delivered_at,
                "last_code": last_code,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        url = d.pop("url")

        types = cast(list[str], d.pop("types"))

        state = d.pop("state")

        created_at = d.pop("created_at")

        def _parse_failing_since(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        failing_since = _parse_failing_since(d.pop("failing_since"))

        def _parse_last_delivered_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        last_delivered_at = _parse_last_delivered_at(d.pop("last_delivered_at"))

        last_code = d.pop("last_code")

        webhook_told = cls(
            id=id,
            name=name,
            url=url,
            types=types,
            state=state,
            created_at=created_at,
            failing_since=failing_since,
            last_delivered_at=last_delivered_at,
            last_code=last_code,
        )

        webhook_told.additional_properties = d
        return webhook_told

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
