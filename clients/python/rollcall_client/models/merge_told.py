from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.merge_told_evidence import MergeToldEvidence


T = TypeVar("T", bound="MergeTold")


@_attrs_define
class MergeTold:
    """Two people who were said to be one.

    Attributes:
        id (int):
        survivor (str):
        absorbed (str):
        is_chosen (bool):
        at (str):
        actor (str):
        reason (str):
        note (str):
        evidence (MergeToldEvidence):
        undone_at (None | str):
        undone_by (str):
        undo_reason (str):
    """

    id: int
    survivor: str
    absorbed: str
    is_chosen: bool
    at: str
    actor: str
    reason: str
    note: str
    evidence: MergeToldEvidence
    undone_at: None | str
    undone_by: str
    undo_reason: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        survivor = self.survivor

        absorbed = self.absorbed

        is_chosen = self.is_chosen

        at = self.at

        actor = self.actor

        reason = self.reason

        note = self.note

        evidence = self.evidence.to_dict()

        undone_at: None | str
        undone_at = self.undone_at

        undone_by = self.undone_by

        undo_reason = self.undo_reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "survivor": survivor,
                "absorbed": absorbed,
                "is_chosen": is_chosen,
                "at": at,
                "actor": actor,
                "reason": reason,
                "note": note,
                "evidence": evidence,
                "undone_at": undone_at,
                "undone_by": undone_by,
                "undo_reason": undo_reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.merge_told_evidence import MergeToldEvidence  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        survivor = d.pop("survivor")

        absorbed = d.pop("absorbed")

        is_chosen = d.pop("is_chosen")

        at = d.pop("at")

        actor = d.pop("actor")

        reason = d.pop("reason")

        note = d.pop("note")

        evidence = MergeToldEvidence.from_dict(d.pop("evidence"))

        def _parse_undone_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        undone_at = _parse_undone_at(d.pop("undone_at"))

        undone_by = d.pop("undone_by")

        undo_reason = d.pop("undo_reason")

        merge_told = cls(
            id=id,
            survivor=survivor,
            absorbed=absorbed,
            is_chosen=is_chosen,
            at=at,
            actor=actor,
            reason=reason,
            note=note,
            evidence=evidence,
            undone_at=undone_at,
            undone_by=undone_by,
            undo_reason=undo_reason,
        )

        merge_told.additional_properties = d
        return merge_told

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
