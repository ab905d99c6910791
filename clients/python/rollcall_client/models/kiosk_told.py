from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="KioskTold")


@_attrs_define
class KioskTold:
    """A device or sales channel of a store; `id` is the `catalog_id` of the kiosk API.

    Attributes:
        id (str):
        store (str):
        name (str):
        is_active (bool):
        created_at (str):
    """

    id: str
    store: str
    name: str
    is_active: bool
    created_at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        store = self.store

        name = self.name

        is_active = self.is_active

        created_at = self.created_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "store": store,
                "name": name,
                "is_active": is_active,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        store = d.pop("store")

        name = d.pop("name")

        is_active = d.pop("is_active")

        created_at = d.pop("created_at")

        kiosk_told = cls(
            id=id,
            store=store,
            name=name,
            is_active=is_active,
            created_at=created_at,
        )

        kiosk_told.additional_properties = d
        return kiosk_told

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
