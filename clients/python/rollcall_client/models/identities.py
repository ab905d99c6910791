from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.identity import Identity
    from ..models.web_login import WebLogin


T = TypeVar("T", bound="Identities")


@_attrs_define
class Identities:
    """Under which ids a person is known; `former_ids` are of people who are now this one.

    Attributes:
        id (str):
        former_ids (list[str]):
        items (list[Identity]):
        web (list[WebLogin]):
    """

    id: str
    former_ids: list[str]
    items: list[Identity]
    web: list[WebLogin]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        former_ids = self.former_ids

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        web = []
        for web_item_data in self.web:
            web_item = web_item_data.to_dict()
            web.append(web_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "former_ids": former_ids,
                "items": items,
                "web": web,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.identity import Identity  # noqa: PLC0415
        from ..models.web_login import WebLogin  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        former_ids = cast(list[str], d.pop("former_ids"))

        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = Identity.from_dict(items_item_data)

            items.append(items_item)

        web = []
        _web = d.pop("web")
        for web_item_data in _web:
            web_item = WebLogin.from_dict(web_item_data)

            web.append(web_item)

        identities = cls(
            id=id,
            former_ids=former_ids,
            items=items,
            web=web,
        )

        identities.additional_properties = d
        return identities

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
