from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ClaimOrdersSentProof")


@_attrs_define
class ClaimOrdersSentProof:
    """By which the shopper showed that a phone or an e-mail is theirs.

    Attributes:
        proof (str):
    """

    proof: str

    def to_dict(self) -> dict[str, Any]:
        proof = self.proof

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "proof": proof,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        proof = d.pop("proof")

        claim_orders_sent_proof = cls(
            proof=proof,
        )

        return claim_orders_sent_proof
