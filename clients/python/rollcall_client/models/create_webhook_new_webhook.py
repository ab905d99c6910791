from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateWebhookNewWebhook")


@_attrs_define
class CreateWebhookNewWebhook:
    """Where to call, for which events.

    Attributes:
        url (str):
        name (str | Unset):  Default: ''.
        types (list[str] | Unset):
    """

    url: str
    name: str | Unset = ""
    types: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        name = self.name

        types: list[str] | Unset = UNSET
        if not isinstance(self.types, Unset):
            types = self.types

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "url": url,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if types is not UNSET:
            field_dict["types"] = types

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url")

        name = d.pop("name", UNSET)

        types = cast(list[str], d.pop("types", UNSET))

        create_webhook_new_webhook = cls(
            url=url,
            name=name,
            types=types,
        )

        return create_webhook_new_webhook
