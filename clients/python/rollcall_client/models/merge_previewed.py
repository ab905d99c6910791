from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.code_and_words import CodeAndWords
    from ..models.field_changed import FieldChanged
    from ..models.person_side import PersonSide


T = TypeVar("T", bound="MergePreviewed")


@_attrs_define
class MergePreviewed:
    """What comes of a merge.

    Attributes:
        before (list[PersonSide]):
        after (PersonSide): A person before or after: `ids` all lead there, `id` stands.
        fields (list[FieldChanged]):
        consequences (list[CodeAndWords]):
        blockers (list[CodeAndWords]):
    """

    before: list[PersonSide]
    after: PersonSide
    fields: list[FieldChanged]
    consequences: list[CodeAndWords]
    blockers: list[CodeAndWords]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        before = []
        for before_item_data in self.before:
            before_item = before_item_data.to_dict()
            before.append(before_item)

        after = self.after.to_dict()

        fields = []
        for fields_item_data in self.fields:
            fields_item = fields_item_data.to_dict()
            fields.append(fields_item)

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
                "fields": fields,
                "consequences": consequences,
                "blockers": blockers,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.code_and_words import CodeAndWords  # noqa: PLC0415
        from ..models.field_changed import FieldChanged  # noqa: PLC0415
        from ..models.person_side import PersonSide  # noqa: PLC0415

        d = dict(src_dict)
        before = []
        _before = d.pop("before")
        for before_item_data in _before:
            before_item = PersonSide.from_dict(before_item_data)

            before.append(before_item)

        after = PersonSide.from_dict(d.pop("after"))

        fields = []
        _fields = d.pop("fields")
        for fields_item_data in _fields:
            fields_item = FieldChanged.from_dict(fields_item_data)

            fields.append(fields_item)

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

        merge_previewed = cls(
            before=before,
            after=after,
            fields=fields,
            consequences=consequences,
            blockers=blockers,
        )

        merge_previewed.additional_properties = d
        return merge_previewed

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
