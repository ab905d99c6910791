from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ReconciliationTold")


@_attrs_define
class ReconciliationTold:
    """The proof that Rollcall and POS hold the same: counts, and the ids that do not agree.

    Of each sort at most the first thousand ids. `is_repaired`: counts are those before the repair.

        Attributes:
            id (int):
            connection (str):
            started_at (str):
            finished_at (str):
            at_pos (int):
            here (int):
            missing (int):
            extra (int):
            different (int):
            quarantined (int):
            missing_ids (list[str]):
            extra_ids (list[str]):
            different_ids (list[str]):
            is_repaired (bool):
    """

    id: int
    connection: str
    started_at: str
    finished_at: str
    at_pos: int
    here: int
    missing: int
    extra: int
    different: int
    quarantined: int
    missing_ids: list[str]
    extra_ids: list[str]
    different_ids: list[str]
    is_repaired: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        connection = self.connection

        started_at = self.started_at

        finished_at = self.finished_at

        at_pos = self.at_pos

        here = self.here

        missing = self.missing

        extra = self.extra

        different = self.different

        quarantined = self.quarantined

        missing_ids = self.missing_ids

        extra_ids = self.extra_ids

        different_ids = self.different_ids

        is_repaired = self.is_repaired

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "connection": connection,
                "started_at": started_at,
                "finished_at": finished_at,
                "at_pos": at_pos,
                "here": here,
                "missing": missing,
                "extra": extra,
                "different": different,
                "quarantined": quarantined,
                "missing_ids": missing_ids,
                "extra_ids": extra_ids,
                "different_ids": different_ids,
                "is_repaired": is_repaired,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        connection = d.pop("connection")

        started_at = d.pop("started_at")

        finished_at = d.pop("finished_at")

        at_pos = d.pop("at_pos")

        here = d.pop("here")

        missing = d.pop("missing")

        extra = d.pop("extra")

        different = d.pop("different")

        quarantined = d.pop("quarantined")

        missing_ids = cast(list[str], d.pop("missing_ids"))

        extra_ids = cast(list[str], d.pop("extra_ids"))

        different_ids = cast(list[str], d.pop("different_ids"))

        is_repaired = d.pop("is_repaired")

        reconciliation_told = cls(
            id=id,
            connection=connection,
            started_at=started_at,
            finished_at=finished_at,
            at_pos=at_pos,
            here=here,
            missing=missing,
            extra=extra,
            different=different,
            quarantined=quarantined,
            missing_ids=missing_ids,
            extra_ids=extra_ids,
            different_ids=different_ids,
            is_repaired=is_repaired,
        )

        reconciliation_told.additional_properties = d
        return reconciliation_told

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
