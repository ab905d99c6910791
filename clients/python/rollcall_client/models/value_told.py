from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.record_named import RecordNamed


T = TypeVar("T", bound="ValueTold")


@_attrs_define
class ValueTold:
    """What somebody says of a field: a POS's record, or (null) what was typed into Rollcall.

    Attributes:
        value (Any):
        at (str):
        record (None | RecordNamed):
        is_pinned (bool):
        is_on_its_way (bool):
        is_alive (bool):
    """

    value: Any
    at: str
    record: None | RecordNamed
    is_pinned: bool
    is_on_its_way: bool
    is_alive: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.record_named import RecordNamed  # noqa: PLC0415

        value = self.value

        at = self.at

        record: dict[str, Any] | None
        if isinstance(self.record, RecordNamed):
            record = self.record.to_dict()
        else:
            record = self.record

        is_pinned = self.is_pinned

        is_on_its_way = self.is_on_its_way

        is_alive = self.is_alive

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "value": value,
                "at": at,
                "record": record,
                "is_pinned": is_pinned,
                "is_on_its_way": is_on_its_way,
                "is_alive": is_alive,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.record_named import RecordNamed  # noqa: PLC0415

        d = dict(src_dict)
        value = d.pop("value")

        at = d.pop("at")

        def _parse_record(data: object) -> None | RecordNamed:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                record_type_0 = RecordNamed.from_dict(data)

                return record_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RecordNamed, data)

        record = _parse_record(d.pop("record"))

        is_pinned = d.pop("is_pinned")

        is_on_its_way = d.pop("is_on_its_way")

        is_alive = d.pop("is_alive")

        value_told = cls(
            value=value,
            at=at,
            record=record,
            is_pinned=is_pinned,
            is_on_its_way=is_on_its_way,
            is_alive=is_alive,
        )

        value_told.additional_properties = d
        return value_told

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
