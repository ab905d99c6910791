from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="WebIdentityTold")


@_attrs_define
class WebIdentityTold:
    """A log-in of a shopper, `customer_id`, as they are now; the subject is not repeated.

    Attributes:
        id (str):
        customer_id (str):
        issuer (str):
        bound_at (str):
        unbound_at (None | str):
    """

    id: str
    customer_id: str
    issuer: str
    bound_at: str
    unbound_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        customer_id = self.customer_id

        issuer = self.issuer

        bound_at = self.bound_at

        unbound_at: None | str
        unbound_at = self.unbound_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "customer_id": customer_id,
                "issuer": issuer,
                "bound_at": bound_at,
                "unbound_at": unbound_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        customer_id = d.pop("customer_id")

        issuer = d.pop("issuer")

        bound_at = d.pop("bound_at")

        def _parse_unbound_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        unbound_at = _parse_unbound_at(d.pop("unbound_at"))

        web_identity_told = cls(
            id=id,
            customer_id=customer_id,
            issuer=issuer,
            bound_at=bound_at,
            unbound_at=unbound_at,
        )

        web_identity_told.additional_properties = d
        return web_identity_told

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
