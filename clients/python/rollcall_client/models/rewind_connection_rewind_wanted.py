from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="RewindConnectionRewindWanted")


@_attrs_define
class RewindConnectionRewindWanted:
    """From when on changes shall be read again.

    Attributes:
        to (str): An instant by the POS's clock, before what is read already.
    """

    to: str

    def to_dict(self) -> dict[str, Any]:
        to = self.to

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "to": to,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        to = d.pop("to")

        rewind_connection_rewind_wanted = cls(
            to=to,
        )

        return rewind_connection_rewind_wanted
