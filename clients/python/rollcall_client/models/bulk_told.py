from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.row_told import RowTold


T = TypeVar("T", bound="BulkTold")


@_attrs_define
class BulkTold:
    """What became of all rows, in their order.

    With `is_complete` false, send the same request with the same key again: it goes on where it
    stopped, and tells all rows.

        Attributes:
            is_complete (bool):
            done (int):
            rows (list[RowTold]):
    """

    is_complete: bool
    done: int
    rows: list[RowTold]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        is_complete = self.is_complete

        done = self.done

        rows = []
        for rows_item_data in self.rows:
            rows_item = rows_item_data.to_dict()
            rows.append(rows_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "is_complete": is_complete,
                "done": done,
                "rows": rows,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.row_told import RowTold  # noqa: PLC0415

        d = dict(src_dict)
        is_complete = d.pop("is_complete")

        done = d.pop("done")

        rows = []
        _rows = d.pop("rows")
        for rows_item_data in _rows:
            rows_item = RowTold.from_dict(rows_item_data)

            rows.append(rows_item)

        bulk_told = cls(
            is_complete=is_complete,
            done=done,
            rows=rows,
        )

        bulk_told.additional_properties = d
        return bulk_told

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
