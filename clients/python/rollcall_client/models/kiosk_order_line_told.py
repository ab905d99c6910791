from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="KioskOrderLineTold")


@_attrs_define
class KioskOrderLineTold:
    """A line: name and price are what they were when it was ordered.

    Attributes:
        sku (str):
        name (str):
        value_id (str):
        value_name (str):
        quantity (int):
        price (str):
    """

    sku: str
    name: str
    value_id: str
    value_name: str
    quantity: int
    price: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        sku = self.sku

        name = self.name

        value_id = self.value_id

        value_name = self.value_name

        quantity = self.quantity

        price = self.price

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "sku": sku,
                "name": name,
                "value_id": value_id,
                "value_name": value_name,
                "quantity": quantity,
                "price": price,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        sku = d.pop("sku")

        name = d.pop("name")

        value_id = d.pop("value_id")

        value_name = d.pop("value_name")

        quantity = d.pop("quantity")

        price = d.pop("price")

        kiosk_order_line_told = cls(
            sku=sku,
            name=name,
            value_id=value_id,
            value_name=value_name,
            quantity=quantity,
            price=price,
        )

        kiosk_order_line_told.additional_properties = d
        return kiosk_order_line_told

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
