from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.pos_status import PosStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.platform_customer import PlatformCustomer


T = TypeVar("T", bound="RegisteredCustomer")


@_attrs_define
class RegisteredCustomer:
    """Somebody who was registered, and how far the POS has come.

    Attributes:
        customer (PlatformCustomer): A person: the values that stand, by canonical names.

            `masked` names the fields of which a key of staff gets a part only: of a birth date the year, of
            licence and medical id the last four.
        pos_status (PosStatus): How far a write has come.
        pos_reason (None | str | Unset):
    """

    customer: PlatformCustomer
    pos_status: PosStatus
    pos_reason: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        customer = self.customer.to_dict()

        pos_status = self.pos_status.value

        pos_reason: None | str | Unset
        if isinstance(self.pos_reason, Unset):
            pos_reason = UNSET
        else:
            pos_reason = self.pos_reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "customer": customer,
                "pos_status": pos_status,
            }
        )
        if pos_reason is not UNSET:
            field_dict["pos_reason"] = pos_reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.platform_customer import PlatformCustomer  # noqa: PLC0415

        d = dict(src_dict)
        customer = PlatformCustomer.from_dict(d.pop("customer"))

        pos_status = PosStatus(d.pop("pos_status"))

        def _parse_pos_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        pos_reason = _parse_pos_reason(d.pop("pos_reason", UNSET))

        registered_customer = cls(
            customer=customer,
            pos_status=pos_status,
            pos_reason=pos_reason,
        )

        registered_customer.additional_properties = d
        return registered_customer

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
