from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="BulkCustomersBulkRowsItemCustomer")


@_attrs_define
class BulkCustomersBulkRowsItemCustomer:
    """
    Attributes:
        first_name (None | str | Unset):
        last_name (None | str | Unset):
        gender (None | str | Unset):
        birthday (None | str | Unset):
        email (None | str | Unset):
        phone (None | str | Unset):
        drivers_license (None | str | Unset):
        notes (None | str | Unset):
        middle_name (None | str | Unset):
        nickname (None | str | Unset):
        licence_state (None | str | Unset):
        licence_expires_on (None | str | Unset):
        medical_id (None | str | Unset):
        medical_expires_on (None | str | Unset):
        street (None | str | Unset):
        city (None | str | Unset):
        state (None | str | Unset):
        zip_ (None | str | Unset):
        customer_type (None | str | Unset):
        marketing_opt_in (bool | None | Unset):
        email_opt_in (bool | None | Unset):
        sms_opt_in (bool | None | Unset):
        referral_source (None | str | Unset):
    """

    first_name: None | str | Unset = UNSET
    last_name: None | str | Unset = UNSET
    gender: None | str | Unset = UNSET
    birthday: None | str | Unset = UNSET
    email: None | str | Unset = UNSET
    phone: None | str | Unset = UNSET
    drivers_license: None | str | Unset = UNSET
    notes: None | str | Unset = UNSET
    middle_name: None | str | Unset = UNSET
    nickname: None | str | Unset = UNSET
    licence_state: None | str | Unset = UNSET
    licence_expires_on: None | str | Unset = UNSET
    medical_id: None | str | Unset = UNSET
    medical_expires_on: None | str | Unset = UNSET
    street: None | str | Unset = UNSET
    city: None | str | Unset = UNSET
    state: None | str | Unset = UNSET
    zip_: None | str | Unset = UNSET
    customer_type: None | str | Unset = UNSET
    marketing_opt_in: bool | None | Unset = UNSET
    email_opt_in: bool | None | Unset = UNSET
    sms_opt_in: bool | None | Unset = UNSET
    referral_source: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        first_name: None | str | Unset
        if isinstance(self.first_name, Unset):
            first_name = UNSET
        else:
            first_name = self.first_name

        last_name: None | str | Unset
        if isinstance(self.last_name, Unset):
            last_name = UNSET
        else:
            last_name = self.last_name

        gender: None | str | Unset
        if isinstance(self.gender, Unset):
            gender = UNSET
        else:
            gender = self.gender

        birthday: None | str | Unset
        if isinstance(self.birthday, Unset):
            birthday = UNSET
        else:
            birthday = self.birthday

        email: None | str | Unset
        if isinstance(self.email, Unset):
            email = UNSET
        else:
            email = self.email

        phone: None | str | Unset
        if isinstance(self.phone, Unset):
            phone = UNSET
        else:
            phone = self.phone

        drivers_license: None | str | Unset
        if isinstance(self.drivers_license, Unset):
            drivers_license = UNSET
        else:
            drivers_license = self.drivers_license

        notes: None | str | Unset
        if isinstance(self.notes, Unset):
            notes = UNSET
        else:
            notes = self.notes

        middle_name: None | str | Unset
        if isinstance(self.middle_name, Unset):
            middle_name = UNSET
        else:
            middle_name = self.middle_name

        nickname: None | str | Unset
        if isinstance(self.nickname, Unset):
            nickname = UNSET
        else:
            nickname = self.nickname

        licence_state: None | str | Unset
        if isinstance(self.licence_state, Unset):
            licence_state = UNSET
        else:
            licence_state = self.licence_state

        licence_expires_on: None | str | Unset
        if isinstance(self.licence_expires_on, Unset):
            licence_expires_on = UNSET
        else:
            licence_expires_on = self.licence_expires_on

        medical_id: None | str | Unset
        if isinstance(self.medical_id, Unset):
            medical_id = UNSET
        else:
            medical_id = self.medical_id

        medical_expires_on: None | str | Unset
        if isinstance(self.medical_expires_on, Unset):
            medical_expires_on = UNSET
        else:
            medical_expires_on = self.medical_expires_on

        street: None | str | Unset
        if isinstance(self.street, Unset):
            street = UNSET
        else:
            street = self.street

        city: None | str | Unset
        if isinstance(self.city, Unset):
            city = UNSET
        else:
            city = self.city

        state: None | str | Unset
        if isinstance(self.state, Unset):
            state = UNSET
        else:
            state = self.state

        zip_: None | str | Unset
        if isinstance(self.zip_, Unset):
            zip_ = UNSET
        else:
            zip_ = self.zip_

        customer_type: None | str | Unset
        if isinstance(self.customer_type, Unset):
            customer_type = UNSET
        else:
            customer_type = self.customer_type

        marketing_opt_in: bool | None | Unset
        if isinstance(self.marketing_opt_in, Unset):
            marketing_opt_in = UNSET
        else:
            marketing_opt_in = self.marketing_opt_in

        email_opt_in: bool | None | Unset
        if isinstance(self.email_opt_in, Unset):
            email_opt_in = UNSET
        else:
            email_opt_in = self.email_opt_in

        sms_opt_in: bool | None | Unset
        if isinstance(self.sms_opt_in, Unset):
            sms_opt_in = UNSET
        else:
            sms_opt_in = self.sms_opt_in

        referral_source: None | str | Unset
        if isinstance(self.referral_source, Unset):
            referral_source = UNSET
        else:
            referral_source = self.referral_source

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if gender is not UNSET:
            field_dict["gender"] = gender
        if birthday is not UNSET:
            field_dict["birthday"] = birthday
        if email is not UNSET:
            field_dict["email"] = email
        if phone is not UNSET:
            field_dict["phone"] = phone
        if drivers_license is not UNSET:
            field_dict["drivers_license"] = drivers_license
        if notes is not UNSET:
            field_dict["notes"] = notes
        if middle_name is not UNSET:
            field_dict["middle_name"] = middle_name
        if nickname is not UNSET:
            field_dict["nickname"] = nickname
        if licence_state is not UNSET:
            field_dict["licence_state"] = licence_state
        if licence_expires_on is not UNSET:
            field_dict["licence_expires_on"] = licence_expires_on
        if medical_id is not UNSET:
            field_dict["medical_id"] = medical_id
        if medical_expires_on is not UNSET:
            field_dict["medical_expires_on"] = medical_expires_on
        if street is not UNSET:
            field_dict["street"] = street
        if city is not UNSET:
            field_dict["city"] = city
        if state is not UNSET:
            field_dict["state"] = state
        if zip_ is not UNSET:
            field_dict["zip"] = zip_
        if customer_type is not UNSET:
            field_dict["customer_type"] = customer_type
        if marketing_opt_in is not UNSET:
            field_dict["marketing_opt_in"] = marketing_opt_in
        if email_opt_in is not UNSET:
            field_dict["email_opt_in"] = email_opt_in
        if sms_opt_in is not UNSET:
            field_dict["sms_opt_in"] = sms_opt_in
        if referral_source is not UNSET:
            field_dict["referral_source"] = referral_source

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_first_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        first_name = _parse_first_name(d.pop("first_name", UNSET))

        def _parse_last_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        last_name = _parse_last_name(d.pop("last_name", UNSET))

        def _parse_gender(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        gender = _parse_gender(d.pop("gender", UNSET))

        def _parse_birthday(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        birthday = _parse_birthday(d.pop("birthday", UNSET))

        def _parse_email(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        email = _parse_email(d.pop("email", UNSET))

        def _parse_phone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        phone = _parse_phone(d.pop("phone", UNSET))

        def _parse_drivers_license(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        drivers_license = _parse_drivers_license(d.pop("drivers_license", UNSET))

        def _parse_notes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notes = _parse_notes(d.pop("notes", UNSET))

        def _parse_middle_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        middle_name = _parse_middle_name(d.pop("middle_name", UNSET))

        def _parse_nickname(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        nickname = _parse_nickname(d.pop("nickname", UNSET))

        def _parse_licence_state(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        licence_state = _parse_licence_state(d.pop("licence_state", UNSET))

        def _parse_licence_expires_on(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        licence_expires_on = _parse_licence_expires_on(
            d.pop("licence_expires_on", UNSET)
        )

        def _parse_medical_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        medical_id = _parse_medical_id(d.pop("medical_id", UNSET))

        def _parse_medical_expires_on(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        medical_expires_on = _parse_medical_expires_on(
            d.pop("medical_expires_on", UNSET)
        )

        def _parse_street(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        street = _parse_street(d.pop("street", UNSET))

        def _parse_city(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        city = _parse_city(d.pop("city", UNSET))

        def _parse_state(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        state = _parse_state(d.pop("state", UNSET))

        def _parse_zip_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        zip_ = _parse_zip_(d.pop("zip", UNSET))

        def _parse_customer_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        customer_type = _parse_customer_type(d.pop("customer_type", UNSET))

        def _parse_marketing_opt_in(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        marketing_opt_in = _parse_marketing_opt_in(d.pop("marketing_opt_in", UNSET))

        def _parse_email_opt_in(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        email_opt_in = _parse_email_opt_in(d.pop("email_opt_in", UNSET))

        def _parse_sms_opt_in(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        sms_opt_in = _parse_sms_opt_in(d.pop("sms_opt_in", UNSET))

        def _parse_referral_source(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        referral_source = _parse_referral_source(d.pop("referral_source", UNSET))

        bulk_customers_bulk_rows_item_customer = cls(
            first_name=first_name,
            last_name=last_name,
            gender=gender,
            birthday=birthday,
            email=email,
            phone=phone,
            drivers_license=drivers_license,
            notes=notes,
            middle_name=middle_name,
            nickname=nickname,
            licence_state=licence_state,
            licence_expires_on=licence_expires_on,
            medical_id=medical_id,
            medical_expires_on=medical_expires_on,
            street=street,
            city=city,
            state=state,
            zip_=zip_,
            customer_type=customer_type,
            marketing_opt_in=marketing_opt_in,
            email_opt_in=email_opt_in,
            sms_opt_in=sms_opt_in,
            referral_source=referral_source,
        )

        bulk_customers_bulk_rows_item_customer.additional_properties = d
        return bulk_customers_bulk_rows_item_customer

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
