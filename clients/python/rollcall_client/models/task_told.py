from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="TaskTold")


@_attrs_define
class TaskTold:
    """Something that was asked of a worker; `error` says why it came to nothing.

    Attributes:
        id (int):
        kind (str):
        connection (str):
        requested_at (str):
        finished_at (None | str):
        error (str):
    """

    id: int
    kind: str
    connection: str
    requested_at: str
    finished_at: None | str
    error: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        kind = self.kind

        connection = self.connection

        requested_at = self.requested_at

        finished_at: None | str
        finished_at = self.finished_at

        error = self.error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "kind": kind,
                "connection": connection,
                "requested_at": requested_at,
                "finished_at": finished_at,
                "error": error,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        kind = d.pop("kind")

        connection = d.pop("connection")

        requested_at = d.pop("requested_at")

        def _parse_finished_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        error = d.pop("error")

        task_told = cls(
            id=id,
            kind=kind,
            connection=connection,
            requested_at=requested_at,
            finished_at=finished_at,
            error=error,
        )

        task_told.additional_properties = d
        return task_told

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
