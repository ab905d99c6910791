from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="BindWebIdentitySentBinding")


@_attrs_define
class BindWebIdentitySentBinding:
    """A log-in, and by which the shopper showed who they are.

    Attributes:
        issuer (str):
        subject (str):
        proof (str):
    """

    issuer: str
    subject: str
    proof: str

    def to_dict(self) -> dict[str, Any]:
        issuer = self.issuer

        subject = self.subject

        proof = self.proof

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "issuer": issuer,
                "subject": subject,
                "proof": proof,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        issuer = d.pop("issuer")

        subject = d.pop("subject")

        proof = d.pop("proof")

        bind_web_identity_sent_binding = cls(
            issuer=issuer,
            subject=subject,
            proof=proof,
        )

        return bind_web_identity_sent_binding
