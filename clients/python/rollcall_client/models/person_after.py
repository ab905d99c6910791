from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.field_changed import FieldChanged
    from ..models.merged_record import MergedRecord


T = TypeVar("T", bound="PersonAfter")


@_attrs_define
class PersonAfter:
    """Somebody who would be there again.

    Attributes:
        id (str):
        ids (list[str]):
        accounts (list[str]):
        records (list[MergedRecord]):
        edits (int):
        fields (list[FieldChanged]):
    """

    id: str
    ids: list[str]
    accounts: list[str]
    records: list[MergedRecord]
    edits: int
    fields: list[FieldChanged]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        ids = self.ids

        accounts = self.accounts

        records = []
        for records_item_data in self.records:
            records_item = records_item_data.to_dict()
            records.append(records_item)

        edits = self.edits

        fields = []
        for fields_item_data in self.fields:
            fields_item = fields_item_data.to_dict()
            fields.append(fields_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "ids": ids,
                "accounts": accounts,
                "records": records,
                "edits": edits,
                "fields": fields,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.field_changed import FieldChanged  # noqa: PLC0415
        from ..models.merged_record import MergedRecord  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        ids = cast(list[str], d.pop("ids"))

        accounts = cast(list[str], d.pop("accounts"))

        records = []
        _records = d.pop("records")
        for records_item_data in _records:
            records_item = MergedRecord.from_dict(records_item_data)

            records.append(records_item)

        edits = d.pop("edits")

        fields = []
        _fields = d.pop("fields")
        for fields_item_data in _fields:
            fields_item = FieldChanged.from_dict(fields_item_data)

            fields.append(fields_item)

        person_after = cls(
            id=id,
            ids=ids,
            accounts=accounts,
            records=records,
            edits=edits,
            fields=fields,
        )

        person_after.additional_properties = d
        return person_after

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
