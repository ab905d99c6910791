from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="LookUpAtPosWanted")


@_attrs_define
class LookUpAtPosWanted:
    """Whom to ask the POS for: its own id, or what is known of them.

    Attributes:
        record_id (str | Unset):  Default: ''.
        first_name (str | Unset):  Default: ''.
        last_name (str | Unset):  Default: ''.
        phone (str | Unset):  Default: ''.
        email (str | Unset):  Default: ''.
        drivers_license (str | Unset):  Default: ''.
        birthday (str | Unset):  Default: ''.
    """

    record_id: str | Unset = ""
    first_name: str | Unset = ""
    last_name: str | Unset = ""
    phone: str | Unset = ""
    email: str | Unset = ""
    drivers_license: str | Unset = ""
    birthday: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        record_id = self.record_id

        first_name = self.first_name

        last_name = self.last_name

        phone = self.phone

        email = self.email

        drivers_license = self.drivers_license

        birthday = self.birthday

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if record_id is not UNSET:
            field_dict["record_id"] = record_id
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if phone is not UNSET:
            field_dict["phone"] = phone
        if email is not UNSET:
            field_dict["email"] = email
        if drivers_license is not UNSET:
            field_dict["drivers_license"] = drivers_license
        if birthday is not UNSET:
            field_dict["birthday"] = birthday

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        record_id = d.pop("record_id", UNSET)

        first_name = d.pop("first_name", UNSET)

        last_name = d.pop("last_name", UNSET)

        phone = d.pop("phone", UNSET)

        email = d.pop("email", UNSET)

        drivers_license = d.pop("drivers_license", UNSET)

        birthday = d.pop("birthday", UNSET)

        look_up_at_pos_wanted = cls(
            record_id=record_id,
            first_name=first_name,
            last_name=last_name,
            phone=phone,
            email=email,
            drivers_license=drivers_license,
            birthday=birthday,
        )

        return look_up_at_pos_wanted
