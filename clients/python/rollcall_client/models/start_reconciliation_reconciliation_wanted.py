from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="StartReconciliationReconciliationWanted")


@_attrs_define
class StartReconciliationReconciliationWanted:
    """What the proof shall do.

    Attributes:
        repair (bool | Unset): Bring in line what differs. Default: False.
    """

    repair: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        repair = self.repair

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if repair is not UNSET:
            field_dict["repair"] = repair

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        repair = d.pop("repair", UNSET)

        start_reconciliation_reconciliation_wanted = cls(
            repair=repair,
        )

        return start_reconciliation_reconciliation_wanted
