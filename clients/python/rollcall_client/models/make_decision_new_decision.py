from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.make_decision_new_decision_kind import MakeDecisionNewDecisionKind
from ..types import UNSET, Unset

T = TypeVar("T", bound="MakeDecisionNewDecision")


@_attrs_define
class MakeDecisionNewDecision:
    """Two people, and what they are to one another.

    Attributes:
        first (str):
        second (str):
        kind (MakeDecisionNewDecisionKind):
        note (str | Unset):  Default: ''.
    """

    first: str
    second: str
    kind: MakeDecisionNewDecisionKind
    note: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        first = self.first

        second = self.second

        kind = self.kind.value

        note = self.note

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "first": first,
                "second": second,
                "kind": kind,
            }
        )
        if note is not UNSET:
            field_dict["note"] = note

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        first = d.pop("first")

        second = d.pop("second")

        kind = MakeDecisionNewDecisionKind(d.pop("kind"))

        note = d.pop("note", UNSET)

        make_decision_new_decision = cls(
            first=first,
            second=second,
            kind=kind,
            note=note,
        )

        return make_decision_new_decision
