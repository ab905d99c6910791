from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.kiosk_order_line_told import KioskOrderLineTold


T = TypeVar("T", bound="KioskOrderTold")


@_attrs_define
class KioskOrderTold:
    """An order that was taken at a kiosk; `customer_id` is whose it is now.

    Attributes:
        id (str):
        code (str):
        store (str):
        kiosk (str):
        first_name (str):
        last_name (str):
        amount (str):
        placed_at (str):
        paid_at (None | str):
        customer_id (None | str):
        lines (list[KioskOrderLineTold]):
    """

    id: str
    code: str
    store: str
    kiosk: str
    first_name: str
    last_name: str
    amount: str
    placed_at: str
    paid_at: None | str
    customer_id: None | str
    lines: list[KioskOrderLineTold]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        code = self.code

        store = self.store

        kiosk = self.kiosk

        first_name = self.first_name

        last_name = self.last_name

        amount = self.amount

        placed_at = self.placed_at

        paid_at: None | str
        paid_at = self.paid_at

        customer_id: None | str
        customer_id = self.customer_id

        lines = []
        for lines_item_data in self.lines:
            lines_item = lines_item_data.to_dict()
            lines.append(lines_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "code": code,
                "store": store,
                "kiosk": kiosk,
                "first_name": first_name,
                "last_name": last_name,
                "amount": amount,
                "placed_at": placed_at,
                "paid_at": paid_at,
                "customer_id": customer_id,
                "lines": lines,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.kiosk_order_line_told import KioskOrderLineTold  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        code = d.pop("code")

        store = d.pop("store")

        kiosk = d.pop("kiosk")

        first_name = d.pop("first_name")

        last_name = d.pop("last_name")

        amount = d.pop("amount")

        placed_at = d.pop("placed_at")

        def _parse_paid_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        paid_at = _parse_paid_at(d.pop("paid_at"))

        def _parse_customer_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        customer_id = _parse_customer_id(d.pop("customer_id"))

        lines = []
        _lines = d.pop("lines")
        for lines_item_data in _lines:
            lines_item = KioskOrderLineTold.from_dict(lines_item_data)

            lines.append(lines_item)

        kiosk_order_told = cls(
            id=id,
            code=code,
            store=store,
            kiosk=kiosk,
            first_name=first_name,
            last_name=last_name,
            amount=amount,
            placed_at=placed_at,
            paid_at=paid_at,
            customer_id=customer_id,
            lines=lines,
        )

        kiosk_order_told.additional_properties = d
        return kiosk_order_told

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
