from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ConsentWording")


@_attrs_define
class ConsentWording:
    """A version of a text; it never changes.

    Attributes:
        id (str):
        purpose (str):
        channel (str):
        language (str):
        version (int):
        text (str):
        created_at (str):
    """

    id: str
    purpose: str
    channel: str
    language: str
    version: int
    text: str
    created_at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        purpose = self.purpose

        channel = self.channel

        language = self.language

        version = self.version

        text = self.text

        created_at = self.created_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "purpose": purpose,
                "channel": channel,
                "language": language,
                "version": version,
                "text": text,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        purpose = d.pop("purpose")

        channel = d.pop("channel")

        language = d.pop("language")

        version = d.pop("version")

        text = d.pop("text")

        created_at = d.pop("created_at")

        consent_wording = cls(
            id=id,
            purpose=purpose,
            channel=channel,
            language=language,
            version=version,
            text=text,
            created_at=created_at,
        )

        consent_wording.additional_properties = d
        return consent_wording

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
