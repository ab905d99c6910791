from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.stop_consents_sent_stop_channel import StopConsentsSentStopChannel
from ..types import UNSET, Unset

T = TypeVar("T", bound="StopConsentsSentStop")


@_attrs_define
class StopConsentsSentStop:
    """What came in: from which phone or e-mail, and the text alone.

    `proof` is the gateway's own name of the message.

        Attributes:
            channel (StopConsentsSentStopChannel):
            contact (str):
            keyword (str):
            proof (str | Unset):  Default: ''.
    """

    channel: StopConsentsSentStopChannel
    contact: str
    keyword: str
    proof: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        channel = self.channel.value

        contact = self.contact

        keyword = self.keyword

        proof = self.proof

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "channel": channel,
                "contact": contact,
                "keyword": keyword,
            }
        )
        if proof is not UNSET:
            field_dict["proof"] = proof

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        channel = StopConsentsSentStopChannel(d.pop("channel"))

        contact = d.pop("contact")

        keyword = d.pop("keyword")

        proof = d.pop("proof", UNSET)

        stop_consents_sent_stop = cls(
            channel=channel,
            contact=contact,
            keyword=keyword,
            proof=proof,
        )

        return stop_consents_sent_stop
