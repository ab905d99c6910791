from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="UndoMergeUndoing")


@_attrs_define
class UndoMergeUndoing:
    """Why a merge is taken back.

    Attributes:
        reason (str | Unset):  Default: ''.
        are_different (bool | Unset):  Default: False.
    """

    reason: str | Unset = ""
    are_different: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        reason = self.reason

        are_different = self.are_different

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if reason is not UNSET:
            field_dict["reason"] = reason
        if are_different is not UNSET:
            field_dict["are_different"] = are_different

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        reason = d.pop("reason", UNSET)

        are_different = d.pop("are_different", UNSET)

        undo_merge_undoing = cls(
            reason=reason,
            are_different=are_different,
        )

        return undo_merge_undoing
