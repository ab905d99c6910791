"""What is sent to BLAZE, and that it costs nobody anything."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.blaze.client import BlazeClient
from rollcall.pos.connectors.blaze.connector import CONNECTOR, BlazeSettings
from rollcall.pos.connectors.blaze.tests.shop import (
    MEMBERS,
    PACIFIC,
    blaze,
    call,
    id_of,
    member,
    opened,
    requests_to,
)
from rollcall.pos.connectors.blaze.writes import (
    RULES,
    changed_member,
    member_with_status,
    new_member,
)
from rollcall.pos.contract import RecordStatus
from rollcall.pos.decoding import ENCODING_MARK
from rollcall.pos.errors import (
    PosConflictError,
    PosDuplicateError,
    PosGoneError,
    PosNeedsHumanError,
    PosRefusedDataError,
    PosThrottledError,
    UnsupportedByPosError,
)
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator import RunningSimulator
from rollcall.pos.writing import NewCustomer

ANA: dict[str, FieldValue] = {
    "given_name": "Ana", "family_name": "Lee", "born_on": "1990-07-02", "phone": "+13035550111",
    "email": "ana@example.com", "licence": "D1",
}  # fmt: skip
ONE = MEMBERS + "/{member_id}"


def new(**changed: FieldValue) -> NewCustomer:
    return NewCustomer(key=str(changed.pop("key", "hub-1")), fields={**ANA, **changed})


def changed(row: dict[str, Any], **changes: FieldValue) -> dict[str, Any]:
    return changed_member(row, changes, PACIFIC)


def differing(row: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in row or row[key] != value}


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with blaze(tmp_path) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[BlazeClient]:
    with opened(simulator) as client:
        yield client


class TestANewMember:
    def test_is_sent_with_local_midnight_names_and_our_key(self) -> None:
        body = new_member(new(gender="nonbinary", sms_opt_in=True, notes="calls"), PACIFIC)

        assert body == {
            "firstName": "Ana", "lastName": "Lee", "email": "ana@example.com",
            "primaryPhone": "3035550111", "dob": 646_902_000_000, "birthdate": "1990-07-02",
            "sex": "OTHER", "consumerType": "AdultUse", "medical": False, "status": "Active",
            "textOptIn": True, "emailOptIn": False, "importId": "hub-1",
            "identifications": [{"type": "Drivers", "licenseNumber": "D1", "verified": False}],
            "notes": [{"message": "calls"}],
        }  # fmt: skip

    @pytest.mark.parametrize("zone", ["America/New_York", "America/Los_Angeles", "America/Denver"])
    def test_has_the_shops_midnight_as_birth(self, zone: str) -> None:
        dob = new_member(new(), ZoneInfo(zone))["dob"]

        local = dt.datetime.fromtimestamp(dob / 1000, ZoneInfo(zone))
        assert local.isoformat()[:19] == "1990-07-02T00:00:00"

    @pytest.mark.parametrize(
        ("fields", "kind"),
        [({}, "AdultUse"), ({"medical_id": "M1"}, "MedicinalState"),
         ({"customer_type": "medical"}, "MedicinalState"),
         ({"customer_type": "adult", "medical_id": "M1"}, "AdultUse")],
    )  # fmt: skip
    def test_is_of_a_kind(self, fields: dict[str, FieldValue], kind: str) -> None:
        body = new_member(new(**fields), PACIFIC)

        assert (body["consumerType"], body["medical"]) == (kind, kind != "AdultUse")

    def test_who_gave_no_answer_gets_nothing_sent_to_them(self) -> None:
        body = new_member(new(email_opt_in=None, middle_name=None, gender="unspecified"), PACIFIC)

        assert (body["emailOptIn"], body["textOptIn"]) == (False, False)
        assert body.keys().isdisjoint({"middleName", "sex"})


class TestCreating:
    @pytest.mark.parametrize(
        ("same", "words"),
        [({"email": "ANA@example.com"}, "email"), ({"phone": "(303) 555-0111"}, "phone"),
         ({"licence": "d1"}, "license")],
    )  # fmt: skip
    def test_somebody_who_is_there_names_who(
        self,
        simulator: RunningSimulator,
        client: BlazeClient,
        same: dict[str, FieldValue],
        words: str,
    ) -> None:
        existing = client.create(new())["id"]
        other = {"phone": "+13035550112", "email": "b@example.com", "licence": "D2"}

        with pytest.raises(PosDuplicateError, match=words) as caught:
            client.create(new(key="hub-2", given_name="Bo", **{**other, **same}))

        assert caught.value.existing_id == existing
        assert "ana@" not in str(caught.value).lower()
        assert len(list(simulator.control.customers())) == 61

    def test_somebody_whom_several_could_be_names_nobody(
        self, simulator: RunningSimulator, client: BlazeClient
    ) -> None:
        for _ in range(2):
            simulator.control.create(given_name="Al", phone="3035550111")

        with pytest.raises(PosDuplicateError) as caught:
            client.create(new())
        assert caught.value.existing_id is None

    def test_the_young_is_refused_unless_medical(self, client: BlazeClient) -> None:
        nineteen = f"{utc_now().year - 19}-01-01"

        with pytest.raises(PosRefusedDataError, match="at least 21 years"):
            client.create(new(born_on=nineteen))
        assert client.create(new(born_on=nineteen, medical_id="M1"))["medical"] is True

    def test_without_contact_may_be_refused(
        self, simulator: RunningSimulator, client: BlazeClient
    ) -> None:
        simulator.control.set_habits(needs_contact=True)

        with pytest.raises(PosRefusedDataError, match="phone number or an email"):
            client.create(new(phone=None, email=None))

    def test_is_found_by_its_key(self, simulator: RunningSimulator, client: BlazeClient) -> None:
        made = client.create(new())["id"]
        simulator.control.patch(made, given_name="Anna", email="other@example.com")

        assert [row["id"] for row in client.find_created(new(), since=utc_now())] == [made]
        assert client.find_created(new(key="hub-2"), since=utc_now()) == []

    def test_is_found_by_everything_where_the_key_is_dropped(
        self, simulator: RunningSimulator, client: BlazeClient
    ) -> None:
        simulator.control.set_habits(keeps_import_id=False)
        began = utc_now()
        made = client.create(new(gender="male", notes="calls"))["id"]

        wanted = new(gender="male", notes="calls")
        assert [row["id"] for row in client.find_created(wanted, since=began)] == [made]
        assert client.find_created(wanted, since=began + dt.timedelta(minutes=6)) == []
        assert client.find_created(new(family_name="Leigh"), since=began) == []

    @pytest.mark.parametrize("given", [{"email"}, {"phone"}, {"licence"}, set()])
    def test_is_found_by_whatever_was_given(self, client: BlazeClient, given: set[str]) -> None:
        rest: dict[str, FieldValue] = {
            k: None for k in ("email", "phone", "licence") if k not in given
        }
        made = client.create(new(**rest))["id"]

        assert [row["id"] for row in client.find_created(new(**rest), since=utc_now())] == [made]


class TestAChangedMember:
    def test_differs_in_what_was_changed_and_nothing_else(self) -> None:
        row = member(0)
        before = copy.deepcopy(row)

        body = changed(row, given_name="Lina", phone="+15625550120", email_opt_in=True)

        assert differing(row, body) == {
            "firstName": "Lina", "primaryPhone": "5625550120", "cpn": "+15625550120",
            "emailOptIn": True,
        }  # fmt: skip
        assert row == before

    def test_keeps_keys_that_nobody_knows(self) -> None:
        row = {**member(0), "futureKey": {"deep": [1, {"x": None}]}}

        assert changed(row, city="Reno")["futureKey"] == {"deep": [1, {"x": None}]}

    def test_that_does_not_change_is_equal(self) -> None:
        row = member(0)

        body = changed(
            row, phone="+15625550119", street="411 Marina Way", licence="Z0000123", gender="female",
            licence_expires_on="2030-05-20", born_on="1990-05-13", middle_name=None, medical_id="",
        )  # fmt: skip

        assert body == row

    def test_keeps_documents_whole(self) -> None:
        row = member(0)
        passport = {"type": "Passport", "licenseNumber": "P1", "verified": True}
        row["identifications"].insert(0, passport)

        listed = changed(row, licence="Z9", licence_state="NV")["identifications"]

        assert listed[0] == passport
        assert differing(row["identifications"][1], listed[1]) == {
            "licenseNumber": "Z9", "state": "NV", "verified": False,
        }  # fmt: skip

    def test_keeps_documents_when_they_are_emptied(self) -> None:
        body = changed(member(0), licence=None, licence_state=None, licence_expires_on=None)

        entry = body["identifications"][0]
        assert (entry["id"], entry["licenseNumber"], entry["state"]) == (
            "65f0c2a7d1e4b93c5a7f1e04", "", None,
        )  # fmt: skip
        assert (entry["expirationDate"], entry["localExpirationDate"]) == (0, "")

    def test_gets_a_licence_beside_a_passport(self) -> None:
        passport = {"type": "Passport", "licenseNumber": "P1"}
        row = {"id": "a" * 24, "identifications": [passport]}

        listed = changed(row, licence="D1", licence_expires_on="2030-05-20")["identifications"]

        assert listed == [passport, {
            "type": "Drivers", "licenseNumber": "D1", "verified": False,
            "localExpirationDate": "2030-05-20", "expirationDate": 1_905_490_800_000,
        }]  # fmt: skip

    def test_has_the_same_recommendation_under_each_key(self) -> None:
        entry = {"recommendationNumber": "R1", "expirationDate": 0, "doctor": "Dr. Oak"}
        row = {"id": "a" * 24, "recommendations": [entry], "lastestRecommendation": dict(entry),
               "latestRecommendation": {"recommendationNumber": "R0"}}  # fmt: skip

        body = changed(row, medical_id="R2")

        wanted = {**entry, "recommendationNumber": "R2", "verified": False}
        assert body["recommendations"] == [wanted]
        assert body["lastestRecommendation"] == wanted
        assert body["latestRecommendation"] == {"recommendationNumber": "R0"}

    def test_has_its_birthday_under_each_key(self) -> None:
        body = changed({**member(0), "localDobUTC": 642_556_800_000}, born_on="1990-01-02")

        assert {key: body[key] for key in ("dob", "birthdate", "localDob", "localDobUTC")} == {
            "dob": 631_267_200_000, "birthdate": "1990-01-02", "localDob": "1990-01-02",
            "localDobUTC": 631_238_400_000,
        }  # fmt: skip

    def test_has_one_line_of_street_when_it_is_changed(self) -> None:
        row = member(0)
        row["address"]["addressLine2"] = "Apt 4"

        assert changed(row, city="Reno")["address"]["addressLine2"] == "Apt 4"
        moved = changed(row, street="1 Oak Ave Apt 2")["address"]
        assert (moved["address"], moved["addressLine2"]) == ("1 Oak Ave Apt 2", "")
        assert moved["id"] == "65f0c2a7d1e4b93c5a7f1e03"

    def test_gets_an_address_where_there_was_none(self) -> None:
        row: dict[str, Any] = {"id": "a" * 24, "address": None, "addresses": []}

        assert changed(row, city="Reno")["address"] == {"country": "US", "city": "Reno"}

    def test_keeps_its_ordinal_of_sex_until_it_is_changed(self) -> None:
        assert changed(member(0), city="Reno")["sex"] == 1
        assert changed(member(0), gender="male")["sex"] == "MALE"

    @pytest.mark.parametrize(
        "changes",
        [{"notes": "x"}, {"loyalty_points": 5}, {"groups": ["x"]}, {"marketing_opt_in": True},
         {"gender": "unspecified"}, {"customer_type": "caregiver"}],
    )  # fmt: skip
    def test_cannot_say_everything(self, changes: dict[str, FieldValue]) -> None:
        with pytest.raises(UnsupportedByPosError):
            changed(member(0), **changes)

    @pytest.mark.parametrize(
        "damage", [{ENCODING_MARK: True}, {"identifications": "x"}, {"status": "Frozen"}]
    )
    def test_that_cannot_be_read_is_not_written(self, damage: dict[str, Any]) -> None:
        with pytest.raises(PosNeedsHumanError):
            changed({**member(0), **damage}, licence="D1")

    def test_is_not_activated_by_accident(self) -> None:
        pending = {**member(0), "status": "Pending"}

        assert member_with_status(pending, RecordStatus.ACTIVE) == pending
        assert member_with_status(pending, RecordStatus.INACTIVE)["status"] == "Inactive"
        with pytest.raises(PosRefusedDataError, match="deleted"):
            member_with_status(member(2), RecordStatus.ACTIVE)


class TestUpdating:
    def test_is_one_read_and_one_write(
        self, simulator: RunningSimulator, client: BlazeClient
    ) -> None:
        row = client.get(id_of(4))

        client.update(row, {"nickname": "Zo"})

        assert (requests_to(simulator, ONE), requests_to(simulator, ONE, "PUT")) == (2, 1)

    def test_with_what_is_there_writes_nothing(
        self, simulator: RunningSimulator, client: BlazeClient
    ) -> None:
        row = client.update(client.get(id_of(4)), {"nickname": "Zo"})

        assert client.update(row, {"nickname": "Zo"}) == row
        assert client.set_status(row, RecordStatus.ACTIVE) == row
        assert requests_to(simulator, ONE, "PUT") == 1

    def test_of_somebody_who_came_by_meanwhile_conflicts(
        self, simulator: RunningSimulator, client: BlazeClient
    ) -> None:
        row = client.get(id_of(4))
        simulator.control.patch(id_of(4), last_visit_at="2026-01-02T03:04:05Z")

        with pytest.raises(PosConflictError):
            client.update(row, {"nickname": "Zo"})
        with pytest.raises(PosConflictError):
            client.set_status(row, RecordStatus.INACTIVE)
        assert requests_to(simulator, ONE, "PUT") == 0

    def test_that_is_throttled_is_not_held_back_until_it_is_old(self, tmp_path: Path) -> None:
        (tmp_path / "metered").mkdir()
        with (
            blaze(tmp_path / "metered", people=5, no_limits=False) as simulator,
            opened(simulator) as client,
        ):
            simulator.control.set_habits(calls_in_5_minutes=2)
            row = client.get(id_of(4))

            with pytest.raises(PosThrottledError):
                client.update(row, {"nickname": "Zo"})
            assert requests_to(simulator, ONE, "PUT") == 1

    def test_keeps_everything_else_of_everybody(
        self, simulator: RunningSimulator, client: BlazeClient
    ) -> None:
        server = {"modified", "nickname"}
        for position in (1, 3, 7, 17, 23, 41, 46, 60):
            before = client.get(id_of(position))

            client.update(before, {"nickname": "Zo"})

            after = client.get(id_of(position))
            assert differing(dict(before), dict(after)).keys() <= server, position

    def test_to_what_somebody_else_has_is_refused(
        self, simulator: RunningSimulator, client: BlazeClient
    ) -> None:
        client.create(new())
        before = simulator.control.customer(id_of(4))

        with pytest.raises(PosDuplicateError, match="email already exists"):
            client.update(client.get(id_of(4)), {"email": "ana@example.com"})
        assert simulator.control.customer(id_of(4)) == before

    @pytest.mark.parametrize("style", ["404", "400"])
    def test_of_nobody_is_gone(
        self, simulator: RunningSimulator, client: BlazeClient, style: str
    ) -> None:
        simulator.control.set_habits(not_found=style)
        row = client.get(id_of(4))
        simulator.control.delete(id_of(4))

        with pytest.raises(PosGoneError):
            client.update(row, {"nickname": "Zo"})

    def test_of_damaged_text_is_left_to_people(
        self, simulator: RunningSimulator, client: BlazeClient
    ) -> None:
        simulator.control.set_faults(malformed_rows=["invalid_utf8"])
        row = client.get(id_of(1))

        with pytest.raises(PosNeedsHumanError):
            client.update(row, {"nickname": "Zo"})
        assert requests_to(simulator, ONE, "PUT") == 0

    def test_of_a_server_without_ordinals_says_why(
        self, simulator: RunningSimulator, client: BlazeClient
    ) -> None:
        made = client.create(new(gender="female"))
        simulator.control.set_habits(takes_ordinals=False)

        with pytest.raises(PosRefusedDataError, match="sex"):
            client.update(client.get(str(made["id"])), {"nickname": "Zo"})

    def test_leaves_free_fields_and_points_alone(
        self, simulator: RunningSimulator, client: BlazeClient
    ) -> None:
        free = [{"name": "crm", "value": "7", "dataType": "STRING"}]
        call(simulator, "PUT", f"{MEMBERS}/{id_of(4)}/metadata", {"metadata": free})
        points = {"memberId": id_of(4), "action": "ADD", "points": 11}
        held = call(simulator, "POST", "/api/v1/partner/loyalty/points", points)[1]

        row = client.update(client.get(id_of(4)), {"nickname": "Zo"})

        assert row["metadata"] == free
        assert int(row["loyaltyPoints"]) == held["loyaltyPoints"]


class TestChecks:
    SETTINGS = BlazeSettings.model_validate({"partner_key": "p", "dispensary_key": "d"})

    def test_of_a_new_member_name_everything_at_once(self) -> None:
        fields: dict[str, FieldValue] = {
            "given_name": " ".strip(), "born_on": "2023-02-30", "customer_type": "caregiver",
        }  # fmt: skip

        problems = CONNECTOR.check_new(fields, self.SETTINGS)

        assert [(p.field, p.code) for p in problems] == [
            ("given_name", "required"), ("family_name", "required"), ("born_on", "invalid"),
            ("customer_type", "unsupported"),
        ]  # fmt: skip

    def test_of_changes_name_what_cannot_be_emptied_or_said(self) -> None:
        changes: dict[str, FieldValue] = {
            "family_name": "", "gender": "unspecified", "licence_expires_on": "soon", "email": None,
        }  # fmt: skip

        problems = CONNECTOR.check_changes(changes, self.SETTINGS)

        assert [(p.field, p.code) for p in problems] == [
            ("family_name", "required"), ("gender", "unsupported"),
            ("licence_expires_on", "invalid"),
        ]  # fmt: skip

    def test_of_an_unspecified_gender_are_content_with_a_new_member(self) -> None:
        assert CONNECTOR.check_new({**ANA, "gender": "unspecified"}, self.SETTINGS) == []

    def test_know_that_consent_can_be_written(self) -> None:
        assert {"email_opt_in", "sms_opt_in"} <= RULES.updatable - RULES.clearable
