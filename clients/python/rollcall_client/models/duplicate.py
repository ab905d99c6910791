from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Duplicate")


@_attrs_define
class Duplicate:
    """Two people who may be one; `bits` say how much speaks for it, `reasons` what against.

    Attributes:
        id (int):
        state (str):
        bits (float):
        reasons (list[str]):
        people (list[str]):
        at (str):
    """

    id: int
    state: str
    bits: float
    reasons: list[str]
    people: list[str]
    at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        state = self.state

        bits = self.bits

        reasons = self.reasons

        people = self.people

        at = self.at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "state": state,
                "bits": bits,
                "reasons": reasons,
                "people": people,
                "at": at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        state = d.pop("state")

        bits = d.pop("bits")

        reasons = cast(list[str], d.pop("reasons"))

        people = cast(list[str], d.pop("people"))

        at = d.pop("at")

        duplicate = cls(
            id=id,
            state=state,
            bits=bits,
            reasons=reasons,
            people=people,
            at=at,
        )

        duplicate.additional_properties = d
        return duplicate

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
