from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.price_told import PriceTold


T = TypeVar("T", bound="ProductTold")


@_attrs_define
class ProductTold:
    """A product with the prices that it has now.

    Attributes:
        sku (str):
        name (str):
        active (bool):
        values (list[PriceTold]):
    """

    sku: str
    name: str
    active: bool
    values: list[PriceTold]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        sku = self.sku

        name = self.name

        active = self.active

        values = []
        for values_item_data in self.values:
            values_item = values_item_data.to_dict()
            values.append(values_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "sku": sku,
                "name": name,
                "active": active,
                "values": values,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.price_told import PriceTold  # noqa: PLC0415

        d = dict(src_dict)
        sku = d.pop("sku")

        name = d.pop("name")

        active = d.pop("active")

        values = []
        _values = d.pop("values")
        for values_item_data in _values:
            values_item = PriceTold.from_dict(values_item_data)

            values.append(values_item)

        product_told = cls(
            sku=sku,
            name=name,
            active=active,
            values=values,
        )

        product_told.additional_properties = d
        return product_told

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
