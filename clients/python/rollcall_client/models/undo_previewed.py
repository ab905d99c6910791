from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.code_and_words import CodeAndWords
    from ..models.person_after import PersonAfter
    from ..models.person_side import PersonSide


T = TypeVar("T", bound="UndoPreviewed")


@_attrs_define
class UndoPreviewed:
    """What comes of taking a merge back.

    Attributes:
        before (PersonSide): A person before or after: `ids` all lead there, `id` stands.
        after (list[PersonAfter]):
        consequences (list[CodeAndWords]):
        blockers (list[CodeAndWords]):
    """

    before: PersonSide
    after: list[PersonAfter]
    consequences: list[CodeAndWords]
    blockers: list[CodeAndWords]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        before = self.before.to_dict()

        after = []
        for after_item_data in self.after:
            after_item = after_item_data.to_dict()
            after.append(after_item)

        consequences = []
        for consequences_item_data in self.consequences:
            consequences_item = consequences_item_data.to_dict()
            consequences.append(consequences_item)

        blockers = []
        for blockers_item_data in self.blockers:
            blockers_item = blockers_item_data.to_dict()
            blockers.append(blockers_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "before": before,
                "after": after,
                "consequences": consequences,
                "blockers": blockers,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.code_and_words import CodeAndWords  # noqa: PLC0415
        from ..models.person_after import PersonAfter  # noqa: PLC0415
        from ..models.person_side import PersonSide  # noqa: PLC0415

        d = dict(src_dict)
        before = PersonSide.from_dict(d.pop("before"))

        after = []
        _after = d.pop("after")
        for after_item_data in _after:
            after_item = PersonAfter.from_dict(after_item_data)

            after.append(after_item)

        consequences = []
        _consequences = d.pop("consequences")
        for consequences_item_data in _consequences:
            consequences_item = CodeAndWords.from_dict(consequences_item_data)

            consequences.append(consequences_item)

        blockers = []
        _blockers = d.pop("blockers")
        for blockers_item_data in _blockers:
            blockers_item = CodeAndWords.from_dict(blockers_item_data)

            blockers.append(blockers_item)

        undo_previewed = cls(
            before=before,
            after=after,
            consequences=consequences,
            blockers=blockers,
        )

        undo_previewed.additional_properties = d
        return undo_previewed

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
