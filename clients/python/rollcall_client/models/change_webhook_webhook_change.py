from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.change_webhook_webhook_change_state_type_0 import (
    ChangeWebhookWebhookChangeStateType0,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="ChangeWebhookWebhookChange")


@_attrs_define
class ChangeWebhookWebhookChange:
    """What shall be otherwise; what is not named stays.

    Attributes:
        url (None | str | Unset):
        name (None | str | Unset):
        types (list[str] | None | Unset):
        state (ChangeWebhookWebhookChangeStateType0 | None | Unset):
    """

    url: None | str | Unset = UNSET
    name: None | str | Unset = UNSET
    types: list[str] | None | Unset = UNSET
    state: ChangeWebhookWebhookChangeStateType0 | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        url: None | str | Unset
        if isinstance(self.url, Unset):
            url = UNSET
        else:
            url = self.url

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        types: list[str] | None | Unset
        if isinstance(self.types, Unset):
            types = UNSET
        elif isinstance(self.types, list):
            types = self.types

        else:
            types = self.types

        state: None | str | Unset
        if isinstance(self.state, Unset):
            state = UNSET
        elif isinstance(self.state, ChangeWebhookWebhookChangeStateType0):
            state = self.state.value
        else:
            state = self.state

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if url is not UNSET:
            field_dict["url"] = url
        if name is not UNSET:
            field_dict["name"] = name
        if types is not UNSET:
            field_dict["types"] = types
        if state is not UNSET:
            field_dict["state"] = state

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        url = _parse_url(d.pop("url", UNSET))

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_types(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                types_type_0 = cast(list[str], data)

                return types_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        types = _parse_types(d.pop("types", UNSET))

        def _parse_state(
            data: object,
        ) -> ChangeWebhookWebhookChangeStateType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                state_type_0 = ChangeWebhookWebhookChangeStateType0(data)

                return state_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ChangeWebhookWebhookChangeStateType0 | None | Unset, data)

        state = _parse_state(d.pop("state", UNSET))

        change_webhook_webhook_change = cls(
            url=url,
            name=name,
            types=types,
            state=state,
        )

        return change_webhook_webhook_change
