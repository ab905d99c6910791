from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ConfirmConsentNothing")


@_attrs_define
class ConfirmConsentNothing:
    """Nothing has to be said: no members."""

    def to_dict(self) -> dict[str, Any]:

        field_dict: dict[str, Any] = {}

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        confirm_consent_nothing = cls()

        return confirm_consent_nothing
