from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.pos_row_fields import PosRowFields


T = TypeVar("T", bound="PosRow")


@_attrs_define
class PosRow:
    """A row as the POS holds it now; `customer` has it here, null: nobody yet.

    `error`: why the row cannot be read, as a code; empty if it can.

        Attributes:
            record_id (str):
            status (str):
            fields (PosRowFields):
            error (str):
            customer (None | str):
    """

    record_id: str
    status: str
    fields: PosRowFields
    error: str
    customer: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        record_id = self.record_id

        status = self.status

        fields = self.fields.to_dict()

        error = self.error

        customer: None | str
        customer = self.customer

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "record_id": record_id,
                "status": status,
                "fields": fields,
                "error": error,
                "customer": customer,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.pos_row_fields import PosRowFields  # noqa: PLC0415

        d = dict(src_dict)
        record_id = d.pop("record_id")

        status = d.pop("status")

        fields = PosRowFields.from_dict(d.pop("fields"))

        error = d.pop("error")

        def _parse_customer(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        customer = _parse_customer(d.pop("customer"))

        pos_row = cls(
            record_id=record_id,
            status=status,
            fields=fields,
            error=error,
            customer=customer,
        )

        pos_row.additional_properties = d
        return pos_row

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
