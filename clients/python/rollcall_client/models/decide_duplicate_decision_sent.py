from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.decide_duplicate_decision_sent_decision import (
    DecideDuplicateDecisionSentDecision,
)

T = TypeVar("T", bound="DecideDuplicateDecisionSent")


@_attrs_define
class DecideDuplicateDecisionSent:
    """What a person says of the pair.

    Attributes:
        decision (DecideDuplicateDecisionSentDecision):
    """

    decision: DecideDuplicateDecisionSentDecision

    def to_dict(self) -> dict[str, Any]:
        decision = self.decision.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "decision": decision,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decision = DecideDuplicateDecisionSentDecision(d.pop("decision"))

        decide_duplicate_decision_sent = cls(
            decision=decision,
        )

        return decide_duplicate_decision_sent
