from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.duplicate_person_fields import DuplicatePersonFields
    from ..models.duplicate_person_record_type_0 import DuplicatePersonRecordType0


T = TypeVar("T", bound="DuplicatePerson")


@_attrs_define
class DuplicatePerson:
    """One of the two: the values that stand for them, and the record that was compared.

    Attributes:
        id (str):
        name (str):
        fields (DuplicatePersonFields):
        record (DuplicatePersonRecordType0 | None):
    """

    id: str
    name: str
    fields: DuplicatePersonFields
    record: DuplicatePersonRecordType0 | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.duplicate_person_record_type_0 import DuplicatePersonRecordType0  # noqa: PLC0415

        id = self.id

        name = self.name

        fields = self.fields.to_dict()

        record: dict[str, Any] | None
        if isinstance(self.record, DuplicatePersonRecordType0):
            record = self.record.to_dict()
        else:
            record = self.record

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "fields": fields,
                "record": record,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.duplicate_person_fields import DuplicatePersonFields  # noqa: PLC0415
        from ..models.duplicate_person_record_type_0 import DuplicatePersonRecordType0  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        fields = DuplicatePersonFields.from_dict(d.pop("fields"))

        def _parse_record(data: object) -> DuplicatePersonRecordType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                record_type_0 = DuplicatePersonRecordType0.from_dict(data)

                return record_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DuplicatePersonRecordType0 | None, data)

        record = _parse_record(d.pop("record"))

        duplicate_person = cls(
            id=id,
            name=name,
            fields=fields,
            record=record,
        )

        duplicate_person.additional_properties = d
        return duplicate_person

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
