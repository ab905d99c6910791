from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.duplicate_person import DuplicatePerson
    from ..models.reason import Reason
    from ..models.step import Step


T = TypeVar("T", bound="DuplicateEvidence")


@_attrs_define
class DuplicateEvidence:
    """A pair with everything that speaks for and against one person.

    `needed` bits link a pair by itself, if nothing contradicts; each field of `would_link_if` would
    be enough if both records agreed on it. `capped` bits are left out, for a household shares them.

        Attributes:
            id (int):
            state (str):
            at (str):
            bits (float):
            needed (float):
            capped (float):
            people (list[DuplicatePerson]):
            evidence_for (list[Step]):
            evidence_against (list[Step]):
            reasons (list[Reason]):
            would_link_if (list[str]):
    """

    id: int
    state: str
    at: str
    bits: float
    needed: float
    capped: float
    people: list[DuplicatePerson]
    evidence_for: list[Step]
    evidence_against: list[Step]
    reasons: list[Reason]
    would_link_if: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        state = self.state

        at = self.at

        bits = self.bits

        needed = self.needed

        capped = self.capped

        people = []
        for people_item_data in self.people:
            people_item = people_item_data.to_dict()
            people.append(people_item)

        evidence_for = []
        for evidence_for_item_data in self.evidence_for:
            evidence_for_item = evidence_for_item_data.to_dict()
            evidence_for.append(evidence_for_item)

        evidence_against = []
        for evidence_against_item_data in self.evidence_against:
            evidence_against_item = evidence_against_item_data.to_dict()
            evidence_against.append(evidence_against_item)

        reasons = []
        for reasons_item_data in self.reasons:
            reasons_item = reasons_item_data.to_dict()
            reasons.append(reasons_item)

        would_link_if = self.would_link_if

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "state": state,
                "at": at,
                "bits": bits,
                "needed": needed,
                "capped": capped,
                "people": people,
                "evidence_for": evidence_for,
                "evidence_against": evidence_against,
                "reasons": reasons,
                "would_link_if": would_link_if,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.duplicate_person import DuplicatePerson  # noqa: PLC0415
        from ..models.reason import Reason  # noqa: PLC0415
        from ..models.step import Step  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        state = d.pop("state")

        at = d.pop("at")

        bits = d.pop("bits")

        needed = d.pop("needed")

        capped = d.pop("capped")

        people = []
        _people = d.pop("people")
        for people_item_data in _people:
            people_item = DuplicatePerson.from_dict(people_item_data)

            people.append(people_item)

        evidence_for = []
        _evidence_for = d.pop("evidence_for")
        for evidence_for_item_data in _evidence_for:
            evidence_for_item = Step.from_dict(evidence_for_item_data)

            evidence_for.append(evidence_for_item)

        evidence_against = []
        _evidence_against = d.pop("evidence_against")
        for evidence_against_item_data in _evidence_against:
            evidence_against_item = Step.from_dict(evidence_against_item_data)

            evidence_against.append(evidence_against_item)

        reasons = []
        _reasons = d.pop("reasons")
        for reasons_item_data in _reasons:
            reasons_item = Reason.from_dict(reasons_item_data)

            reasons.append(reasons_item)

        would_link_if = cast(list[str], d.pop("would_link_if"))

        duplicate_evidence = cls(
            id=id,
            state=state,
            at=at,
            bits=bits,
            needed=needed,
            capped=capped,
            people=people,
            evidence_for=evidence_for,
            evidence_against=evidence_against,
            reasons=reasons,
            would_link_if=would_link_if,
        )

        duplicate_evidence.additional_properties = d
        return duplicate_evidence

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
