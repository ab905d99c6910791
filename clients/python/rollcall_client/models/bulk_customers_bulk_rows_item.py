from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.bulk_customers_bulk_rows_item_customer import (
        BulkCustomersBulkRowsItemCustomer,
    )


T = TypeVar("T", bound="BulkCustomersBulkRowsItem")


@_attrs_define
class BulkCustomersBulkRowsItem:
    """
    Attributes:
        customer (BulkCustomersBulkRowsItemCustomer):
        id (str | Unset): Of whom to change; without, a new person.
        etag (str | Unset): Of a change: the version read, or `*`.
        confirm_new (bool | Unset):
        shown (list[str] | Unset):
    """

    customer: BulkCustomersBulkRowsItemCustomer
    id: str | Unset = UNSET
    etag: str | Unset = UNSET
    confirm_new: bool | Unset = UNSET
    shown: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        customer = self.customer.to_dict()

        id = self.id

        etag = self.etag

        confirm_new = self.confirm_new

        shown: list[str] | Unset = UNSET
        if not isinstance(self.shown, Unset):
            shown = self.shown

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "customer": customer,
            }
        )
        if id is not UNSET:
            field_dict["id"] = id
        if etag is not UNSET:
            field_dict["etag"] = etag
        if confirm_new is not UNSET:
            field_dict["confirm_new"] = confirm_new
        if shown is not UNSET:
            field_dict["shown"] = shown

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.bulk_customers_bulk_rows_item_customer import (
            BulkCustomersBulkRowsItemCustomer,  # noqa: PLC0415
        )

        d = dict(src_dict)
        customer = BulkCustomersBulkRowsItemCustomer.from_dict(d.pop("customer"))

        id = d.pop("id", UNSET)

        etag = d.pop("etag", UNSET)

        confirm_new = d.pop("confirm_new", UNSET)

        shown = cast(list[str], d.pop("shown", UNSET))

        bulk_customers_bulk_rows_item = cls(
            customer=customer,
            id=id,
            etag=etag,
            confirm_new=confirm_new,
            shown=shown,
        )

        bulk_customers_bulk_rows_item.additional_properties = d
        return bulk_customers_bulk_rows_item

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
