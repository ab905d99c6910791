from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.web_identity_told import WebIdentityTold


T = TypeVar("T", bound="WebIdentityFound")


@_attrs_define
class WebIdentityFound:
    """Whose a log-in is; null: nobody's whom the key may see.

    Attributes:
        identity (None | WebIdentityTold):
    """

    identity: None | WebIdentityTold
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.web_identity_told import WebIdentityTold  # noqa: PLC0415

        identity: dict[str, Any] | None
        if isinstance(self.identity, WebIdentityTold):
            identity = self.identity.to_dict()
        else:
            identity = self.identity

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "identity": identity,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.web_identity_told import WebIdentityTold  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_identity(data: object) -> None | WebIdentityTold:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                identity_type_0 = WebIdentityTold.from_dict(data)

                return identity_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | WebIdentityTold, data)

        identity = _parse_identity(d.pop("identity"))

        web_identity_found = cls(
            identity=identity,
        )

        web_identity_found.additional_properties = d
        return web_identity_found

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
