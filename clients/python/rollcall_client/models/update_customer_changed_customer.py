from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.update_customer_changed_customer_status import (
    UpdateCustomerChangedCustomerStatus,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.update_customer_changed_customer_customer import (
        UpdateCustomerChangedCustomerCustomer,
    )


T = TypeVar("T", bound="UpdateCustomerChangedCustomer")


@_attrs_define
class UpdateCustomerChangedCustomer:
    """
    Attributes:
        customer (UpdateCustomerChangedCustomerCustomer | Unset): Keys as for registering; null or an empty text empties
            a value.
        pinned (list[str] | Unset): Keys of values that no POS shall replace, however new its own is.
        status (UpdateCustomerChangedCustomerStatus | Unset): At every POS that can say so; needs the role manager.
    """

    customer: UpdateCustomerChangedCustomerCustomer | Unset = UNSET
    pinned: list[str] | Unset = UNSET
    status: UpdateCustomerChangedCustomerStatus | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        customer: dict[str, Any] | Unset = UNSET
        if not isinstance(self.customer, Unset):
            customer = self.customer.to_dict()

        pinned: list[str] | Unset = UNSET
        if not isinstance(self.pinned, Unset):
            pinned = self.pinned

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if customer is not UNSET:
            field_dict["customer"] = customer
        if pinned is not UNSET:
            field_dict["pinned"] = pinned
        if status is not UNSET:
            field_dict["status"] = status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.update_customer_changed_customer_customer import (
            UpdateCustomerChangedCustomerCustomer,  # noqa: PLC0415
        )

        d = dict(src_dict)
        _customer = d.pop("customer", UNSET)
        customer: UpdateCustomerChangedCustomerCustomer | Unset
        if isinstance(_customer, Unset):
            customer = UNSET
        else:
            customer = UpdateCustomerChangedCustomerCustomer.from_dict(_customer)

        pinned = cast(list[str], d.pop("pinned", UNSET))

        _status = d.pop("status", UNSET)
        status: UpdateCustomerChangedCustomerStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = UpdateCustomerChangedCustomerStatus(_status)

        update_customer_changed_customer = cls(
            customer=customer,
            pinned=pinned,
            status=status,
        )

        update_customer_changed_customer.additional_properties = d
        return update_customer_changed_customer

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
