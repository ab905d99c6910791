"""What is made of a member."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rollcall.pos.connectors.blaze.connector import CONNECTOR
from rollcall.pos.connectors.blaze.mapping import to_canonical
from rollcall.pos.connectors.blaze.tests.shop import PACIFIC, member
from rollcall.pos.connectors.blaze.values import day_of_millis, local_midnight
from rollcall.pos.contract import CanonicalCustomer, MappingContext, RecordStatus
from rollcall.pos.decoding import ENCODING_MARK
from rollcall.pos.errors import RowError

PACIFIC_MAY = 642_582_000_000  # 1990-05-13 00:00 PDT


def mapped(row: dict[str, Any], zone: ZoneInfo = PACIFIC) -> CanonicalCustomer:
    return to_canonical(row, MappingContext(time_zone=zone))


def field(key: str, value: object, name: str) -> object:
    """Map a row of one key beside its id."""
    return mapped({"id": "a" * 24, key: value}).fields[name]


def moment(
    year: int, month: int, day: int, hour: int = 0, *, zone: str = "America/Los_Angeles"
) -> int:
    return int(dt.datetime(year, month, day, hour, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


class TestSamples:
    def test_a_usual_member(self) -> None:
        told = mapped(member(0))

        assert dict(told.fields) == {
            "given_name": "Lena", "middle_name": None, "family_name": "Brightwater",
            "nickname": None, "born_on": "1990-05-13", "gender": "female",
            "phone": "+15625550119", "email": "lena.b@example.com", "licence": "Z0000123",
            "licence_state": "CA", "licence_expires_on": "2030-05-20", "medical_id": None,
            "medical_expires_on": None, "street": "411 Marina Way", "city": "Long Beach",
            "state": "CA", "zip": "90802", "customer_type": "adult", "email_opt_in": False,
            "sms_opt_in": True, "banned": False, "loyalty_points": 37, "groups": ["Adult-Use"],
            "referral_source": None, "notes": None, "signed_up_at": "2024-03-12T21:01:27Z",
            "last_visit_at": "2025-11-20T18:37:20Z",
        }  # fmt: skip
        assert told.external_id == "65f0c2a7d1e4b93c5a7f1e02"
        assert (told.status, told.status_raw) == (RecordStatus.ACTIVE, "Active")
        assert told.updated_at == dt.datetime(2025, 11, 20, 18, 37, 21, 220_000, dt.UTC)

    def test_a_medical_member_told_in_milliseconds(self) -> None:
        told = mapped(member(1)).fields

        assert (told["family_name"], told["phone"], told["email"]) == (
            "HALLE 😎", "+13105550186", None,
        )  # fmt: skip
        assert (told["born_on"], told["gender"]) == ("1966-01-02", None)
        assert (told["licence"], told["licence_state"], told["licence_expires_on"]) == (
            "000000777", "CA", None,
        )  # fmt: skip
        assert (told["medical_id"], told["medical_expires_on"], told["customer_type"]) == (
            "R-100200", "2026-01-01", "medical",
        )  # fmt: skip
        assert "street" not in told

    def test_a_deleted_member_is_inactive_and_points_nowhere(self) -> None:
        told = mapped(member(2))

        assert (told.status, told.status_raw) == (RecordStatus.INACTIVE, "Inactive (deleted)")
        assert told.merged_into is None
        assert told.fields["phone"] == "+15625550119"

    def test_has_no_key_that_is_not_known(self) -> None:
        keys = {key for number in range(3) for key in member(number)}

        assert keys - CONNECTOR.known_keys == set()


class TestBirthDates:
    @pytest.mark.parametrize(
        ("millis", "day"),
        [
            (moment(1990, 5, 13), "1990-05-13"),
            (moment(1990, 1, 13), "1990-01-13"),
            (moment(1990, 4, 1), "1990-04-01"),
            (moment(1990, 10, 28), "1990-10-28"),
            (moment(1944, 7, 2), "1944-07-02"),
            # Midnight UTC, of the east, of the islands; an hour off around a clock change.
            (moment(1990, 5, 13, zone="UTC"), "1990-05-13"),
            (moment(1990, 1, 13, zone="America/New_York"), "1990-01-13"),
            (moment(1990, 1, 13, zone="Pacific/Honolulu"), "1990-01-13"),
            (moment(1990, 1, 12, 23), "1990-01-13"),
            (moment(1990, 5, 13, 1), "1990-05-13"),
            (moment(1990, 5, 13, 12), "1990-05-13"),
            (moment(1970, 1, 1), "1970-01-01"),
            (0, None),
            (None, None),
            (moment(1900, 1, 1), None),
            (-62_135_596_800_000, None),
        ],
    )
    def test_are_the_nearest_midnight_of_the_shop(self, millis: int, day: str | None) -> None:
        assert field("dob", millis, "born_on") == day

    def test_as_written_days_come_first(self) -> None:
        row = {"id": "a" * 24, "dob": PACIFIC_MAY, "birthdate": "1990-05-14"}

        assert mapped(row).fields["born_on"] == "1990-05-14"
        assert mapped({**row, "localDob": "1990-05-15"}).fields["born_on"] == "1990-05-15"
        assert mapped({**row, "localDob": "", "birthdate": None}).fields["born_on"] == "1990-05-13"

    @pytest.mark.parametrize("key", ["localDob", "birthdate"])
    @pytest.mark.parametrize("value", ["2023-02-30", "13.05.1990", "soon", 19900513, {}, []])
    def test_that_are_none_are_refused(self, key: str, value: object) -> None:
        with pytest.raises(RowError) as caught:
            field(key, value, "born_on")

        assert (caught.value.code, caught.value.field) == ("date_invalid", "born_on")
        assert "1990" not in str(caught.value)

    @pytest.mark.parametrize("value", ["1990", True, 10**18, -(10**18), float("nan"), {}, []])
    def test_that_are_no_moments_are_refused(self, value: object) -> None:
        with pytest.raises(RowError) as caught:
            field("dob", value, "born_on")

        # JSON cannot hold NaN at all.
        assert caught.value.code == "date_invalid"

    @pytest.mark.parametrize("zone", ["America/Los_Angeles", "America/New_York", "UTC"])
    def test_are_read_as_they_are_written(self, zone: str) -> None:
        day = dt.date(1930, 1, 1)
        while day < dt.date(2008, 1, 1):
            written = local_midnight(day.isoformat(), ZoneInfo(zone))
            assert day_of_millis(written, ZoneInfo(zone)) == day.isoformat()
            day += dt.timedelta(days=17)


class TestSex:
    @pytest.mark.parametrize(
        ("value", "gender"),
        [(0, None), (1, "female"), (2, "nonbinary"), (7, None), ("1", "female"),
         ("MALE", "male"), ("Female", "female"), ("OTHER", "nonbinary"), ("", None),
         (None, None), ("UNKNOWN", "unknown")],
    )  # fmt: skip
    def test_is_read_by_name_and_ordinal(self, value: object, gender: str | None) -> None:
        assert field("sex", value, "gender") == gender

    @pytest.mark.parametrize("value", [True, 1.5, [], {}])
    def test_of_another_type_is_refused(self, value: object) -> None:
        with pytest.raises(RowError, match="gender"):
            field("sex", value, "gender")


class TestPhones:
    @pytest.mark.parametrize(
        ("cpn", "primary", "phone"),
        [
            ("+13105550186", "", "+13105550186"),
            ("+13105550186", "(562) 555-0119", "+13105550186"),
            (None, "(562) 555-0119", "+15625550119"),
            ("", "5625550119", "+15625550119"),
            ("0000000000", "562.555.0119", "+15625550119"),
            (None, "", None),
            (None, "(000) 000-0000", None),
            (None, "call the bar", "call the bar"),
            (None, "12345", "12345"),
        ],
    )
    def test_prefer_the_mirror(self, cpn: str | None, primary: str, phone: str | None) -> None:
        row = {"id": "a" * 24, "cpn": cpn, "primaryPhone": primary}

        assert mapped(row).fields["phone"] == phone


class TestDocuments:
    def test_of_several_the_first_licence_with_a_number_counts(self) -> None:
        listed = [
            {"type": "Passport", "licenseNumber": "P1", "state": "CA"},
            {"licenseNumber": "", "state": "OR"},
            {"licenseNumber": "D0", "state": "AZ", "deleted": True},
            {"type": "StateId", "licenseNumber": "D1", "state": "NV", "expirationDate": 0,
             "localExpirationDate": ""},
            {"type": "Drivers", "licenseNumber": "D2", "state": "WA"},
        ]  # fmt: skip
        told = mapped({"id": "a" * 24, "identifications": listed}).fields

        assert (told["licence"], told["licence_state"], told["licence_expires_on"]) == (
            "D1", "NV", None,
        )  # fmt: skip

    @pytest.mark.parametrize("listed", [None, [], [{"type": "Passport", "licenseNumber": "P1"}]])
    def test_of_nobody_are_empty(self, listed: object) -> None:
        assert field("identifications", listed, "licence") is None

    def test_end_by_milliseconds_where_no_day_is_written(self) -> None:
        entry = {"licenseNumber": "D1", "localExpirationDate": "",
                 "expirationDate": moment(2030, 5, 20)}  # fmt: skip

        assert field("identifications", [entry], "licence_expires_on") == "2030-05-20"

    def test_of_several_recommendations_the_longest_counts(self) -> None:
        listed = [
            {"recommendationNumber": "R1", "expirationDate": moment(2026, 1, 1)},
            {"recommendationNumber": "R2", "expirationDate": moment(2027, 1, 1)},
            {"recommendationNumber": "", "expirationDate": moment(2029, 1, 1)},
            {"recommendationNumber": "R3", "expirationDate": moment(2028, 1, 1), "deleted": True},
        ]
        told = mapped({"id": "a" * 24, "recommendations": listed}).fields

        assert (told["medical_id"], told["medical_expires_on"]) == ("R2", "2027-01-01")

    @pytest.mark.parametrize("key", ["latestRecommendation", "lastestRecommendation"])
    def test_are_found_under_the_misspelt_key_too(self, key: str) -> None:
        twin = {"recommendationNumber": "R9", "expirationDate": moment(2027, 1, 1)}

        assert field(key, twin, "medical_id") == "R9"

    @pytest.mark.parametrize("key", ["identifications", "recommendations", "notes"])
    @pytest.mark.parametrize("value", ["x", 5, {}, ["x"], [None]])
    def test_of_another_shape_are_refused(self, key: str, value: object) -> None:
        with pytest.raises(RowError) as caught:
            mapped({"id": "a" * 24, key: value})

        assert caught.value.code == "type_invalid"


class TestKindsOfMember:
    @pytest.mark.parametrize(
        ("consumer_type", "medical", "told"),
        [("AdultUse", True, "adult"), ("MedicinalState", False, "medical"),
         ("MedicinalThirdParty", True, "medical"), ("Other", True, "medical"),
         ("Other", False, None), (None, None, None), ("Wholesale", False, "wholesale")],
    )  # fmt: skip
    def test_follow_the_consumer_type(
        self, consumer_type: str | None, medical: bool | None, told: str | None
    ) -> None:
        row = {"id": "a" * 24, "consumerType": consumer_type, "medical": medical}

        assert mapped(row).fields["customer_type"] == told

    @pytest.mark.parametrize(
        ("word", "deleted", "status"),
        [("Active", False, "active"), ("Pending", None, "active"), ("Inactive", False, "inactive"),
         ("Active", True, "inactive"), (None, None, "active"), ("", False, "active")],
    )  # fmt: skip
    def test_are_active_unless_deleted_or_inactive(
        self, word: str | None, deleted: bool | None, status: str
    ) -> None:
        assert mapped({"id": "a" * 24, "status": word, "deleted": deleted}).status == status

    def test_with_a_new_status_are_refused(self) -> None:
        with pytest.raises(RowError) as caught:
            mapped({"id": "a" * 24, "status": "Frozen"})

        assert (caught.value.code, caught.value.field) == ("value_unknown", "status")

    @pytest.mark.parametrize(("value", "told"), [(True, True), (False, False), (None, None)])
    def test_are_banned_apart_from_their_status(self, value: object, told: object) -> None:
        assert field("banPatient", value, "banned") is told

    def test_are_in_their_group_and_have_tags(self) -> None:
        row = {"id": "a" * 24, "memberGroup": {"name": "Veteran"}, "tags": ["vip", "", "Veteran"]}

        assert mapped(row).fields["groups"] == ["Veteran", "vip"]

    @pytest.mark.parametrize(("value", "told"), [(True, True), (False, False), (None, None)])
    @pytest.mark.parametrize(
        ("key", "name"), [("textOptIn", "sms_opt_in"), ("emailOptIn", "email_opt_in")]
    )
    def test_consent_by_channel(self, key: str, name: str, value: object, told: object) -> None:
        assert field(key, value, name) is told


class TestTexts:
    @pytest.mark.parametrize(
        ("value", "told"),
        [("Ana ???", "Ana"), ("???", None), ("N??ez", "N??ez"), ("Huh?", "Huh?"), ("", None),
         (" Zoë\u0000 Fern ", "Zoë Fern"), ("N/A", None), ("null", None), (5, "5")],
    )  # fmt: skip
    def test_of_names_are_cleaned(self, value: object, told: str | None) -> None:
        assert field("lastName", value, "family_name") == told

    def test_of_names_that_are_too_long_are_refused(self) -> None:
        with pytest.raises(RowError) as caught:
            field("firstName", "x" * 501, "given_name")

        assert (caught.value.code, caught.value.field) == ("too_long", "given_name")

    def test_of_addresses_join_their_lines(self) -> None:
        home = {"address": "1 Main St", "addressLine2": "Apt 4", "zipCode": "00000"}

        assert field("address", home, "street") == "1 Main St Apt 4"
        assert field("address", home, "zip") is None

    def test_of_the_first_further_address_stand_in_for_none(self) -> None:
        further = [{"address": "x", "deleted": True}, {"address": "2 Oak Ave"}]
        row = {"id": "a" * 24, "address": None, "addresses": further}

        assert mapped(row).fields["street"] == "2 Oak Ave"

    def test_of_notes_are_joined(self) -> None:
        listed = [{"message": "a\nb"}, {"message": "gone", "deleted": True}, {"message": "c"}]

        assert field("notes", listed, "notes") == "a\nb\nc"


class TestNumbers:
    @pytest.mark.parametrize(("value", "told"), [(37.99, 37), (0, 0), (None, None), (12, 12)])
    def test_of_points_are_whole_and_never_rounded_up(self, value: object, told: object) -> None:
        assert field("loyaltyPoints", value, "loyalty_points") == told

    @pytest.mark.parametrize("key", ["created", "lastVisitDate", "startDate"])
    def test_of_0_milliseconds_are_no_time(self, key: str) -> None:
        fields = mapped({"id": "a" * 24, key: 0}).fields

        assert [fields[name] for name in fields] == [None]

    def test_of_a_start_stand_before_the_creation(self) -> None:
        row = {"id": "a" * 24, "startDate": 1_710_277_287_120, "created": 1_763_663_841_220}

        assert mapped(row).fields["signed_up_at"] == "2024-03-12T21:01:27Z"
        assert mapped({**row, "startDate": 0}).fields["signed_up_at"] == "2025-11-20T18:37:21Z"


class TestRows:
    @pytest.mark.parametrize("value", [None, "", " ", 5, True, "x" * 201, "a\nb", []])
    def test_without_a_usable_id_are_refused(self, value: object) -> None:
        with pytest.raises(RowError) as caught:
            mapped({"id": value, "firstName": "Ana"})

        assert caught.value.code == "id_missing"

    def test_with_damaged_text_are_refused(self) -> None:
        with pytest.raises(RowError) as caught:
            mapped({**member(0), ENCODING_MARK: True})

        assert caught.value.code == "encoding_invalid"

    def test_of_8_megabytes_are_refused(self) -> None:
        with pytest.raises(RowError) as caught:
            mapped({**member(0), "searchText": "x" * 8 * 1024 * 1024})

        assert caught.value.code == "row_too_large"

    @pytest.mark.parametrize("value", [2**70, "\ud800"])
    def test_that_cannot_be_written_down_are_refused(self, value: object) -> None:
        with pytest.raises(RowError) as caught:
            mapped({**member(0), "searchText": value})

        assert (caught.value.code, caught.value.field) == ("type_invalid", "searchText")

    def test_of_nothing_but_an_id_say_nothing(self) -> None:
        told = mapped({"id": "a" * 24})

        assert (dict(told.fields), told.updated_at) == ({}, None)
