from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="RunTold")


@_attrs_define
class RunTold:
    """One run of a connection's sync: `pending`, `in_progress`, `finished` or `failed`.

    Attributes:
        id (int):
        connection (str):
        state (str):
        phase (str):
        is_full (bool):
        requested_by (str):
        requested_at (str):
        started_at (None | str):
        finished_at (None | str):
        rows_read (int):
        rows_new (int):
        rows_changed (int):
        rows_unchanged (int):
        rows_quarantined (int):
        records_merged (int):
        records_gone (int):
        share (float | None):
        seconds_left (float | None):
        error_code (str):
        error (str):
    """

    id: int
    connection: str
    state: str
    phase: str
    is_full: bool
    requested_by: str
    requested_at: str
    started_at: None | str
    finished_at: None | str
    rows_read: int
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    rows_quarantined: int
    records_merged: int
    records_gone: int
    share: float | None
    seconds_left: float | None
    error_code: str
    error: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        connection = self.connection

        state = self.state

        phase = self.phase

        is_full = self.is_full

        requested_by = self.requested_by

        requested_at = self.requested_at

        started_at: None | str
        started_at = self.started_at

        finished_at: None | str
        finished_at = self.finished_at

        rows_read = self.rows_read

        rows_new = self.rows_new

        rows_changed = self.rows_changed

        rows_unchanged = self.rows_unchanged

        rows_quarantined = self.rows_quarantined

        records_merged = self.records_merged

        records_gone = self.records_gone

        share: float | None
        share = self.share

        seconds_left: float | None
        seconds_left = self.seconds_left

        error_code = self.error_code

        error = self.error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "connection": connection,
                "state": state,
                "phase": phase,
                "is_full": is_full,
                "requested_by": requested_by,
                "requested_at": requested_at,
                "started_at": started_at,
                "finished_at": finished_at,
                "rows_read": rows_read,
                "rows_new": rows_new,
                "rows_changed": rows_changed,
                "rows_unchanged": rows_unchanged,
                "rows_quarantined": rows_quarantined,
                "records_merged": records_merged,
                "records_gone": records_gone,
                "share": share,
                "seconds_left": seconds_left,
                "error_code": error_code,
                "error": error,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        connection = d.pop("connection")

        state = d.pop("state")

        phase = d.pop("phase")

        is_full = d.pop("is_full")

        requested_by = d.pop("requested_by")

        requested_at = d.pop("requested_at")

        def _parse_started_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        started_at = _parse_started_at(d.pop("started_at"))

        def _parse_finished_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        rows_read = d.pop("rows_read")

        rows_new = d.pop("rows_new")

        rows_changed = d.pop("rows_changed")

        rows_unchanged = d.pop("rows_unchanged")

        rows_quarantined = d.pop("rows_quarantined")

        records_merged = d.pop("records_merged")

        records_gone = d.pop("records_gone")

        def _parse_share(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        share = _parse_share(d.pop("share"))

        def _parse_seconds_left(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        seconds_left = _parse_seconds_left(d.pop("seconds_left"))

        error_code = d.pop("error_code")

        error = d.pop("error")

        run_told = cls(
            id=id,
            connection=connection,
            state=state,
            phase=phase,
            is_full=is_full,
            requested_by=requested_by,
            requested_at=requested_at,
            started_at=started_at,
            finished_at=finished_at,
            rows_read=rows_read,
            rows_new=rows_new,
            rows_changed=rows_changed,
            rows_unchanged=rows_unchanged,
            rows_quarantined=rows_quarantined,
            records_merged=records_merged,
            records_gone=records_gone,
            share=share,
            seconds_left=seconds_left,
            error_code=error_code,
            error=error,
        )

        run_told.additional_properties = d
        return run_told

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
