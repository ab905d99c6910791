from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.consent_told import ConsentTold


T = TypeVar("T", bound="MayContact")


@_attrs_define
class MayContact:
    """Yes or no, why, and the entry that proves it; null: the ledger says nothing of it.

    Attributes:
        customer_id (str):
        purpose (str):
        channel (str):
        at (str):
        may_contact (bool):
        reason (str):
        entry (ConsentTold | None):
    """

    customer_id: str
    purpose: str
    channel: str
    at: str
    may_contact: bool
    reason: str
    entry: ConsentTold | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.consent_told import ConsentTold  # noqa: PLC0415

        customer_id = self.customer_id

        purpose = self.purpose

        channel = self.channel

        at = self.at

        may_contact = self.may_contact

        reason = self.reason

        entry: dict[str, Any] | None
        if isinstance(self.entry, ConsentTold):
            entry = self.entry.to_dict()
        else:
            entry = self.entry

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "customer_id": customer_id,
                "purpose": purpose,
                "channel": channel,
                "at": at,
                "may_contact": may_contact,
                "reason": reason,
                "entry": entry,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.consent_told import ConsentTold  # noqa: PLC0415

        d = dict(src_dict)
        customer_id = d.pop("customer_id")

        purpose = d.pop("purpose")

        channel = d.pop("channel")

        at = d.pop("at")

        may_contact = d.pop("may_contact")

        reason = d.pop("reason")

        def _parse_entry(data: object) -> ConsentTold | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                entry_type_0 = ConsentTold.from_dict(data)

                return entry_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ConsentTold | None, data)

        entry = _parse_entry(d.pop("entry"))

        may_contact = cls(
            customer_id=customer_id,
            purpose=purpose,
            channel=channel,
            at=at,
            may_contact=may_contact,
            reason=reason,
            entry=entry,
        )

        may_contact.additional_properties = d
        return may_contact

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
