"""What becomes of Treez's rows."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rollcall.pos.connectors.treez.mapping import external_id, to_canonical
from rollcall.pos.contract import CanonicalCustomer, MappingContext, RecordStatus
from rollcall.pos.errors import RowError

PAYLOADS = Path(__file__).parents[1] / "payloads"
CONTEXT = MappingContext(time_zone=ZoneInfo("America/Los_Angeles"))


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text())["data"]


def mapped(**keys: object) -> CanonicalCustomer:
    return to_canonical({"customer_id": "7", **keys}, CONTEXT)


def refused(**keys: object) -> tuple[str, str]:
    with pytest.raises(RowError) as caught:
        mapped(**keys)
    return caught.value.code, caught.value.field


class TestPayloads:
    def test_a_customer_is_mapped_whole(self) -> None:
        customer = to_canonical(payload("customer.json"), CONTEXT)

        assert customer.external_id == "1042"
        assert customer.status is RecordStatus.ACTIVE
        assert customer.updated_at == dt.datetime(2026, 11, 19, 1, 6, 2, tzinfo=dt.UTC)
        assert customer.fields == {
            "given_name": "MARISOL", "middle_name": None, "family_name": "OKAFOR", "nickname": None,
            "born_on": "1991-04-17", "gender": "female", "phone": "4155550142",
            "email": "marisol.okafor@example.com", "licence": None,
            "licence_expires_on": "2029-04-17", "medical_id": None, "medical_expires_on": None,
            "customer_type": "adult", "verification": "pending", "marketing_opt_in": True,
            "banned": False, "is_caregiver": False, "loyalty_points": 120, "groups": ["VETERAN"],
            "referral_source": "WORD OF MOUTH", "notes": None,
            "signed_up_at": "2026-03-02T23:20:11Z", "last_visit_at": "2026-11-19T01:05:40Z",
            "street": "12 ALDER WAY", "city": "OAKLAND", "state": "CA", "zip": "94607",
        }  # fmt: skip

    def test_the_survivor_of_a_merge_is_active(self) -> None:
        survivor = to_canonical(payload("page_merge.json")[0], CONTEXT)

        assert (survivor.status, survivor.status_raw) == (RecordStatus.ACTIVE, "MERGED")
        assert survivor.merged_into is None
        assert survivor.fields["medical_expires_on"] == "2027-02-28"
        assert survivor.fields["marketing_opt_in"] is False

    def test_the_donor_of_a_merge_redirects(self) -> None:
        donor = to_canonical(payload("page_merge.json")[1], CONTEXT)

        assert (donor.status, donor.merged_into) == (RecordStatus.INACTIVE, "877")

    def test_keys_that_are_not_sent_are_absent(self) -> None:
        fields = to_canonical(payload("page_merge.json")[0], CONTEXT).fields

        assert "gender" not in fields
        assert "street" not in fields

    def test_odd_but_harmless_types_are_taken(self) -> None:
        customer = to_canonical(payload("customer_dummy_expiry.json")[0], CONTEXT)

        assert customer.external_id == "2071"
        assert customer.updated_at == dt.datetime(2026, 11, 1, 8, 30, tzinfo=dt.UTC)
        assert customer.fields == {
            "given_name": "ANA MARÍA", "family_name": "DE LA CRUZ", "born_on": "1988-02-29",
            "gender": "nonbinary", "phone": "5105550107", "email": None, "licence": None,
            "licence_expires_on": None, "customer_type": "medical", "marketing_opt_in": False,
            "banned": False, "loyalty_points": 15,
        }  # fmt: skip


class TestTexts:
    @pytest.mark.parametrize(
        ("sent", "taken"),
        [
            ("  DE  LA\tCRUZ ", "DE LA CRUZ"),
            ("JO\x00SÉ\x07", "JOSÉ"),
            ("ZOË\u00a0ANN", "ZOË ANN"),
            ("", None),
            ("n/A", None),
            ("   ", None),
            (None, None),
            ("O'NEIL", "O'NEIL"),
        ],
    )
    def test_names_are_cleaned_but_not_recased(self, sent: object, taken: str | None) -> None:
        assert mapped(first_name=sent).fields["given_name"] == taken

    def test_notes_keep_their_lines(self) -> None:
        assert mapped(notes="a\r\nb\tc\x00 ").fields["notes"] == "a\nb\tc"

    def test_a_name_of_501_characters_is_refused(self) -> None:
        assert mapped(last_name="x" * 500).fields["family_name"] == "x" * 500
        assert refused(last_name="x" * 501) == ("too_long", "family_name")

    def test_a_row_of_more_than_8_mb_is_refused(self) -> None:
        assert refused(unknown_key="x" * 8_400_000) == ("row_too_large", "")

    @pytest.mark.parametrize("value", [["A"], {"a": 1}, True, 1.5])
    def test_what_is_no_text_is_refused(self, value: object) -> None:
        assert refused(first_name=value) == ("type_invalid", "given_name")

    def test_a_damaged_row_is_refused(self) -> None:
        assert refused(__rollcall_encoding_invalid__=True) == ("encoding_invalid", "")

    def test_refusals_do_not_quote_the_value(self) -> None:
        with pytest.raises(RowError) as caught:
            mapped(birthday="1999-99-99")

        assert "1999" not in str(caught.value)


class TestDates:
    @pytest.mark.parametrize(
        ("sent", "taken"),
        [
            ("1978-09-30", "1978-09-30"),
            ("1978-09-30 00:00:00.000", "1978-09-30"),
            ("1978-09-30T00:00:00.000-07:00", "1978-09-30"),
            (" 1978-09-30 ", "1978-09-30"),
            ("", None),
            ("N/A", None),
            (None, None),
        ],
    )
    def test_days_are_read_in_all_their_forms(self, sent: object, taken: str | None) -> None:
        assert mapped(birthday=sent).fields["born_on"] == taken

    @pytest.mark.parametrize(
        "sent",
        ["2023-02-30", "19780930", "2023-W01-1", "09/30/1978", "0000-00-00", 19780930, True,
         "1978-09-30 25:00"],
    )  # fmt: skip
    def test_days_that_do_not_exist_are_refused(self, sent: object) -> None:
        assert refused(birthday=sent) == ("date_invalid", "born_on")

    def test_an_optional_date_is_not_dropped_in_silence(self) -> None:
        assert refused(permit_expiration="2027-02-30 00:00:00.000") == (
            "date_invalid",
            "medical_expires_on",
        )

    def test_the_dummy_expiry_stays_beside_a_real_licence(self) -> None:
        fields = mapped(drivers_license="D1", drivers_license_expiration="2030-12-31").fields

        assert fields["licence_expires_on"] == "2030-12-31"

    @pytest.mark.parametrize(
        ("local", "instant"),
        [
            ("2026-07-01 12:00:00.000", "2026-07-01T19:00:00Z"),
            ("2026-12-01 12:00:00.000", "2026-12-01T20:00:00Z"),
            # The clock goes back at 2: the first half past one is meant.
            ("2026-11-01 01:30:00.000", "2026-11-01T08:30:00Z"),
            # The clock goes forward at 2: half past two is read by the offset before.
            ("2026-03-08 02:30:00.000", "2026-03-08T10:30:00Z"),
        ],
    )
    def test_times_without_a_zone_are_the_stores(self, local: str, instant: str) -> None:
        assert mapped(last_visit_date=local).fields["last_visit_at"] == instant

    @pytest.mark.parametrize(
        "sent", ["2026-11-31T00:00:00.000-08:00", "yesterday", 5, "0001-01-01T00:00:00+14:00"]
    )
    def test_times_that_do_not_exist_are_refused(self, sent: object) -> None:
        assert refused(last_update=sent) == ("date_invalid", "updated_at")

    def test_a_row_without_a_time_of_change_is_taken(self) -> None:
        assert mapped(last_update=None).updated_at is None


class TestWordsAndFlags:
    @pytest.mark.parametrize(
        ("opt_out", "consent"),
        [(True, False), (False, True), (None, None), ("true", False), ("False", True), ("", None)],
    )
    def test_opting_out_is_the_inverse_of_consent(
        self, opt_out: object, consent: bool | None
    ) -> None:
        assert mapped(opt_out=opt_out).fields["marketing_opt_in"] is consent

    @pytest.mark.parametrize("sent", ["yes", 1, [True]])
    def test_a_flag_that_is_none_is_refused(self, sent: object) -> None:
        assert refused(banned=sent) == ("type_invalid", "banned")

    @pytest.mark.parametrize(
        ("sent", "taken"),
        [("M", "male"), ("F", "female"), ("U", "unspecified"), ("n", "nonbinary"), ("X", "x")],
    )  # fmt: skip
    def test_genders_are_translated_and_new_ones_kept(self, sent: str, taken: str) -> None:
        assert mapped(gender=sent).fields["gender"] == taken

    @pytest.mark.parametrize(
        ("sent", "taken"), [("ADULT", "adult"), ("MEDICAL", "medical"), ("MEDICAL_MMID", "medical")]
    )
    def test_patient_types_are_translated(self, sent: str, taken: str) -> None:
        assert mapped(patient_type=sent).fields["customer_type"] == taken

    @pytest.mark.parametrize(
        ("sent", "taken"), [("VERIFIED", "verified"), ("NOT_APPLICABLE", "not_applicable")]
    )
    def test_verification_is_translated(self, sent: str, taken: str) -> None:
        assert mapped(verification_status=sent).fields["verification"] == taken

    def test_an_unknown_status_is_refused(self) -> None:
        assert refused(status="FROZEN") == ("value_unknown", "status")

    @pytest.mark.parametrize(
        ("sent", "taken"), [(12, 12), (12.0, 12), ("12", 12), ("", None), (None, None)]
    )
    def test_points_are_whole_numbers(self, sent: object, taken: int | None) -> None:
        assert mapped(rewards_balance=sent).fields["loyalty_points"] == taken

    @pytest.mark.parametrize("sent", [1.5, "many", True, [1]])
    def test_other_points_are_refused(self, sent: object) -> None:
        assert refused(rewards_balance=sent) == ("type_invalid", "loyalty_points")

    def test_groups_are_a_list(self) -> None:
        assert mapped(customer_groups=[" VIP ", "", None]).fields["groups"] == ["VIP"]
        assert mapped(customer_groups=[]).fields["groups"] == []
        assert mapped(customer_groups=None).fields["groups"] is None
        assert refused(customer_groups="VIP") == ("type_invalid", "groups")


class TestAddresses:
    def test_the_primary_one_counts(self) -> None:
        other = {"street1": "1 FIRST ST", "primary": False}
        home = {"street1": "2 HOME RD", "street2": "APT 3", "city": "RENO", "primary": True}

        fields = mapped(addresses=[other, home]).fields

        assert (fields["street"], fields["city"], fields["zip"]) == (
            "2 HOME RD APT 3",
            "RENO",
            None,
        )

    def test_the_first_counts_if_none_is_primary(self) -> None:
        assert mapped(addresses=[{"street1": "A"}, {"street1": "B"}]).fields["street"] == "A"

    @pytest.mark.parametrize("none", [[], None])
    def test_no_address_is_empty(self, none: object) -> None:
        fields = mapped(addresses=none).fields

        assert [fields[name] for name in ("street", "city", "state", "zip")] == [None] * 4

    @pytest.mark.parametrize(
        "sent", ["12 ALDER WAY", {"street1": "A"}, ["A"], [{"street1": ["A"]}]]
    )
    def test_what_is_no_list_of_addresses_is_refused(self, sent: object) -> None:
        assert refused(addresses=sent) == ("type_invalid", "street")


class TestIds:
    @pytest.mark.parametrize(("sent", "taken"), [("1042", "1042"), (1042, "1042"), (" 7 ", "7")])
    def test_ids_become_strings(self, sent: object, taken: str) -> None:
        assert external_id({"customer_id": sent}) == taken

    @pytest.mark.parametrize("sent", [None, "", " ", True, 1.0, ["1"], "1\x002", "x" * 201])
    def test_rows_without_a_usable_id_are_refused(self, sent: object) -> None:
        with pytest.raises(RowError) as caught:
            external_id({"customer_id": sent})

        assert (caught.value.code, caught.value.field) == ("id_missing", "customer_id")

    @pytest.mark.parametrize(
        ("sent", "taken"), [(877, "877"), ("877", "877"), (None, None), ("", None), (0, None)]
    )
    def test_the_survivors_id_becomes_a_string(self, sent: object, taken: str | None) -> None:
        assert mapped(merged_into_customer_id=sent).merged_into == taken
