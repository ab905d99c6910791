from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.create_consent_wording_sent_wording_channel import (
    CreateConsentWordingSentWordingChannel,
)
from ..models.create_consent_wording_sent_wording_purpose import (
    CreateConsentWordingSentWordingPurpose,
)

T = TypeVar("T", bound="CreateConsentWordingSentWording")


@_attrs_define
class CreateConsentWordingSentWording:
    """A text in a language (BCP 47) for a purpose and a channel.

    Attributes:
        purpose (CreateConsentWordingSentWordingPurpose):
        channel (CreateConsentWordingSentWordingChannel):
        language (str):
        text (str):
    """

    purpose: CreateConsentWordingSentWordingPurpose
    channel: CreateConsentWordingSentWordingChannel
    language: str
    text: str

    def to_dict(self) -> dict[str, Any]:
        purpose = self.purpose.value

        channel = self.channel.value

        language = self.language

        text = self.text

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "purpose": purpose,
                "channel": channel,
                "language": language,
                "text": text,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        purpose = CreateConsentWordingSentWordingPurpose(d.pop("purpose"))

        channel = CreateConsentWordingSentWordingChannel(d.pop("channel"))

        language = d.pop("language")

        text = d.pop("text")

        create_consent_wording_sent_wording = cls(
            purpose=purpose,
            channel=channel,
            language=language,
            text=text,
        )

        return create_consent_wording_sent_wording
