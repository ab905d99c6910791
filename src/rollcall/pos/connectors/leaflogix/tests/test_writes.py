"""What is sent to Dutchie, against the simulator, and what its answers are taken for."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.leaflogix import writes
from rollcall.pos.connectors.leaflogix.client import LeaflogixClient
from rollcall.pos.connectors.leaflogix.connector import CONNECTOR
from rollcall.pos.connectors.leaflogix.tests.dutchie import (
    call,
    dutchie,
    opened,
    requests_to,
    set_habits,
)
from rollcall.pos.contract import MappingContext, RecordStatus
from rollcall.pos.errors import (
    PosDuplicateError,
    PosGoneError,
    PosRefusedDataError,
    PosUnavailableError,
    UnsupportedByPosError,
)
from rollcall.pos.fields import FieldValue
from rollcall.pos.http import Reply
from rollcall.pos.simulator import RunningSimulator
from rollcall.pos.writing import NewCustomer

PAYLOADS = Path(__file__).parents[1] / "payloads"
CONTEXT = MappingContext(time_zone=ZoneInfo("America/Denver"))
WRITE = "/customer/customer"
ANA: Mapping[str, FieldValue] = {
    "given_name": "Ana", "family_name": "Lee", "born_on": "1990-01-02", "phone": "+13035550111",
    "email": "ana@example.com", "licence": "D-3035",
}  # fmt: skip


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with dutchie(tmp_path, people=30) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[LeaflogixClient]:
    with opened(simulator) as client:
        yield client


def new(key: str = "hub-1", /, **changed: FieldValue) -> NewCustomer:
    return NewCustomer(key=key, fields={**ANA, **changed})


def count(simulator: RunningSimulator) -> int:
    return int(simulator.control.health()["customers"])


def fields_of(row: Mapping[str, Any]) -> Mapping[str, FieldValue]:
    return CONNECTOR.to_canonical(row, CONTEXT).fields


def refused(status: int, data: object, sent: Mapping[str, Any]) -> Exception:
    reply = Reply(status=status, data=data, damaged=False, pos_time=utc_now())
    return writes.refusal(reply, sent)


class TestCreate:
    def test_fills_in_the_address_that_dutchie_demands(self, client: LeaflogixClient) -> None:
        row = client.create(new())

        told = {key: row[key] for key in ("address1", "city", "state", "postalCode")}
        assert {fields_of(row)[name] for name in ("street", "city", "state", "zip")} == {None}
        assert set(told.values()) <= {"N/A", "00000", None}

    def test_keeps_the_hubs_key_and_the_licence_which_is_told_as_a_hash(
        self, client: LeaflogixClient
    ) -> None:
        row = client.create(new())

        assert row["externalCustomerId"] == "hub-1"
        assert row["driversLicenseHash"][2:] == hashlib.sha256(b"D-3035").hexdigest().upper()

    @pytest.mark.parametrize(
        ("fields", "name"),
        [({}, "adult"), ({"medical_id": "M1"}, "medical"), ({"customer_type": "adult"}, "adult")],
    )
    def test_gives_everybody_a_type(
        self, client: LeaflogixClient, fields: dict[str, FieldValue], name: str
    ) -> None:
        assert fields_of(client.create(new(**fields)))["customer_type"] == name

    def test_of_a_type_that_the_location_lacks_is_refused(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        with pytest.raises(PosRefusedDataError, match="customer type"):
            client.create(new(customer_type="caregiver"))

        assert requests_to(simulator, WRITE) == 0

    @pytest.mark.parametrize(
        "held",
        [
            {"licence": "D-3035"},
            {"medical_id": "M1"},
            {"family_name": "LEE", "born_on": "1990-01-02", "phone": "(303) 555-0111"},
            {"family_name": "lee", "born_on": "1990-01-02", "email": "ANA@example.com"},
        ],
    )
    def test_of_somebody_who_is_held_names_them_and_leaves_them_as_they_are(
        self, simulator: RunningSimulator, client: LeaflogixClient, held: dict[str, str]
    ) -> None:
        pos_id = simulator.control.create(**{"given_name": "Anna", "street": "1 Elm St", **held})
        before = simulator.control.customer(pos_id)

        with pytest.raises(PosDuplicateError) as caught:
            client.create(new(medical_id="M1"))

        assert caught.value.existing_id == pos_id
        assert simulator.control.customer(pos_id) == before
        assert requests_to(simulator, WRITE) == 0

    def test_of_somebody_merged_away_names_the_survivor(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        donor = simulator.control.create(given_name="Ana", licence="D-3035")
        simulator.control.merge(donor, into="48210001")
        simulator.control.patch("48210001", licence=None)

        with pytest.raises(PosDuplicateError) as caught:
            client.create(new())

        assert caught.value.existing_id == "48210001"

    @pytest.mark.parametrize(
        "held",
        [
            {"family_name": "Lee", "born_on": "1961-01-02", "phone": "3035550111"},
            {"family_name": "Ng", "born_on": "1990-01-02", "email": "ana@example.com"},
            {"family_name": "Lee", "born_on": "1990-01-02"},
        ],
    )
    def test_of_somebody_who_shares_something_makes_a_new_one(
        self, simulator: RunningSimulator, client: LeaflogixClient, held: dict[str, str]
    ) -> None:
        pos_id = simulator.control.create(given_name="Bo", **held)

        assert str(client.create(new())["customerId"]) != pos_id
        assert count(simulator) == 32

    def test_that_dutchie_turned_into_a_change_is_a_duplicate(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        old = "2020-05-06T10:00:00"
        pos_id = simulator.control.create(given_name="Ana", licence="D-3035")
        simulator.control.patch(pos_id, raw={"creationDate": old})
        set_habits(simulator, has_search=False)

        with pytest.raises(PosDuplicateError) as caught:
            client.create(new())

        assert caught.value.existing_id == pos_id

    def test_works_without_the_search_which_is_a_preview(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        set_habits(simulator, has_search=False)

        assert fields_of(client.create(new()))["given_name"] == "Ana"

    def test_asks_once_for_the_locations_types(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        for number in range(3):
            client.create(new(f"hub-{number}", licence=None, phone=None, email=f"{number}@e.com"))

        assert requests_to(simulator, "/customer/customer-types") == 1

    @pytest.mark.parametrize("habit", ["message", "text", "empty", "validation", "problem"])
    def test_that_is_refused_says_what_is_wrong_in_every_shape(
        self, simulator: RunningSimulator, client: LeaflogixClient, habit: str
    ) -> None:
        set_habits(simulator, refusals=habit)

        with pytest.raises(PosRefusedDataError) as caught:
            client.create(new(born_on="1790-01-02"))

        assert caught.value.code == "http_400"
        assert ("DateOfBirth" in str(caught.value)) is (habit not in ("text", "empty"))
        assert "1790" not in str(caught.value)

    def test_without_the_scope_is_a_matter_of_credentials(
        self, simulator: RunningSimulator
    ) -> None:
        key = f"{simulator.settings['api_key']}-noscope"
        with opened(simulator, api_key=key) as client, pytest.raises(Exception, match="scope"):
            client.create(new())


class TestFindCreated:
    def test_waits_for_what_becomes_visible_later(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        began = utc_now()
        client.create(new())
        set_habits(simulator, lag_s=300)
        assert client.find_created(new(), since=began) == []
        set_habits(simulator, lag_s=None)

        found = client.find_created(new(), since=began)

        assert [row["externalCustomerId"] for row in found] == ["hub-1"]
        assert "matchType" not in found[0]
        assert CONNECTOR.writes.settles_after >= dt.timedelta(minutes=5)

    def test_leaves_out_what_another_key_made(self, client: LeaflogixClient) -> None:
        began = utc_now()
        client.create(new("hub-1"))

        assert client.find_created(new("hub-10"), since=began) == []
        assert client.find_created(new("HUB-1"), since=began) == []

    def test_leaves_out_who_was_there_long_before(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        row = client.create(new())
        old = {"creationDate": "2020-05-06T10:00:00"}
        simulator.control.patch(str(row["customerId"]), raw=old)

        assert client.find_created(new(), since=utc_now()) == []


class TestUpdate:
    def test_of_a_phone_beside_a_cell_phone_is_not_possible(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        pos_id = simulator.control.create(given_name="Ana", phone="3035550142")

        for phone in ("+13035550143", None):
            with pytest.raises(UnsupportedByPosError, match="cell phone"):
                client.update(client.get(pos_id), {"phone": phone, "notes": "new"})

        assert simulator.control.customer(pos_id)["notes"] is None

    def test_to_the_cell_phone_that_is_there_sends_nothing(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        pos_id = simulator.control.create(given_name="Ana", phone="(303) 555-0142")

        client.update(client.get(pos_id), {"phone": "+13035550142"})

        assert requests_to(simulator, WRITE) == 0

    def test_of_one_name_keeps_the_other_of_a_full_name(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        # Every 29th row comes from an old tenant.
        row = client.get("48210029")
        assert (row["firstName"], row["lastName"]) == (None, None)
        before = fields_of(row)

        client.update(row, {"given_name": "Zora"})

        after = simulator.control.customer("48210029")
        assert (after["given_name"], after["family_name"]) == ("Zora", before["family_name"])

    def test_of_the_family_name_takes_the_suffix_along(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        simulator.control.patch("48210003", family_name="Okafor Jr")
        assert client.get("48210003")["nameSuffix"] == "Jr"

        row = client.update(client.get("48210003"), {"family_name": "Adeyemi"})

        assert fields_of(row)["family_name"] == "Adeyemi"
        assert simulator.control.customer("48210003")["family_name"] == "Adeyemi"

    def test_of_the_street_takes_the_unit_along(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        simulator.control.patch("48210003", street="1 Elm St Apt 4")
        assert client.get("48210003")["address2"] == "Apt 4"

        row = client.update(client.get("48210003"), {"street": "2 Oak St"})

        assert fields_of(row)["street"] == "2 Oak St"

    def test_ends_a_ban_and_leaves_a_hold(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        body = {"customerId": 48210003, "status": "Hold"}
        call(simulator, "POST", WRITE, body)
        assert client.update(client.get("48210003"), {"banned": False})["status"] == "Hold"

        client.update(client.get("48210003"), {"banned": True})
        assert client.get("48210003")["status"] == "Banned"
        client.update(client.get("48210003"), {"banned": False})

        assert client.get("48210003")["status"] == "Active"

    def test_bans_nobody_who_is_cancelled(self, client: LeaflogixClient) -> None:
        row = client.set_status(client.get("48210003"), RecordStatus.INACTIVE)

        with pytest.raises(UnsupportedByPosError):
            client.update(row, {"banned": True})

    @pytest.mark.parametrize("name", ["marketing_opt_in", "groups", "verification"])
    def test_of_what_dutchie_lets_nobody_write_is_not_dropped_in_silence(
        self, client: LeaflogixClient, name: str
    ) -> None:
        with pytest.raises(UnsupportedByPosError, match=name):
            client.update(client.get("48210003"), {name: True, "notes": "new"})


class TestStatus:
    def test_of_who_is_on_hold_stays(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        call(simulator, "POST", WRITE, {"customerId": 48210003, "status": "Hold"})

        row = client.set_status(client.get("48210003"), RecordStatus.ACTIVE)

        assert row["status"] == "Hold"

    def test_of_who_was_merged_away_does_not_come_back(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        simulator.control.merge("48210003", into="48210004")

        with pytest.raises(UnsupportedByPosError):
            client.set_status(client.get("48210003"), RecordStatus.ACTIVE)

    def test_of_who_is_banned_stays_because_cancelled_they_would_lose_the_ban(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        banned = client.update(client.get("48210003"), {"banned": True})
        sent = requests_to(simulator, WRITE)

        with pytest.raises(UnsupportedByPosError, match="ban"):
            client.set_status(banned, RecordStatus.INACTIVE)

        assert requests_to(simulator, WRITE) == sent
        assert client.set_status(banned, RecordStatus.ACTIVE)["status"] == "Banned"
        assert simulator.control.customer("48210003")["banned"] is True

    def test_of_who_was_banned_since_they_were_read_stays(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        read = client.get("48210003")
        call(simulator, "POST", WRITE, {"customerId": 48210003, "status": "Banned"})

        with pytest.raises(UnsupportedByPosError, match="ban"):
            client.set_status(read, RecordStatus.INACTIVE)

        assert client.get("48210003")["status"] == "Banned"

    def test_of_who_is_banned_goes_once_the_ban_ended(self, client: LeaflogixClient) -> None:
        banned = client.update(client.get("48210003"), {"banned": True})
        free = client.update(banned, {"banned": False})

        row = client.set_status(free, RecordStatus.INACTIVE)

        assert row["status"] == "Cancelled"

    def test_that_somebody_else_set_meanwhile_is_not_sent_again(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        read = client.get("48210003")
        call(simulator, "POST", WRITE, {"customerId": 48210003, "status": "Cancelled"})

        row = client.set_status(read, RecordStatus.INACTIVE)

        assert (row["status"], requests_to(simulator, WRITE)) == ("Cancelled", 1)


class TestTypeName:
    TYPES = (
        {"id": 1, "name": "Walk-in", "isMedical": False, "isRetail": True},
        {"id": 2, "name": "MMJ", "isMedical": True, "isRetail": False},
        {"id": 3, "name": None},
    )

    def test_is_found_by_the_word_else_by_the_flag(self) -> None:
        assert writes.type_name(self.TYPES, "medical") == "MMJ"
        assert writes.type_name(self.TYPES, "adult") == "Walk-in"

    @pytest.mark.parametrize("types", [[], [{}], [{"name": "", "isRetail": True}]])
    def test_that_is_not_there_is_refused(self, types: list[dict[str, object]]) -> None:
        with pytest.raises(PosRefusedDataError):
            writes.type_name(types, "adult")


class TestRefusal:
    SENT = {"firstName": "Zoë", "postalCode": "80012", "customerType": "Rec", "state": "CO"}

    def test_says_why_without_any_value(self) -> None:
        error = refused(400, json.loads((PAYLOADS / "bad_request.json").read_text()), self.SENT)

        assert isinstance(error, PosRefusedDataError)
        assert str(error) == (
            "Dutchie refused the request: PostalCode, CustomerType (The PostalCode field is "
            "required.; Customer type … is not active for this location.)"
        )

    @pytest.mark.parametrize(
        "text",
        [
            "ZOË is odd", "at 80012", "zoe.q@example.com is taken", "call (720) 555-0143",
            'not "Quill"', "born 1990-01-02",
        ],
    )  # fmt: skip
    def test_takes_out_whatever_may_be_a_persons(self, text: str) -> None:
        shown = str(refused(400, {"message": text}, self.SENT))

        assert not any(
            word in shown for word in ("ZOË", "80012", "zoe", "555", "0143", "Quill", "1990")
        )

    def test_is_short(self) -> None:
        assert len(str(refused(422, "x " * 100_000, {}))) < 300

    @pytest.mark.parametrize(
        ("status", "kind"),
        [(404, PosGoneError), (422, PosRefusedDataError), (204, PosUnavailableError)],
    )
    def test_is_told_by_the_status(self, status: int, kind: type[Exception]) -> None:
        assert type(refused(status, None, {})) is kind

    @pytest.mark.parametrize(
        "data", [[], 5, {"errors": [1]}, {"errors": {"?": 1}}, {"propertyErrors": "x"}]
    )
    def test_of_an_odd_shape_is_one_all_the_same(self, data: object) -> None:
        assert str(refused(400, data, {})) == "Dutchie refused the request"


class TestCreatedTimes:
    NOW = dt.datetime(2025, 11, 20, 12, tzinfo=dt.UTC)

    @pytest.mark.parametrize(
        ("created", "older"),
        [
            ("2025-11-20T11:00:00", False),
            ("2025-11-19T13:00:00.113", False),  # written in some zone or other
            ("2025-11-19T11:00:00", True),
            (None, False),
            ("1900-01-01T00:00:00", False),
            ("soon", False),
        ],
    )
    def test_older_rows_are_those_that_surely_are(self, created: object, older: bool) -> None:
        assert writes.is_older({"creationDate": created}, self.NOW) is older
