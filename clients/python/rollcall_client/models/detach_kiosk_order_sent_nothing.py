from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="DetachKioskOrderSentNothing")


@_attrs_define
class DetachKioskOrderSentNothing:
    """Nothing has to be said."""

    def to_dict(self) -> dict[str, Any]:

        field_dict: dict[str, Any] = {}

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        detach_kiosk_order_sent_nothing = cls()

        return detach_kiosk_order_sent_nothing
