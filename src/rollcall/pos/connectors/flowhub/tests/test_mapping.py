"""What is made of a row."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from rollcall.pos.connectors.flowhub import mapping
from rollcall.pos.connectors.flowhub.tests.maui import canonical
from rollcall.pos.contract import RecordStatus
from rollcall.pos.errors import RowError

PAYLOADS = Path(__file__).parents[1] / "payloads"


def payload(name: str) -> dict[str, Any]:
    row: dict[str, Any] = json.loads((PAYLOADS / name).read_text())
    return row


def row(**changes: object) -> dict[str, Any]:
    return {**payload("customer.json"), **changes}


def field(name: str, **changes: object) -> object:
    return canonical(row(**changes)).fields[name]


class TestACustomer:
    def test_is_read_whole(self) -> None:
        told = canonical(payload("customer.json"))

        assert told.external_id == "5f0c1d8e-2b7a-4c3f-9a61-0d3e7b64c2aa"
        assert (told.status, told.status_raw, told.merged_into) == (RecordStatus.ACTIVE, "", None)
        assert told.updated_at == dt.datetime(2026, 11, 18, 23, 41, 10, 2914, tzinfo=dt.UTC)
        assert told.fields == {
            "given_name": "Tobias", "middle_name": None, "family_name": "Lindqvist",
            "born_on": "1986-02-09", "phone": "+13035550176", "email": "t.lindqvist@example.com",
            "street": "88 Juniper Ct Unit 4", "city": "Denver", "state": "CO", "zip": "80204",
            "customer_type": "adult", "email_opt_in": True, "sms_opt_in": False,
            "loyalty_points": 240, "groups": ["Locals"], "signed_up_at": "2025-08-14T19:22:05Z",
        }  # fmt: skip

    def test_of_old_is_read_without_placeholders(self) -> None:
        told = canonical(payload("customer_old.json"))

        assert told.updated_at is None
        assert told.fields == {
            "given_name": "Marta", "middle_name": "M.", "family_name": "Ferreira",
            "born_on": "1977-05-30", "phone": None, "email": None, "street": None, "city": None,
            "state": "co", "zip": None, "customer_type": "adult", "email_opt_in": None,
            "loyalty_points": None, "groups": None, "signed_up_at": "2019-04-02T08:00:00Z",
        }  # fmt: skip

    def test_of_whom_only_the_id_is_told_has_no_consents(self) -> None:
        fields = canonical({"id": "x"}).fields

        assert not fields.keys() & {"email_opt_in", "sms_opt_in", "loyalty_points", "groups"}
        assert set(fields.values()) == {None}


class TestNames:
    @pytest.mark.parametrize(
        ("full", "given", "middle", "family"),
        [
            ("Amara Nwosu-Reyes", "Amara", None, "Nwosu-Reyes"),
            ("Maria de la Cruz", "Maria", None, "de la Cruz"),
            ("John Q. Public", "John", "Q.", "Public"),
            ("Samuel Okafor Jr", "Samuel", None, "Okafor Jr"),
            ("Okafor, Samuel", "Samuel", None, "Okafor"),
            ("  Ana   Lee ", "Ana", None, "Lee"),
            ("Cher", "Cher", None, None),
            ("Ana\u0000 Lee\n", "Ana", None, "Lee"),
            ("", None, None, None),
            ("N/A", None, None, None),
            (None, None, None, None),
        ],
    )
    def test_are_taken_apart(
        self, full: object, given: str | None, middle: str | None, family: str | None
    ) -> None:
        fields = canonical(row(name=full)).fields

        assert (fields["given_name"], fields["middle_name"], fields["family_name"]) == (
            given,
            middle,
            family,
        )

    def test_that_are_endless_go_to_quarantine(self) -> None:
        with pytest.raises(RowError) as caught:
            canonical(row(name="x" * 501))
        assert (caught.value.code, caught.value.field) == ("too_long", "given_name")


class TestValues:
    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ("(303) 555-0176", "+13035550176"), ("303.555.0176", "+13035550176"),
            ("+13035550176", "+13035550176"), ("555-0176", "555-0176"), ("call Ana", "call Ana"),
            ("0000000000", None), ("", None), ("N/A", None), (None, None),
            (3035550176, "+13035550176"),
        ],
    )  # fmt: skip
    def test_of_phones(self, given: object, told: str | None) -> None:
        assert field("phone", phone=given) == told

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ("1986-02-09", "1986-02-09"), ("1986-02-09T00:00:00Z", "1986-02-09"),
            ("1986-02-09T23:59:59.999-07:00", "1986-02-09"), ("02/09/1986", "1986-02-09"),
            ("0001-01-01", None), ("0001-01-01T00:00:00Z", None), ("1900-01-01", None), ("", None),
            (None, None),
        ],
    )  # fmt: skip
    def test_of_birth_dates(self, given: object, told: str | None) -> None:
        assert field("born_on", birthDate=given) == told

    @pytest.mark.parametrize("given", ["1986-02-30", "17/04/1991", "x", 19860209, "9" * 10_000, []])
    def test_of_birth_dates_that_do_not_exist_go_to_quarantine(self, given: object) -> None:
        with pytest.raises(RowError) as caught:
            canonical(row(birthDate=given))
        assert (caught.value.code, caught.value.field) == ("date_invalid", "born_on")

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ("2023-06-15T22:57:35.836575Z", "2023-06-15T22:57:35Z"),
            ("2023-06-15T22:57:35.8365751Z", "2023-06-15T22:57:35Z"),
            ("2023-06-15T22:57:35Z", "2023-06-15T22:57:35Z"),
            ("0001-01-01T00:00:00.000Z", None), ("1900-01-01T00:00:00.000000Z", None),
            ("2023-06-15T22:57:35-06:00", "2023-06-16T04:57:35Z"),
            ("2023-06-15 22:57:35", "2023-06-15T22:57:35Z"), ("0001-01-01T00:00:00Z", None),
            ("1900-01-01T00:00:00Z", None), ("", None), (None, None),
        ],
    )  # fmt: skip
    def test_of_times(self, given: object, told: str | None) -> None:
        assert field("signed_up_at", createdAt=given) == told

    @pytest.mark.parametrize(
        ("given", "told"), [(True, True), (False, False), (None, None), ("true", True), ("", None)]
    )
    def test_of_consents_are_never_made_up(self, given: object, told: bool | None) -> None:
        assert field("email_opt_in", consentsToPromotionalEmail=given) is told

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ("recCustomer", "adult"), ("medCustomer", "medical"), ("MEDCUSTOMER", "medical"),
            ("staffCustomer", "staffcustomer"), ("", None), (None, None),
        ],
    )  # fmt: skip
    def test_of_types(self, given: object, told: str | None) -> None:
        assert field("customer_type", type=given) == told

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ([{"name": "VIP"}, {"name": " "}, {}], ["VIP"]), (["VIP"], ["VIP"]), ([], None),
            (None, None),
        ],
    )  # fmt: skip
    def test_of_groups(self, given: object, told: list[str] | None) -> None:
        assert field("groups", groups=given) == told

    @pytest.mark.parametrize(
        ("given", "told"), [(240, 240), ("240", 240), (2.5, 2), ("", None), (None, None)]
    )
    def test_of_points(self, given: object, told: int | None) -> None:
        assert field("loyalty_points", loyaltyPoints=given) == told

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("consentsToPromotionalSMS", "maybe"), ("loyaltyPoints", []), ("loyaltyPoints", "x"),
            ("email", {"x": 1}), ("groups", "VIP"), ("name", ["x"]), ("city", True),
            ("loyaltyPoints", "1e999"),
        ],
    )  # fmt: skip
    def test_of_the_wrong_kind_go_to_quarantine_without_the_value(
        self, key: str, value: object
    ) -> None:
        with pytest.raises(RowError) as caught:
            canonical(row(**{key: value}))
        assert caught.value.code == "type_invalid"
        assert "maybe" not in str(caught.value)

    @pytest.mark.parametrize(
        "given", ["2023-02-30T22:57:35.8Z", "2023-06-15T25:00:00.0Z", "yesterday", 5, "9" * 10_000]
    )
    def test_of_times_that_do_not_exist_go_to_quarantine(self, given: object) -> None:
        with pytest.raises(RowError) as caught:
            canonical(row(updatedAt=given))
        assert (caught.value.code, caught.value.field) == ("date_invalid", "updated_at")


class TestRowsThatCannotBe:
    @pytest.mark.parametrize("told", ["", " ", None, 5, "x" * 201, "a\nb", {}])
    def test_identified_are_refused(self, told: object) -> None:
        with pytest.raises(RowError) as caught:
            mapping.external_id(row(id=told))
        assert caught.value.code == "id_missing"

    def test_read_as_text_are_refused(self) -> None:
        with pytest.raises(RowError) as caught:
            canonical(row(__rollcall_encoding_invalid__=True))
        assert caught.value.code == "encoding_invalid"

    def test_kept_are_refused(self) -> None:
        with pytest.raises(RowError) as caught:
            canonical(row(city="x" * (8 * 1024 * 1024)))
        assert caught.value.code == "row_too_large"

    def test_written_down_are_refused_with_the_key(self) -> None:
        with pytest.raises(RowError) as caught:
            canonical(row(loyaltyPoints=2**70))
        assert (caught.value.code, caught.value.field) == ("type_invalid", "loyaltyPoints")
