from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="StoreTold")


@_attrs_define
class StoreTold:
    """One licensed location; `id` is its slug.

    Attributes:
        id (str):
        name (str):
        time_zone (str):
        jurisdiction (str):
        licence_type (str):
        phone (str):
        email (str):
        is_active (bool):
    """

    id: str
    name: str
    time_zone: str
    jurisdiction: str
    licence_type: str
    phone: str
    email: str
    is_active: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        time_zone = self.time_zone

        jurisdiction = self.jurisdiction

        licence_type = self.licence_type

        phone = self.phone

        email = self.email

        is_active = self.is_active

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "time_zone": time_zone,
                "jurisdiction": jurisdiction,
                "licence_type": licence_type,
                "phone": phone,
                "email": email,
                "is_active": is_active,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        time_zone = d.pop("time_zone")

        jurisdiction = d.pop("jurisdiction")

        licence_type = d.pop("licence_type")

        phone = d.pop("phone")

        email = d.pop("email")

        is_active = d.pop("is_active")

        store_told = cls(
            id=id,
            name=name,
            time_zone=time_zone,
            jurisdiction=jurisdiction,
            licence_type=licence_type,
            phone=phone,
            email=email,
            is_active=is_active,
        )

        store_told.additional_properties = d
        return store_told

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
