"""What becomes of Dutchie's rows."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.pos.connectors.leaflogix.mapping import external_id, to_canonical
from rollcall.pos.connectors.leaflogix.wire import KNOWN_KEYS
from rollcall.pos.contract import CanonicalCustomer, MappingContext, RecordStatus
from rollcall.pos.errors import RowError

PAYLOADS = Path(__file__).parents[1] / "payloads"
CONTEXT = MappingContext(time_zone=ZoneInfo("America/Denver"))


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text())


def mapped(**keys: object) -> CanonicalCustomer:
    return to_canonical({"customerId": 7, **keys}, CONTEXT)


def refused(**keys: object) -> tuple[str, str]:
    with pytest.raises(RowError) as caught:
        mapped(**keys)
    return caught.value.code, caught.value.field


class TestPayloads:
    def test_a_customer_is_mapped_whole(self) -> None:
        customer = to_canonical(payload("customers.json")[0], CONTEXT)

        assert customer.external_id == "48210733"
        assert (customer.status, customer.status_raw) == (RecordStatus.ACTIVE, "Active")
        assert customer.merged_into is None
        assert customer.updated_at == dt.datetime(2025, 11, 20, 18, 4, 33, tzinfo=dt.UTC)
        assert customer.fields == {
            "given_name": "Marisol", "middle_name": None, "family_name": "Quintero",
            "born_on": "1988-04-17", "gender": "female", "phone": "(303) 555-0142",
            "email": "marisol.q@example.com", "medical_id": None, "medical_expires_on": None,
            "street": "1184 Juniper Ct Unit 3B", "city": "Aurora", "state": "CO", "zip": "80012",
            "customer_type": "adult", "marketing_opt_in": True, "banned": False,
            "groups": ["Veteran"], "referral_source": "Word of Mouth", "notes": None,
            "signed_up_at": "2023-02-11T21:15:07Z",
        }  # fmt: skip

    def test_the_loser_of_a_merge_redirects(self) -> None:
        loser = to_canonical(payload("customers.json")[1], CONTEXT)

        assert (loser.status, loser.merged_into) == (RecordStatus.INACTIVE, "48210733")

    def test_placeholders_are_empty(self) -> None:
        fields = to_canonical(payload("customers.json")[1], CONTEXT).fields

        assert fields == {
            "given_name": "MARISOL", "family_name": "QUINTERO", "middle_name": None,
            "born_on": "1988-04-17", "gender": None, "phone": "303-555-0142", "email": None,
            "medical_id": None, "medical_expires_on": None, "street": None, "city": None,
            "state": "CO", "zip": None, "customer_type": "adult", "marketing_opt_in": None,
            "banned": None, "groups": [], "signed_up_at": "2024-07-03T17:40:00Z",
        }  # fmt: skip

    def test_a_guest_has_no_birth_date(self) -> None:
        guest = to_canonical(payload("customers.json")[2], CONTEXT)

        assert guest.fields["born_on"] is None
        assert guest.updated_at == dt.datetime(2025, 11, 21, 3, 0, 12, 483333, tzinfo=dt.UTC)

    def test_an_old_tenants_row_is_mapped_whole(self) -> None:
        customer = to_canonical(payload("customer_old_tenant.json")[0], CONTEXT)

        assert customer.updated_at is None
        assert customer.status is RecordStatus.ACTIVE
        assert customer.fields == {
            "given_name": "Ana", "family_name": "María de la Cruz", "born_on": "1988-02-29",
            "gender": "male", "phone": "7195550107", "email": None, "medical_id": None,
            "medical_expires_on": None, "street": "12 Alder Way", "city": "Pueblo", "state": "co",
            "zip": "81003", "customer_type": "adult", "marketing_opt_in": False, "banned": True,
            "groups": [], "referral_source": "Radio", "signed_up_at": None,
            "last_visit_at": "2025-10-01T19:20:00Z",
        }  # fmt: skip

    def test_every_key_of_the_samples_is_known(self) -> None:
        rows = [*payload("customers.json"), *payload("customer_old_tenant.json")]

        assert {key for row in rows for key in row} - KNOWN_KEYS == set()

    def test_keys_that_are_not_sent_are_absent(self) -> None:
        assert mapped().fields == {}

    def test_the_licences_hash_is_no_licence(self) -> None:
        assert mapped(driversLicenseHash="0x9F2C").fields == {}

    def test_medical_conditions_are_not_taken_over(self) -> None:
        row = {"primaryQualifyingCondition": "Pain", "secondaryQualifyingConditions": ["Pain"]}

        assert mapped(**row).fields == {}


class TestNames:
    @pytest.mark.parametrize(
        ("sent", "taken"),
        [
            ("  de  la\tCruz ", "de la Cruz"),
            ("Jo\x00sé\x07", "José"),
            ("ZOË\u00a0ANN", "ZOË ANN"),
            ("mcDonald", "mcDonald"),
            ("", None),
            ("n/A", None),
            ("   ", None),
            (None, None),
            (5, "5"),
        ],
    )
    def test_are_cleaned_but_not_recased(self, sent: object, taken: str | None) -> None:
        assert mapped(lastName=sent).fields["family_name"] == taken

    @pytest.mark.parametrize(
        ("name", "given", "family"),
        [
            ("Ana de la Cruz", "Ana", "de la Cruz"),
            ("quintero, marisol", "quintero,", "marisol"),
            ("Cher", "Cher", None),
            ("N/A", None, None),
            (None, None, None),
        ],
    )
    def test_a_full_name_alone_is_split_at_the_first_space(
        self, name: str | None, given: str | None, family: str | None
    ) -> None:
        fields = mapped(name=name, firstName=None, lastName=" ").fields

        assert (fields["given_name"], fields["family_name"]) == (given, family)

    @pytest.mark.parametrize("part", ["firstName", "lastName"])
    def test_a_full_name_beside_a_part_is_not_split(self, part: str) -> None:
        row = {"name": "Ana Lee", "firstName": None, "lastName": None, part: "Lu"}

        assert set(mapped(**row).fields.values()) == {"Lu", None}

    @pytest.mark.parametrize(
        ("last", "suffix", "taken"),
        [
            ("Okafor", "Jr", "Okafor Jr"),
            ("Okafor Jr", "Jr", "Okafor Jr"),
            ("Okafor", "", "Okafor"),
            ("Okafor", None, "Okafor"),
            (None, "Jr", None),
        ],
    )
    def test_a_suffix_ends_the_family_name(
        self, last: str | None, suffix: str | None, taken: str | None
    ) -> None:
        fields = mapped(firstName="Ben", lastName=last, nameSuffix=suffix).fields

        assert fields["family_name"] == taken

    def test_of_501_characters_are_refused(self) -> None:
        assert mapped(lastName="x" * 500).fields["family_name"] == "x" * 500
        assert refused(lastName="x" * 501) == ("too_long", "family_name")
        assert refused(name="Ana " + "x" * 497) == ("too_long", "given_name")

    @pytest.mark.parametrize("value", [["A"], {"a": 1}, True, 1.5])
    def test_that_are_no_text_are_refused(self, value: object) -> None:
        assert refused(firstName=value) == ("type_invalid", "given_name")
        assert refused(name=value) == ("type_invalid", "given_name")
        assert refused(nameSuffix=value) == ("type_invalid", "given_name")


class TestPhones:
    @pytest.mark.parametrize(
        ("cell", "phone", "taken"),
        [
            ("3035550142", "3035550100", "3035550142"),
            (None, "3035550100", "3035550100"),
            ("N/A", "3035550100", "3035550100"),
            ("0", "3035550100", "3035550100"),
            ("(000) 000-0000", "3035550100", "3035550100"),
            (" ", "", None),
            (3035550142, None, "3035550142"),
            ("ask +1 303", None, "ask +1 303"),
        ],
    )
    def test_the_cell_phone_counts_if_there_is_one(
        self, cell: object, phone: object, taken: str | None
    ) -> None:
        assert mapped(cellPhone=cell, phone=phone).fields["phone"] == taken

    @pytest.mark.parametrize("key", ["cellPhone", "phone"])
    def test_one_key_is_enough(self, key: str) -> None:
        assert mapped(**{key: "3035550142"}).fields == {"phone": "3035550142"}
        assert refused(**{key: ["3035550142"]}) == ("type_invalid", "phone")


class TestPlaces:
    @pytest.mark.parametrize(
        ("first", "second", "taken"),
        [
            ("1 Elm St", "Apt 2", "1 Elm St Apt 2"),
            ("1 Elm St", None, "1 Elm St"),
            ("N/A", "Apt 2", "Apt 2"),
            (None, None, None),
            ("N/A", "", None),
        ],
    )
    def test_a_street_is_both_lines(
        self, first: str | None, second: str | None, taken: str | None
    ) -> None:
        assert mapped(address1=first, address2=second).fields == {"street": taken}

    def test_what_is_no_line_is_refused(self) -> None:
        assert refused(address2={"unit": 2}) == ("type_invalid", "street")

    @pytest.mark.parametrize(
        ("sent", "taken"),
        [("80012", "80012"), ("00501", "00501"), (80012, "80012"), ("00000", None), ("0", None),
         ("00000-0000", None)],
    )  # fmt: skip
    def test_a_zip_of_zeros_is_none(self, sent: object, taken: str | None) -> None:
        assert mapped(postalCode=sent).fields["zip"] == taken


class TestDays:
    @pytest.mark.parametrize(
        ("sent", "taken"),
        [
            ("1988-04-17T00:00:00", "1988-04-17"),
            ("1988-04-17T23:59:59.9999999", "1988-04-17"),
            ("1988-04-17T00:00:00Z", "1988-04-17"),
            ("1988-04-17T00:00:00-07:00", "1988-04-17"),
            ("1988-04-17", "1988-04-17"),
            (" 1988-04-17T00:00:00 ", "1988-04-17"),
            ("04/17/1988", "1988-04-17"),
            ("4/7/1988", "1988-04-07"),
            ("04/17/1988 00:00:00", "1988-04-17"),
            ("1899-12-31T00:00:00", "1899-12-31"),
            ("1901-01-01T00:00:00", "1901-01-01"),
            ("1900-01-01T00:00:00", None),
            ("1900-12-31", None),
            ("01/01/1900", None),
            ("0001-01-01T00:00:00", None),
            ("N/A", None),
            ("", None),
            (None, None),
        ],
    )
    def test_are_read_in_all_their_forms(self, sent: object, taken: str | None) -> None:
        assert mapped(dateOfBirth=sent).fields["born_on"] == taken

    @pytest.mark.parametrize(
        "sent",
        ["2023-02-30", "2023-02-30T00:00:00", "02/30/2023", "17/04/1988", "19880417", "1988-W16-7",
         "0000-00-00", 19780930, True, "1988-04-17T25:00:00", "1988", "x" * 100_000, ["1988-04-17"],
         "\u0661\u0669\u0668\u0668-04-17"],
    )  # fmt: skip
    def test_that_do_not_exist_are_refused(self, sent: object) -> None:
        assert refused(dateOfBirth=sent) == ("date_invalid", "born_on")

    def test_an_optional_one_is_not_dropped_in_silence(self) -> None:
        assert refused(mmjidExpirationDate="2027-02-30T00:00:00") == (
            "date_invalid",
            "medical_expires_on",
        )


class TestTimes:
    @pytest.mark.parametrize(
        ("sent", "instant"),
        [
            ("11/20/2025 18:04:33", "2025-11-20T18:04:33+00:00"),
            ("03/09/2025 02:30:00", "2025-03-09T02:30:00+00:00"),
            ("1/5/2025 6:04:33 PM", "2025-01-05T18:04:33+00:00"),
            ("11/20/2025", "2025-11-20T00:00:00+00:00"),
            ("2025-11-21T03:00:12.4833333", "2025-11-21T03:00:12.483333+00:00"),
            ("2025-11-21T03:00:12", "2025-11-21T03:00:12+00:00"),
            ("2025-11-21T03:00:12Z", "2025-11-21T03:00:12+00:00"),
            ("2025-11-21T03:00:12-07:00", "2025-11-21T10:00:12+00:00"),
            ("2025-11-21 03:00:12", "2025-11-21T03:00:12+00:00"),
            (" 11/20/2025 18:04:33 ", "2025-11-20T18:04:33+00:00"),
        ],
    )
    def test_without_a_zone_are_utc(self, sent: str, instant: str) -> None:
        assert mapped(lastModifiedDateUTC=sent).updated_at == dt.datetime.fromisoformat(instant)

    @pytest.mark.parametrize(
        "sent",
        [None, "", " ", "N/A", "01/01/1900 00:00:00", "1900-01-01T00:00:00", "1/1/0001 12:00:00 AM",
         "1900-01-01T00:00:00Z", "0001-01-01T00:00:00"],
    )  # fmt: skip
    def test_of_1900_are_none(self, sent: object) -> None:
        customer = mapped(lastModifiedDateUTC=sent, creationDate=sent)

        assert (customer.updated_at, customer.fields["signed_up_at"]) == (None, None)

    @pytest.mark.parametrize(
        "sent",
        ["11/31/2025 00:00:00", "31/11/2025 00:00:00", "2025-11-31T00:00:00", "yesterday", 5,
         1763661873.5, "20251120T180433", "9999-12-31T23:59:59-14:00", ["x"],
         "11/20/2025 18:04:3x"],
    )  # fmt: skip
    def test_that_do_not_exist_are_refused(self, sent: object) -> None:
        assert refused(lastModifiedDateUTC=sent) == ("date_invalid", "updated_at")
        assert refused(creationDate=sent) == ("date_invalid", "signed_up_at")

    @pytest.mark.parametrize(
        ("sent", "taken"),
        [
            ("2023-02-11T21:15:07.113", "2023-02-11T21:15:07Z"),
            ("2023-02-11T21:15", "2023-02-11T21:15:00Z"),
            ("2023-02-11", "2023-02-11T00:00:00Z"),
            ("2023-02-11T21:15:07+02:00", "2023-02-11T19:15:07Z"),
            ("02/11/2023 21:15:07", "2023-02-11T21:15:07Z"),
        ],
    )
    def test_are_told_to_the_second(self, sent: str, taken: str) -> None:
        assert mapped(creationDate=sent).fields["signed_up_at"] == taken


class TestWordsAndFlags:
    @pytest.mark.parametrize(
        ("sent", "status", "banned"),
        [
            ("Active", RecordStatus.ACTIVE, False),
            ("active", RecordStatus.ACTIVE, False),
            ("Hold", RecordStatus.ACTIVE, False),
            ("Banned", RecordStatus.ACTIVE, True),
            ("Cancelled", RecordStatus.INACTIVE, None),
            (None, RecordStatus.ACTIVE, None),
        ],
    )
    def test_the_status_says_who_is_banned(
        self, sent: str | None, status: RecordStatus, banned: bool | None
    ) -> None:
        customer = mapped(status=sent)

        assert (customer.status, customer.fields["banned"]) == (status, banned)
        assert customer.status_raw == (sent or "")

    @pytest.mark.parametrize("sent", ["Frozen", 5])
    def test_an_unknown_status_is_refused(self, sent: object) -> None:
        assert refused(status=sent) == ("value_unknown", "status")

    @pytest.mark.parametrize(
        ("sent", "consent"),
        [(True, True), (False, False), (None, None), ("true", True), ("False", False), ("", None)],
    )
    def test_never_asked_is_no_answer(self, sent: object, consent: bool | None) -> None:
        assert mapped(optedIntoMarketing=sent).fields["marketing_opt_in"] is consent

    @pytest.mark.parametrize("sent", ["yes", 1, [True], 0])
    def test_a_flag_that_is_none_is_refused(self, sent: object) -> None:
        assert refused(optedIntoMarketing=sent) == ("type_invalid", "marketing_opt_in")

    @pytest.mark.parametrize(
        ("sent", "taken"),
        [("Male", "male"), ("F", "female"), ("Non-Binary", "nonbinary"), ("X", "nonbinary"),
         ("Unknown", "unspecified"), (" Prefer not to say ", "unspecified"), ("Agender", "agender"),
         ("", None)],
    )  # fmt: skip
    def test_genders_are_translated_and_new_ones_kept(self, sent: str, taken: str | None) -> None:
        assert mapped(gender=sent).fields["gender"] == taken

    @pytest.mark.parametrize(
        ("sent", "taken"),
        [("Recreational", "adult"), ("Adult Use", "adult"), ("MEDICAL", "medical"),
         ("Caregiver", "caregiver"), ("Wholesale", "wholesale"), ("N/A", None)],
    )  # fmt: skip
    def test_types_are_translated_and_new_ones_kept(self, sent: str, taken: str | None) -> None:
        assert mapped(customerType=sent).fields["customer_type"] == taken

    @pytest.mark.parametrize(
        ("chosen", "other", "taken"),
        [("Leafly", None, "Leafly"), ("Other", "Radio", "Radio"), (None, "Radio", "Radio"),
         ("Leafly", "Radio", "Leafly"), ("Other", "N/A", "Other"), ("", "", None)],
    )  # fmt: skip
    def test_a_free_text_explains_the_choice_other(
        self, chosen: str | None, other: str | None, taken: str | None
    ) -> None:
        fields = mapped(referralSource=chosen, otherReferralSource=other).fields

        assert fields["referral_source"] == taken

    def test_groups_are_a_list(self) -> None:
        assert mapped(discountGroups=[" VIP ", "", None]).fields["groups"] == ["VIP"]
        assert mapped(discountGroups=[]).fields["groups"] == []
        assert mapped(discountGroups=None).fields["groups"] is None
        assert refused(discountGroups="VIP") == ("type_invalid", "groups")
        assert refused(discountGroups=[["VIP"]]) == ("type_invalid", "groups")

    def test_notes_keep_their_lines(self) -> None:
        assert mapped(notes="a\r\nb\tc\x00 ").fields["notes"] == "a\nb\tc"
        assert mapped(notes="N/A").fields["notes"] is None

    @pytest.mark.parametrize(("sent", "taken"), [("MM123", "MM123"), ("0", None), ("N/A", None)])
    def test_a_medical_id_of_zero_is_none(self, sent: str, taken: str | None) -> None:
        assert mapped(mmjidNumber=sent).fields["medical_id"] == taken


class TestIds:
    @pytest.mark.parametrize(("sent", "taken"), [(1042, "1042"), ("1042", "1042"), (" 7 ", "7")])
    def test_become_texts(self, sent: object, taken: str) -> None:
        assert external_id({"customerId": sent}) == taken

    @pytest.mark.parametrize(
        "sent", [None, 0, -1, "", " ", "0", True, 1.0, 1e300, ["1"], {}, "1\x002", "x" * 201]
    )
    def test_that_cannot_be_used_are_refused(self, sent: object) -> None:
        with pytest.raises(RowError) as caught:
            external_id({"customerId": sent})

        assert (caught.value.code, caught.value.field) == ("id_missing", "customerId")

    @pytest.mark.parametrize(
        ("sent", "taken"),
        [(877, "877"), ("877", "877"), (None, None), ("", None), (0, None), ("0", None), (7, None)],
    )
    def test_the_survivors_becomes_a_text(self, sent: object, taken: str | None) -> None:
        assert mapped(mergedIntoCustomerId=sent).merged_into == taken

    @pytest.mark.parametrize("sent", [True, -1, 1.5, [877]])
    def test_the_survivors_that_is_none_is_refused(self, sent: object) -> None:
        assert refused(mergedIntoCustomerId=sent) == ("type_invalid", "merged_into")

    def test_a_merged_row_is_inactive_whatever_its_word(self) -> None:
        customer = mapped(status="Active", mergedIntoCustomerId=8)

        assert (customer.status, customer.status_raw) == (RecordStatus.INACTIVE, "Active")


class TestHostileRows:
    def test_of_more_than_8_mb_are_refused(self) -> None:
        assert refused(unknownKey="x" * 8_400_000) == ("row_too_large", "")

    def test_of_many_keys_are_refused(self) -> None:
        assert refused(**{f"k{n}": "x" * 100 for n in range(90_000)}) == ("row_too_large", "")

    def test_that_are_damaged_are_refused(self) -> None:
        assert refused(__rollcall_encoding_invalid__=True) == ("encoding_invalid", "")

    @pytest.mark.parametrize("value", ["\ud800", 2**64, -(2**70), {"a": [2**64]}])
    def test_that_cannot_be_written_down_name_the_key(self, value: object) -> None:
        assert refused(notes=value) == ("type_invalid", "notes")

    def test_do_not_get_unknown_keys_told(self) -> None:
        assert refused(Ana=2**64) == ("type_invalid", "")

    def test_nested_beyond_reason_are_refused(self) -> None:
        value: object = 0
        for _ in range(2000):
            value = [value]

        assert refused(discountGroups=value) == ("type_invalid", "discountGroups")

    def test_are_refused_without_quoting_the_value(self) -> None:
        with pytest.raises(RowError) as caught:
            mapped(dateOfBirth="1999-99-99")

        assert "1999" not in str(caught.value)

    @given(
        row=st.dictionaries(
            st.sampled_from(sorted(KNOWN_KEYS)),
            st.recursive(
                st.none()
                | st.booleans()
                | st.integers()
                | st.floats(allow_nan=False)
                | st.text(max_size=30)
                | st.sampled_from(["N/A", "1900-01-01T00:00:00", "11/20/2025 18:04:33", "2025-"])
                | st.datetimes().map(lambda moment: moment.isoformat()),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(st.text(max_size=5), inner, max_size=3)
                ),
                max_leaves=5,
            ),
        )
    )
    def test_end_in_a_customer_or_in_quarantine(self, row: dict[str, Any]) -> None:
        row = {**row, "customerId": 7}
        try:
            told = to_canonical(row, CONTEXT).external_id
        except RowError as error:
            told = error.code

        assert told in {"7", "type_invalid", "date_invalid", "value_unknown", "encoding_invalid"}
