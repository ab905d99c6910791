from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.create_customer_body_customer import CreateCustomerBodyCustomer


T = TypeVar("T", bound="CreateCustomerBody")


@_attrs_define
class CreateCustomerBody:
    """
    Attributes:
        store (str): Slug of a store of the key.
        customer (CreateCustomerBodyCustomer): What is known; keys that nobody knows are ignored.
        confirm_new (bool | Unset): The candidates in `shown` are somebody else.
        shown (list[str] | Unset): Ids of the candidates that the shopper is not.
    """

    store: str
    customer: CreateCustomerBodyCustomer
    confirm_new: bool | Unset = UNSET
    shown: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        store = self.store

        customer = self.customer.to_dict()

        confirm_new = self.confirm_new

        shown: list[str] | Unset = UNSET
        if not isinstance(self.shown, Unset):
            shown = self.shown

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "store": store,
                "customer": customer,
            }
        )
        if confirm_new is not UNSET:
            field_dict["confirm_new"] = confirm_new
        if shown is not UNSET:
            field_dict["shown"] = shown

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.create_customer_body_customer import CreateCustomerBodyCustomer  # noqa: PLC0415

        d = dict(src_dict)
        store = d.pop("store")

        customer = CreateCustomerBodyCustomer.from_dict(d.pop("customer"))

        confirm_new = d.pop("confirm_new", UNSET)

        shown = cast(list[str], d.pop("shown", UNSET))

        create_customer_body = cls(
            store=store,
            customer=customer,
            confirm_new=confirm_new,
            shown=shown,
        )

        create_customer_body.additional_properties = d
        return create_customer_body

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
