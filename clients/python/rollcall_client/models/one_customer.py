from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.platform_customer import PlatformCustomer


T = TypeVar("T", bound="OneCustomer")


@_attrs_define
class OneCustomer:
    """A person, and who they are now if the id was somebody's who was merged.

    Attributes:
        customer (PlatformCustomer): A person: the values that stand, by canonical names.

            `masked` names the fields of which a key of staff gets a part only: of a birth date the year, of
            licence and medical id the last four.
        merged_into (None | str):
    """

    customer: PlatformCustomer
    merged_into: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        customer = self.customer.to_dict()

        merged_into: None | str
        merged_into = self.merged_into

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "customer": customer,
                "merged_into": merged_into,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.platform_customer import PlatformCustomer  # noqa: PLC0415

        d = dict(src_dict)
        customer = PlatformCustomer.from_dict(d.pop("customer"))

        def _parse_merged_into(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        merged_into = _parse_merged_into(d.pop("merged_into"))

        one_customer = cls(
            customer=customer,
            merged_into=merged_into,
        )

        one_customer.additional_properties = d
        return one_customer

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
