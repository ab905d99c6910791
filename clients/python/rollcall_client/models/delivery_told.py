from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="DeliveryTold")


@_attrs_define
class DeliveryTold:
    """One event for one webhook; `event` is the `webhook-id` of every try.

    Attributes:
        id (int):
        event (str):
        type_ (str):
        occurred_at (str):
        state (str):
        attempts (int):
        next_try_at (None | str):
        finished_at (None | str):
        code (str):
    """

    id: int
    event: str
    type_: str
    occurred_at: str
    state: str
    attempts: int
    next_try_at: None | str
    finished_at: None | str
    code: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        event = self.event

        type_ = self.type_

        occurred_at = self.occurred_at

        state = self.state

        attempts = self.attempts

        next_try_at: None | str
        next_try_at = self.next_try_at

        finished_at: None | str
        finished_at = self.finished_at

        code = self.code

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "event": event,
                "type": type_,
                "occurred_at": occurred_at,
                "state": state,
                "attempts": attempts,
                "next_try_at": next_try_at,
                "finished_at": finished_at,
                "code": code,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        event = d.pop("event")

        type_ = d.pop("type")

        occurred_at = d.pop("occurred_at")

        state = d.pop("state")

        attempts = d.pop("attempts")

        def _parse_next_try_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_try_at = _parse_next_try_at(d.pop("next_try_at"))

        def _parse_finished_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        code = d.pop("code")

        delivery_told = cls(
            id=id,
            event=event,
            type_=type_,
            occurred_at=occurred_at,
            state=state,
            attempts=attempts,
            next_try_at=next_try_at,
            finished_at=finished_at,
            code=code,
        )

        delivery_told.additional_properties = d
        return delivery_told

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
