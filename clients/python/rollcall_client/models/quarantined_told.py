from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="QuarantinedTold")


@_attrs_define
class QuarantinedTold:
    """A row that could not be taken over, and why; never what it holds.

    Attributes:
        id (int):
        kind (str):
        account (str):
        record_id (str):
        code (str):
        field (str):
        reason (str):
        attempts (int):
        first_seen_at (str):
        last_seen_at (str):
    """

    id: int
    kind: str
    account: str
    record_id: str
    code: str
    field: str
    reason: str
    attempts: int
    first_seen_at: str
    last_seen_at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        kind = self.kind

        account = self.account

        record_id = self.record_id

        code = self.code

        field = self.field

        reason = self.reason

        attempts = self.attempts

        first_seen_at = self.first_seen_at

        last_seen_at = self.last_seen_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "kind": kind,
                "account": account,
                "record_id": record_id,
                "code": code,
                "field": field,
                "reason": reason,
                "attempts": attempts,
                "first_seen_at": first_seen_at,
                "last_seen_at": last_seen_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        kind = d.pop("kind")

        account = d.pop("account")

        record_id = d.pop("record_id")

        code = d.pop("code")

        field = d.pop("field")

        reason = d.pop("reason")

        attempts = d.pop("attempts")

        first_seen_at = d.pop("first_seen_at")

        last_seen_at = d.pop("last_seen_at")

        quarantined_told = cls(
            id=id,
            kind=kind,
            account=account,
            record_id=record_id,
            code=code,
            field=field,
            reason=reason,
            attempts=attempts,
            first_seen_at=first_seen_at,
            last_seen_at=last_seen_at,
        )

        quarantined_told.additional_properties = d
        return quarantined_told

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
