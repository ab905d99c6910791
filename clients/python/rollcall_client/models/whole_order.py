from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.order_line import OrderLine
    from ..models.order_step import OrderStep


T = TypeVar("T", bound="WholeOrder")


@_attrs_define
class WholeOrder:
    """An order with whose it is now, its lines (null: the POS tells none) and its history.

    Attributes:
        id (str):
        kind (str):
        account (str):
        connection (str):
        external_id (str):
        number (str):
        status (str):
        pos_status (str):
        placed_at (datetime.datetime):
        updated_at (datetime.datetime | None):
        amount (None | str):
        currency (str):
        customer_id (None | str):
        lines (list[OrderLine] | None):
        history (list[OrderStep]):
    """

    id: str
    kind: str
    account: str
    connection: str
    external_id: str
    number: str
    status: str
    pos_status: str
    placed_at: datetime.datetime
    updated_at: datetime.datetime | None
    amount: None | str
    currency: str
    customer_id: None | str
    lines: list[OrderLine] | None
    history: list[OrderStep]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        kind = self.kind

        account = self.account

        connection = self.connection

        external_id = self.external_id

        number = self.number

        status = self.status

        pos_status = self.pos_status

        placed_at = self.placed_at.isoformat()

        updated_at: None | str
        if isinstance(self.updated_at, datetime.datetime):
            updated_at = self.updated_at.isoformat()
        else:
            updated_at = self.updated_at

        amount: None | str
        amount = self.amount

        currency = self.currency

        customer_id: None | str
        customer_id = self.customer_id

        lines: list[dict[str, Any]] | None
        if isinstance(self.lines, list):
            lines = []
            for lines_type_0_item_data in self.lines:
                lines_type_0_item = lines_type_0_item_data.to_dict()
                lines.append(lines_type_0_item)

        else:
            lines = self.lines

        history = []
        for history_item_data in self.history:
            history_item = history_item_data.to_dict()
            history.append(history_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "kind": kind,
                "account": account,
                "connection": connection,
                "external_id": external_id,
                "number": number,
                "status": status,
                "pos_status": pos_status,
                "placed_at": placed_at,
                "updated_at": updated_at,
                "amount": amount,
                "currency": currency,
                "customer_id": customer_id,
                "lines": lines,
                "history": history,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.order_line import OrderLine  # noqa: PLC0415
        from ..models.order_step import OrderStep  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        kind = d.pop("kind")

        account = d.pop("account")

        connection = d.pop("connection")

        external_id = d.pop("external_id")

        number = d.pop("number")

        status = d.pop("status")

        pos_status = d.pop("pos_status")

        placed_at = datetime.datetime.fromisoformat(d.pop("placed_at"))

        def _parse_updated_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                updated_at_type_0 = datetime.datetime.fromisoformat(data)

                return updated_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        updated_at = _parse_updated_at(d.pop("updated_at"))

        def _parse_amount(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        amount = _parse_amount(d.pop("amount"))

        currency = d.pop("currency")

        def _parse_customer_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        customer_id = _parse_customer_id(d.pop("customer_id"))

        def _parse_lines(data: object) -> list[OrderLine] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                lines_type_0 = []
                _lines_type_0 = data
                for lines_type_0_item_data in _lines_type_0:
                    lines_type_0_item = OrderLine.from_dict(lines_type_0_item_data)

                    lines_type_0.append(lines_type_0_item)

                return lines_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[OrderLine] | None, data)

        lines = _parse_lines(d.pop("lines"))

        history = []
        _history = d.pop("history")
        for history_item_data in _history:
            history_item = OrderStep.from_dict(history_item_data)

            history.append(history_item)

        whole_order = cls(
            id=id,
            kind=kind,
            account=account,
            connection=connection,
            external_id=external_id,
            number=number,
            status=status,
            pos_status=pos_status,
            placed_at=placed_at,
            updated_at=updated_at,
            amount=amount,
            currency=currency,
            customer_id=customer_id,
            lines=lines,
            history=history,
        )

        whole_order.additional_properties = d
        return whole_order

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
