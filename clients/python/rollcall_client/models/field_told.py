from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.value_told import ValueTold


T = TypeVar("T", bound="FieldTold")


@_attrs_define
class FieldTold:
    """A field: the value that stands and the others that say something else, best first.

    `why`: `pinned`, `on_its_way` (to a POS), `strictest` (wishes and bans), `priority` (of that
    POS), `newest`, or `undisputed`.

        Attributes:
            field (str):
            why (str):
            is_masked (bool):
            standing (ValueTold): What somebody says of a field: a POS's record, or (null) what was typed into Rollcall.
            others (list[ValueTold]):
    """

    field: str
    why: str
    is_masked: bool
    standing: ValueTold
    others: list[ValueTold]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field = self.field

        why = self.why

        is_masked = self.is_masked

        standing = self.standing.to_dict()

        others = []
        for others_item_data in self.others:
            others_item = others_item_data.to_dict()
            others.append(others_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "field": field,
                "why": why,
                "is_masked": is_masked,
                "standing": standing,
                "others": others,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.value_told import ValueTold  # noqa: PLC0415

        d = dict(src_dict)
        field = d.pop("field")

        why = d.pop("why")

        is_masked = d.pop("is_masked")

        standing = ValueTold.from_dict(d.pop("standing"))

        others = []
        _others = d.pop("others")
        for others_item_data in _others:
            others_item = ValueTold.from_dict(others_item_data)

            others.append(others_item)

        field_told = cls(
            field=field,
            why=why,
            is_masked=is_masked,
            standing=standing,
            others=others,
        )

        field_told.additional_properties = d
        return field_told

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
