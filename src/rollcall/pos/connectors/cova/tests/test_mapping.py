"""What becomes of a row."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from rollcall.pos.connectors.cova.mapping import MAX_ROW
from rollcall.pos.connectors.cova.tests.cova import canonical
from rollcall.pos.connectors.cova.wire import EXTENSIONS_MARK, KNOWN_KEYS
from rollcall.pos.contract import RecordStatus
from rollcall.pos.errors import RowError

PAYLOADS = Path(__file__).parents[1] / "payloads"
ID = "7f2c1c1e-3f0e-4f4e-9f59-0f6a2d6b1a01"
OTHER = "0b0c6f5a-2d6e-4a0b-8f2c-6c8f3a1b9e77"


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text())


def fields(**row: Any) -> dict[str, Any]:
    return dict(canonical({"Id": ID, **row}).fields)


def phone(value: Any, kind: int = 3, **more: Any) -> dict[str, Any]:
    return {"ContactMethodCategoryId": 1, "ContactMethodTypeId": kind, "Value": value, **more}


def email(value: Any, kind: int = 9, **more: Any) -> dict[str, Any]:
    return {"ContactMethodCategoryId": 2, "ContactMethodTypeId": kind, "Value": value, **more}


class TestSamples:
    def test_the_survivor_of_a_merge(self) -> None:
        customer = canonical(payload("customers.json")[0])

        assert customer.external_id == ID
        assert (customer.status, customer.status_raw) == (RecordStatus.ACTIVE, "Enabled")
        assert customer.merged_into is None
        assert customer.updated_at == dt.datetime(2025, 11, 20, 16, 22, 41, 730_000, dt.UTC)
        assert customer.fields == {
            "given_name": "Devon", "middle_name": None, "family_name": "Okafor", "nickname": None,
            "born_on": "1991-09-02", "marketing_opt_in": True, "referral_source": "Google",
            "notes": None, "phone": "+17205550177", "sms_opt_in": True,
            "email": "devon.okafor@example.com", "email_opt_in": False, "street": "90 Harlan St",
            "city": "Lakewood", "state": "CO", "zip": "80226",
        }  # fmt: skip

    def test_the_loser_of_a_merge(self) -> None:
        customer = canonical(payload("customers.json")[1])

        assert (customer.status, customer.status_raw) == (RecordStatus.INACTIVE, "Merged")
        assert customer.merged_into == ID
        assert customer.fields["phone"] == "+17205550177"
        assert customer.fields["sms_opt_in"] is False
        assert customer.fields["street"] is None

    def test_the_gateway_with_other_names(self) -> None:
        row = payload("customer_gateway.json") | {EXTENSIONS_MARK: {"licence": "driver licence"}}

        customer = canonical(row)

        assert (customer.external_id, customer.merged_into) == (ID, None)
        assert customer.updated_at == dt.datetime(2025, 11, 20, 16, 22, 41, 731_234, dt.UTC)
        told = customer.fields
        assert (told["street"], told["city"], told["state"], told["zip"]) == (
            "90 Harlan St Apt 4", "Lakewood", "CO", "80226",
        )  # fmt: skip
        assert (told["born_on"], told["licence"]) == ("1952-07-23", "94-161-5519")
        assert (told["phone"], told["sms_opt_in"]) == ("+17205550199", None)
        assert (told["notes"], told["referral_source"]) == (None, None)

    @pytest.mark.parametrize("name", ["customers.json", "customer_gateway.json", "search.json"])
    def test_hold_known_keys_only(self, name: str) -> None:
        told = payload(name)
        rows = told if isinstance(told, list) else told.get("Results", [told])

        assert {key for row in rows for key in row} <= KNOWN_KEYS

    def test_a_slim_row_says_nothing_about_its_parts(self) -> None:
        row = payload("hal_page.json")["_embedded"]["self"][0]

        assert canonical(row).fields == {
            "given_name": "Devon",
            "family_name": "Okafor",
            "marketing_opt_in": True,
        }


class TestIds:
    @pytest.mark.parametrize(
        "value", [None, "", "5", 5, {}, "0" * 36, "00000000-0000-0000-0000-000000000000"]
    )
    def test_that_are_none_are_refused(self, value: object) -> None:
        with pytest.raises(RowError) as caught:
            canonical({"Id": value})
        assert (caught.value.code, caught.value.field) == ("id_missing", "Id")

    @pytest.mark.parametrize("value", [ID.upper(), f"{{{ID}}}", f" {ID} "])
    def test_are_lowered(self, value: str) -> None:
        assert canonical({"Id": value}).external_id == ID


class TestStatus:
    @pytest.mark.parametrize(
        ("row", "status", "word", "merged_into"),
        [({}, "active", "Enabled", None), ({"Disabled": None}, "active", "Enabled", None),
         ({"Disabled": True}, "inactive", "Disabled", None),
         ({"MergedIntoCustomerId": OTHER.upper()}, "inactive", "Merged", OTHER),
         ({"MergedIntoCustomerId": ID}, "active", "Enabled", None),
         ({"MergedIntoCustomerId": "", "Disabled": True}, "inactive", "Disabled", None)],
    )  # fmt: skip
    def test_is_told(
        self, row: dict[str, object], status: str, word: str, merged_into: str | None
    ) -> None:
        customer = canonical({"Id": ID, **row})

        assert (customer.status, customer.status_raw, customer.merged_into) == (
            status, word, merged_into,
        )  # fmt: skip

    @pytest.mark.parametrize("row", [{"Disabled": "no"}, {"MergedIntoCustomerId": 5}])
    def test_that_cannot_be_read_is_refused(self, row: dict[str, object]) -> None:
        with pytest.raises(RowError) as caught:
            canonical({"Id": ID, **row})
        assert caught.value.code == "type_invalid"


class TestDates:
    @pytest.mark.parametrize(
        ("value", "day"),
        [("1952-07-23T12:00:00", "1952-07-23"), ("1952-07-23T23:59:59.999-08:00", "1952-07-23"),
         ("1952-07-23", "1952-07-23"), ("2000-02-29T00:00:00Z", "2000-02-29"),
         ("0001-01-01T00:00:00", None), ("1900-01-01T00:00:00", None), (None, None), ("", None),
         ("N/A", None)],
    )  # fmt: skip
    def test_of_birth_are_their_first_ten_characters(self, value: str, day: str | None) -> None:
        assert fields(DateOfBirth=value) == {"born_on": day}

    @pytest.mark.parametrize(
        "value", ["2023-02-30", "20230230", "2023-W01-1", "07/23/1952", 19520723, "1952-07-231"]
    )
    def test_that_do_not_exist_are_refused(self, value: object) -> None:
        with pytest.raises(RowError) as caught:
            fields(DateOfBirth=value)
        assert (caught.value.code, caught.value.field) == ("date_invalid", "born_on")

    @pytest.mark.parametrize(
        ("value", "told"),
        [("2025-11-20T16:22:41", "2025-11-20T16:22:41+00:00"), (None, None), ("", None),
         ("2025-11-20T16:22:41.1234567Z", "2025-11-20T16:22:41.123456+00:00"),
         ("2025-11-20T16:22:41.5-07:00", "2025-11-20T23:22:41.500000+00:00"),
         ("0001-01-01T00:00:00", None)],
    )  # fmt: skip
    def test_of_change_are_utc(self, value: str | None, told: str | None) -> None:
        moment = canonical({"Id": ID, "LastModifiedDateUtc": value}).updated_at

        assert (moment and moment.isoformat()) == told

    @pytest.mark.parametrize("value", ["x", 5, "2025-13-01T00:00:00", "9999-12-31T23:59:59-12:00"])
    def test_of_change_that_do_not_exist_are_refused(self, value: object) -> None:
        with pytest.raises(RowError) as caught:
            canonical({"Id": ID, "LastModifiedDateUtc": value})
        assert (caught.value.code, caught.value.field) == ("date_invalid", "updated_at")


class TestPhones:
    @pytest.mark.parametrize(
        ("methods", "number"),
        [([phone("3035550142", 1), phone("7205550199", 3)], "+17205550199"),
         ([phone("3035550142", 1, Default=True), phone("7205550199", 3)], "+13035550142"),
         ([phone("3035550142", 2), phone("7205550199", 8)], "+13035550142"),
         ([phone("3035550142", 6, Default=True), phone("7205550199", 8)], "+17205550199"),
         ([phone("3035550142", 5)], None), ([phone("0000000000")], None), ([phone("")], None),
         ([phone("555-0199")], "555-0199"), ([phone("+44 20 7946 0958")], "+442079460958"),
         ([{"ContactMethodTypeId": 3, "Value": "7205550199"}], "+17205550199"),
         ([], None), (None, None), ([None, 5], None)],
    )  # fmt: skip
    def test_are_chosen_by_default_then_mobile(self, methods: Any, number: str | None) -> None:
        assert fields(ContactMethods=methods)["phone"] == number

    def test_in_something_else_than_a_list_are_refused(self) -> None:
        with pytest.raises(RowError) as caught:
            fields(ContactMethods={"Value": "7205550199"})
        assert (caught.value.code, caught.value.field) == ("type_invalid", "phone")


class TestEmails:
    @pytest.mark.parametrize(
        ("methods", "address"),
        [([email("a@example.com"), email("b@example.com", Default=True)], "b@example.com"),
         ([email("a@example.com", 10), email("b@example.com")], "a@example.com"),
         ([email(" "), email("b@example.com")], "b@example.com"), ([phone("3035550142")], None),
         ([{"ContactMethodCategory": "Email", "Value": "a@example.com"}], "a@example.com")],
    )  # fmt: skip
    def test_are_chosen_by_default(self, methods: Any, address: str | None) -> None:
        assert fields(ContactMethods=methods)["email"] == address


class TestConsent:
    @pytest.mark.parametrize(
        ("customer", "method", "marketing", "channel"),
        [(False, False, True, True), (False, True, True, False), (False, None, True, None),
         (True, False, False, False), (True, True, False, False), (True, None, False, False),
         (None, False, None, None), (None, True, None, False), (None, None, None, None)],
    )  # fmt: skip
    def test_of_a_channel_takes_two_yes(
        self,
        customer: bool | None,
        method: bool | None,
        marketing: bool | None,
        channel: bool | None,
    ) -> None:
        methods = [
            phone("3035550142", DoNotContact=method),
            email("a@example.com", DoNotContact=method),
        ]

        told = fields(DoNotContact=customer, ContactMethods=methods)

        assert told["marketing_opt_in"] is marketing
        assert (told["sms_opt_in"], told["email_opt_in"]) == (channel, channel)

    def test_of_a_channel_without_a_contact_is_unknown(self) -> None:
        told = fields(DoNotContact=False, ContactMethods=[])

        assert (told["sms_opt_in"], told["email_opt_in"]) == (None, None)

    def test_that_is_not_told_is_absent(self) -> None:
        assert "marketing_opt_in" not in fields(PrimaryName="Ana")

    @pytest.mark.parametrize("value", ["true", 0, 1, []])
    def test_that_cannot_be_read_is_refused(self, value: object) -> None:
        with pytest.raises(RowError) as caught:
            fields(DoNotContact=value)
        assert (caught.value.code, caught.value.field) == ("type_invalid", "marketing_opt_in")


class TestAddresses:
    @pytest.mark.parametrize(
        ("addresses", "city"),
        [([{"AddressTypeId": 3, "Locality": "A"}, {"AddressTypeId": 2, "Locality": "B"}], "B"),
         ([{"AddressTypeId": 3, "Locality": "A", "Default": True},
           {"AddressTypeId": 2, "Locality": "B"}], "A"),
         ([{"AddressTypeId": 5, "Locality": "A"}], "A"), ([], None), (None, None)],
    )  # fmt: skip
    def test_are_chosen_by_default_then_home(self, addresses: Any, city: str | None) -> None:
        assert fields(Addresses=addresses)["city"] == city

    @pytest.mark.parametrize(
        ("address", "state"),
        [({"StateCode": "US-CO"}, "CO"), ({"StateCode": "co"}, "CO"), ({"StateCode": ""}, None),
         ({"State": "Colorado"}, "Colorado"),
         ({"StateCode": None, "StateName": "Colorado"}, "Colorado")],
    )  # fmt: skip
    def test_tell_the_state(self, address: dict[str, object], state: str | None) -> None:
        assert fields(Addresses=[address])["state"] == state


class TestExtensions:
    ROW = {
        "CustomerExtensions": [
            {"ExtensionTypeId": 7, "ExtensionType": "Driver Licence", "Value": " X-1 "},
            {"ExtensionTypeId": 8, "ExtensionType": None, "Value": "?"},
        ]
    }

    def test_are_found_by_name(self) -> None:
        marks = {"licence": "driver licence ", "medical_id": "Medical Card"}

        told = fields(**self.ROW, **{EXTENSIONS_MARK: marks})

        assert (told["licence"], told["medical_id"]) == ("X-1", None)

    def test_that_nobody_named_say_nothing(self) -> None:
        assert fields(**self.ROW) == {}


class TestTexts:
    @pytest.mark.parametrize(
        ("value", "told"),
        [("  Ana \t Lee ", "Ana Lee"), ("A\x00na", "Ana"), ("", None), (" n/a ", None), (5, "5"),
         (None, None), ("José", "José"), ("A" * 500, "A" * 500)],
    )  # fmt: skip
    def test_are_cleaned(self, value: object, told: str | None) -> None:
        assert fields(PrimaryName=value)["given_name"] == told

    @pytest.mark.parametrize(
        ("value", "code"), [("A" * 501, "too_long"), ({}, "type_invalid"), (1.5, "type_invalid")]
    )
    def test_that_are_none_are_refused(self, value: object, code: str) -> None:
        with pytest.raises(RowError) as caught:
            fields(PrimaryName=value)
        assert (caught.value.code, caught.value.field) == (code, "given_name")

    def test_of_notes_keep_their_lines(self) -> None:
        assert fields(Notes=" a\r\nb\x07\tc ") == {"notes": "a\nb\tc"}


class TestRows:
    def test_larger_than_8_mb_are_refused(self) -> None:
        with pytest.raises(RowError) as caught:
            fields(Notes="x" * MAX_ROW)
        assert caught.value.code == "row_too_large"

    @pytest.mark.parametrize("value", ["\ud800", 2**70])
    def test_that_cannot_be_written_down_are_refused(self, value: object) -> None:
        with pytest.raises(RowError) as caught:
            fields(Notes=value)
        assert (caught.value.code, caught.value.field) == ("type_invalid", "Notes")

    def test_with_damaged_text_are_refused(self) -> None:
        with pytest.raises(RowError) as caught:
            fields(__rollcall_encoding_invalid__=True)
        assert caught.value.code == "encoding_invalid"
