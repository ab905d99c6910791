from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="StartSyncRunWanted")


@_attrs_define
class StartSyncRunWanted:
    """What shall be read.

    Attributes:
        full (bool | Unset): Everything, not only what changed. Default: False.
    """

    full: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        full = self.full

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if full is not UNSET:
            field_dict["full"] = full

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        full = d.pop("full", UNSET)

        start_sync_run_wanted = cls(
            full=full,
        )

        return start_sync_run_wanted
