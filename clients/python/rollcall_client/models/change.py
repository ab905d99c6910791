from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Change")


@_attrs_define
class Change:
    """One change of one field; `by` is `pos` or `edit`, `outcome` what became of an edit.

    Attributes:
        id (str):
        at (str):
        field (str):
        old (Any):
        new (Any):
        by (str):
        source (str):
        outcome (str):
        is_masked (bool):
    """

    id: str
    at: str
    field: str
    old: Any
    new: Any
    by: str
    source: str
    outcome: str
    is_masked: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        at = self.at

        field = self.field

        old = self.old

        new = self.new

        by = self.by

        source = self.source

        outcome = self.outcome

        is_masked = self.is_masked

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "at": at,
                "field": field,
                "old": old,
                "new": new,
                "by": by,
                "source": source,
                "outcome": outcome,
                "is_masked": is_masked,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        at = d.pop("at")

        field = d.pop("field")

        old = d.pop("old")

        new = d.pop("new")

        by = d.pop("by")

        source = d.pop("source")

        outcome = d.pop("outcome")

        is_masked = d.pop("is_masked")

        change = cls(
            id=id,
            at=at,
            field=field,
            old=old,
            new=new,
            by=by,
            source=source,
            outcome=outcome,
            is_masked=is_masked,
        )

        change.additional_properties = d
        return change

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
