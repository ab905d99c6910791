from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="FoundCustomer")


@_attrs_define
class FoundCustomer:
    """Somebody found: enough to tell people apart.

    Attributes:
        id (str):
        name (str):
        state (str):
        born_in (str):
        phone (str):
        email (str):
        matched (list[str]):
    """

    id: str
    name: str
    state: str
    born_in: str
    phone: str
    email: str
    matched: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        state = self.state

        born_in = self.born_in

        phone = self.phone

        email = self.email

        matched = self.matched

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "state": state,
                "born_in": born_in,
                "phone": phone,
                "email": email,
                "matched": matched,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        state = d.pop("state")

        born_in = d.pop("born_in")

        phone = d.pop("phone")

        email = d.pop("email")

        matched = cast(list[str], d.pop("matched"))

        found_customer = cls(
            id=id,
            name=name,
            state=state,
            born_in=born_in,
            phone=phone,
            email=email,
            matched=matched,
        )

        found_customer.additional_properties = d
        return found_customer

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
