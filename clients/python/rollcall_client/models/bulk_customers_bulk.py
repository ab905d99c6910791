from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.bulk_customers_bulk_rows_item import BulkCustomersBulkRowsItem


T = TypeVar("T", bound="BulkCustomersBulk")


@_attrs_define
class BulkCustomersBulk:
    """
    Attributes:
        rows (list[BulkCustomersBulkRowsItem]):
        store (str | Unset): Slug of the store of new people; needed if there are any.
    """

    rows: list[BulkCustomersBulkRowsItem]
    store: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rows = []
        for rows_item_data in self.rows:
            rows_item = rows_item_data.to_dict()
            rows.append(rows_item)

        store = self.store

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rows": rows,
            }
        )
        if store is not UNSET:
            field_dict["store"] = store

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.bulk_customers_bulk_rows_item import BulkCustomersBulkRowsItem  # noqa: PLC0415

        d = dict(src_dict)
        rows = []
        _rows = d.pop("rows")
        for rows_item_data in _rows:
            rows_item = BulkCustomersBulkRowsItem.from_dict(rows_item_data)

            rows.append(rows_item)

        store = d.pop("store", UNSET)

        bulk_customers_bulk = cls(
            rows=rows,
            store=store,
        )

        bulk_customers_bulk.additional_properties = d
        return bulk_customers_bulk

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
