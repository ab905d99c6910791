from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.decided_side_record_type_0 import DecidedSideRecordType0


T = TypeVar("T", bound="DecidedSide")


@_attrs_define
class DecidedSide:
    """One of the two: who it is now, and the record if it was said of a record.

    Attributes:
        id (str):
        record (DecidedSideRecordType0 | None):
    """

    id: str
    record: DecidedSideRecordType0 | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.decided_side_record_type_0 import DecidedSideRecordType0  # noqa: PLC0415

        id = self.id

        record: dict[str, Any] | None
        if isinstance(self.record, DecidedSideRecordType0):
            record = self.record.to_dict()
        else:
            record = self.record

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "record": record,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.decided_side_record_type_0 import DecidedSideRecordType0  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        def _parse_record(data: object) -> DecidedSideRecordType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                record_type_0 = DecidedSideRecordType0.from_dict(data)

                return record_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DecidedSideRecordType0 | None, data)

        record = _parse_record(d.pop("record"))

        decided_side = cls(
            id=id,
            record=record,
        )

        decided_side.additional_properties = d
        return decided_side

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
