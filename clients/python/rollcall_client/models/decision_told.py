from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.decided_side import DecidedSide


T = TypeVar("T", bound="DecisionTold")


@_attrs_define
class DecisionTold:
    """What somebody said; it counts until it is withdrawn.

    Attributes:
        id (int):
        kind (str):
        people (list[DecidedSide]):
        at (str):
        actor (str):
        note (str):
        withdrawn_at (None | str):
        withdrawn_by (str):
        withdraw_reason (str):
    """

    id: int
    kind: str
    people: list[DecidedSide]
    at: str
    actor: str
    note: str
    withdrawn_at: None | str
    withdrawn_by: str
    withdraw_reason: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        kind = self.kind

        people = []
        for people_item_data in self.people:
            people_item = people_item_data.to_dict()
            people.append(people_item)

        at = self.at

        actor = self.actor

        note = self.note

        withdrawn_at: None | str
        withdrawn_at = self.withdrawn_at

        withdrawn_by = self.withdrawn_by

        withdraw_reason = self.withdraw_reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "kind": kind,
                "people": people,
                "at": at,
                "actor": actor,
                "note": note,
                "withdrawn_at": withdrawn_at,
                "withdrawn_by": withdrawn_by,
                "withdraw_reason": withdraw_reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.decided_side import DecidedSide  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        kind = d.pop("kind")

        people = []
        _people = d.pop("people")
        for people_item_data in _people:
            people_item = DecidedSide.from_dict(people_item_data)

            people.append(people_item)

        at = d.pop("at")

        actor = d.pop("actor")

        note = d.pop("note")

        def _parse_withdrawn_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        withdrawn_at = _parse_withdrawn_at(d.pop("withdrawn_at"))

        withdrawn_by = d.pop("withdrawn_by")

        withdraw_reason = d.pop("withdraw_reason")

        decision_told = cls(
            id=id,
            kind=kind,
            people=people,
            at=at,
            actor=actor,
            note=note,
            withdrawn_at=withdrawn_at,
            withdrawn_by=withdrawn_by,
            withdraw_reason=withdraw_reason,
        )

        decision_told.additional_properties = d
        return decision_told

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
