from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="InboxEventTold")


@_attrs_define
class InboxEventTold:
    """A call of a POS about one customer; never what it said.

    Attributes:
        id (int):
        connection (str):
        received_at (str):
        topic (str):
        kind (str):
        record_id (str):
        state (str):
        attempts (int):
        processed_at (None | str):
        outcome (str):
    """

    id: int
    connection: str
    received_at: str
    topic: str
    kind: str
    record_id: str
    state: str
    attempts: int
    processed_at: None | str
    outcome: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        connection = self.connection

        received_at = self.received_at

        topic = self.topic

        kind = self.kind

        record_id = self.record_id

        state = self.state

        attempts = self.attempts

        processed_at: None | str
        processed_at = self.processed_at

        outcome = self.outcome

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "connection": connection,
                "received_at": received_at,
                "topic": topic,
                "kind": kind,
                "record_id": record_id,
                "state": state,
                "attempts": attempts,
                "processed_at": processed_at,
                "outcome": outcome,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        connection = d.pop("connection")

        received_at = d.pop("received_at")

        topic = d.pop("topic")

        kind = d.pop("kind")

        record_id = d.pop("record_id")

        state = d.pop("state")

        attempts = d.pop("attempts")

        def _parse_processed_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        processed_at = _parse_processed_at(d.pop("processed_at"))

        outcome = d.pop("outcome")

        inbox_event_told = cls(
            id=id,
            connection=connection,
            received_at=received_at,
            topic=topic,
            kind=kind,
            record_id=record_id,
            state=state,
            attempts=attempts,
            processed_at=processed_at,
            outcome=outcome,
        )

        inbox_event_told.additional_properties = d
        return inbox_event_told

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
