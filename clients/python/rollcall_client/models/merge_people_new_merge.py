from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="MergePeopleNewMerge")


@_attrs_define
class MergePeopleNewMerge:
    """Two people who are one.

    Attributes:
        first (str):
        second (str):
        survivor (None | str | Unset):
        note (str | Unset):  Default: ''.
    """

    first: str
    second: str
    survivor: None | str | Unset = UNSET
    note: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        first = self.first

        second = self.second

        survivor: None | str | Unset
        if isinstance(self.survivor, Unset):
            survivor = UNSET
        else:
            survivor = self.survivor

        note = self.note

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "first": first,
                "second": second,
            }
        )
        if survivor is not UNSET:
            field_dict["survivor"] = survivor
        if note is not UNSET:
            field_dict["note"] = note

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        first = d.pop("first")

        second = d.pop("second")

        def _parse_survivor(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        survivor = _parse_survivor(d.pop("survivor", UNSET))

        note = d.pop("note", UNSET)

        merge_people_new_merge = cls(
            first=first,
            second=second,
            survivor=survivor,
            note=note,
        )

        return merge_people_new_merge
