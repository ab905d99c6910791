from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.customer_record import CustomerRecord
    from ..models.listed_customer_fields import ListedCustomerFields


T = TypeVar("T", bound="ListedCustomer")


@_attrs_define
class ListedCustomer:
    """A person in a list; `etag` is their version, for `If-Match`.

    Attributes:
        id (str):
        name (str):
        state (str):
        fields (ListedCustomerFields):
        masked (list[str]):
        records (list[CustomerRecord]):
        etag (str):
    """

    id: str
    name: str
    state: str
    fields: ListedCustomerFields
    masked: list[str]
    records: list[CustomerRecord]
    etag: str
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

        etag = self.etag

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
                "etag": etag,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.customer_record import CustomerRecord  # noqa: PLC0415
        from ..models.listed_customer_fields import ListedCustomerFields  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        state = d.pop("state")

        fields = ListedCustomerFields.from_dict(d.pop("fields"))

        masked = cast(list[str], d.pop("masked"))

        records = []
        _records = d.pop("records")
        for records_item_data in _records:
            records_item = CustomerRecord.from_dict(records_item_data)

            records.append(records_item)

        etag = d.pop("etag")

        listed_customer = cls(
            id=id,
            name=name,
            state=state,
            fields=fields,
            masked=masked,
            records=records,
            etag=etag,
        )

        listed_customer.additional_properties = d
        return listed_customer

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
