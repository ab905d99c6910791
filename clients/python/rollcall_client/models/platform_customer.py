from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.customer_record import CustomerRecord
    from ..models.platform_customer_fields import PlatformCustomerFields


T = TypeVar("T", bound="PlatformCustomer")


@_attrs_define
class PlatformCustomer:
    """A person: the values that stand, by canonical names.

    `masked` names the fields of which a key of staff gets a part only: of a birth date the year, of
    licence and medical id the last four.

        Attributes:
            id (str):
            name (str):
            state (str):
            fields (PlatformCustomerFields):
            masked (list[str]):
            records (list[CustomerRecord]):
    """

    id: str
    name: str
    state: str
    fields: PlatformCustomerFields
    masked: list[str]
    records: list[CustomerRecord]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        state = self.state

        fields = self.fields.to_dict()

        masked = self.masked

        records = []
        for records_item_data in self.records:
            records_item = records_item_data.to_dict()
            records.append(records_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "state": state,
                "fields": fields,
                "masked": masked,
                "records": records,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.customer_record import CustomerRecord  # noqa: PLC0415
        from ..models.platform_customer_fields import PlatformCustomerFields  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        state = d.pop("state")

        fields = PlatformCustomerFields.from_dict(d.pop("fields"))

        masked = cast(list[str], d.pop("masked"))

        records = []
        _records = d.pop("records")
        for records_item_data in _records:
            records_item = CustomerRecord.from_dict(records_item_data)

            records.append(records_item)

        platform_customer = cls(
            id=id,
            name=name,
            state=state,
            fields=fields,
            masked=masked,
            records=records,
        )

        platform_customer.additional_properties = d
        return platform_customer

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
