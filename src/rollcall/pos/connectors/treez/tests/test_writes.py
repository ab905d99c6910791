"""What is sent to Treez, against the simulator, and what its answers are taken for."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rollcall.pos.clock import utc_now
from rollcall.pos.conformance.ground import Unlimited
from rollcall.pos.connectors.treez import wire, writes
from rollcall.pos.connectors.treez.client import TreezClient
from rollcall.pos.connectors.treez.connector import CONNECTOR, TreezSettings
from rollcall.pos.contract import MappingContext, OpenOptions
from rollcall.pos.errors import (
    PosConflictError,
    PosCredentialsError,
    PosDuplicateError,
    PosGoneError,
    PosOutcomeUnknownError,
    PosRefusedDataError,
    PosThrottledError,
    UnsupportedByPosError,
)
from rollcall.pos.fields import FieldValue
from rollcall.pos.http import Reply
from rollcall.pos.simulator import RunningSimulator, SimulatorOptions, running
from rollcall.pos.writing import NewCustomer

PAYLOADS = Path(__file__).parents[1] / "payloads"
ZONE = ZoneInfo("America/Los_Angeles")
OPTIONS = OpenOptions(
    time_zone=ZONE, rate_limiter=Unlimited(), backoff_s=(0.001, 0.01), timeout_s=5, attempts=2
)
ANA: Mapping[str, FieldValue] = {
    "given_name": "Ana", "family_name": "Lee", "born_on": "1990-01-02", "phone": "+14155550111",
    "email": "ana@example.com",
}  # fmt: skip


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    options = SimulatorOptions(state=tmp_path / "treez.sqlite", people=30, no_limits=True)
    with running("treez", options) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[TreezClient]:
    with CONNECTOR.open(TreezSettings.model_validate(simulator.settings), OPTIONS) as client:
        yield client


def new(**changed: FieldValue) -> NewCustomer:
    return NewCustomer(key="hub-1", fields={**ANA, **changed})


def fields_of(row: Mapping[str, Any]) -> Mapping[str, FieldValue]:
    return CONNECTOR.to_canonical(row, MappingContext(time_zone=ZONE)).fields


def count(simulator: RunningSimulator, method: str, ending: str) -> int:
    return sum(
        r["count"]
        for r in simulator.control.requests()
        if r["method"] == method and r["path"].endswith(ending)
    )


class TestCreate:
    def test_without_a_licence_says_so_and_is_read_as_none(self, client: TreezClient) -> None:
        row = client.create(new())

        assert (row["drivers_license"], row["drivers_license_expiration"]) == ("N/A", "2030-12-31")
        assert fields_of(row)["licence"] is None
        assert fields_of(row)["licence_expires_on"] is None

    @pytest.mark.parametrize(("wish", "opted_out"), [(True, False), (False, True), (None, True)])
    def test_takes_nobodys_silence_for_consent(
        self, client: TreezClient, wish: bool | None, opted_out: bool
    ) -> None:
        assert client.create(new(marketing_opt_in=wish))["opt_out"] is opted_out

    @pytest.mark.parametrize(
        ("fields", "kind"),
        [
            ({}, "ADULT"),
            ({"customer_type": "medical"}, "MEDICAL"),
            ({"medical_id": "M1", "medical_expires_on": "2030-01-01"}, "MEDICAL_MMID"),
        ],
    )
    def test_gives_everybody_a_type(
        self, client: TreezClient, fields: dict[str, FieldValue], kind: str
    ) -> None:
        assert client.create(new(**fields))["patient_type"] == kind

    @pytest.mark.parametrize(
        ("held", "code"),
        [
            ({"email": "ANA@example.com"}, "DUPLICATED_CUSTOMER_EMAIL"),
            ({"phone": "4155550111"}, "DUPLICATED_CUSTOMER_PHONE"),
            ({"licence": "D1"}, "DRIVER_LICENSE_DUPLICATION"),
        ],
    )
    def test_of_somebody_who_is_held_names_them(
        self, simulator: RunningSimulator, client: TreezClient, held: dict[str, str], code: str
    ) -> None:
        pos_id = simulator.control.create(given_name="Anna", **held)

        with pytest.raises(PosDuplicateError) as caught:
            client.create(new(licence="D1", licence_expires_on="2030-01-01"))

        assert (caught.value.code, caught.value.existing_id) == (code, pos_id)

    def test_of_a_phone_that_several_have_names_the_one_of_that_birth_date(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        simulator.control.create(given_name="Bo", phone="4155550111", born_on="1961-01-02")
        pos_id = simulator.control.create(
            given_name="Ana", phone="4155550111", born_on="1990-01-02"
        )

        with pytest.raises(PosDuplicateError) as caught:
            client.create(new())
        with pytest.raises(PosDuplicateError) as doubtful:
            client.create(new(born_on="1990-01-03"))

        assert caught.value.existing_id == pos_id
        assert doubtful.value.existing_id is None

    def test_of_a_phone_that_a_merged_profile_left_names_the_survivor(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        donor = simulator.control.create(given_name="Ana", phone="4155550111")
        survivor = simulator.control.create(given_name="Ana")
        simulator.control.merge(donor, into=survivor)

        with pytest.raises(PosDuplicateError) as caught:
            client.create(new())

        assert caught.value.existing_id == survivor

    def test_that_is_refused_says_why(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        with pytest.raises(PosRefusedDataError, match=r"\(INCORRECT_VALUE: phone\)") as caught:
            client.create(new(phone="0155550111"))

        assert caught.value.code == "INCORRECT_VALUE"
        assert simulator.control.health()["customers"] == 30

    def test_goes_through_with_a_token_that_ran_out(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        client.check()
        simulator.control.set_faults(expire_tokens_after=1)
        with pytest.raises(PosCredentialsError):
            client.create(new())
        simulator.control.set_faults(expire_tokens_after=2)

        client.create(new())

        assert simulator.control.health()["customers"] == 31


class TestFindCreated:
    @pytest.mark.parametrize("without", [(), ("email",), ("email", "phone")])
    def test_finds_by_what_there_is(self, client: TreezClient, without: tuple[str, ...]) -> None:
        began = utc_now()
        customer = new(**dict.fromkeys(without))
        row = client.create(customer)

        found = client.find_created(customer, since=began)

        assert [r["customer_id"] for r in found] == [row["customer_id"]]

    @pytest.mark.parametrize(
        "change",
        [
            {"given_name": "Bo"}, {"born_on": "1990-01-03"}, {"notes": "else"},
            {"marketing_opt_in": True}, {"street": "1 Elm St", "city": "Oakland", "state": "CA",
            "zip": "94607"},
        ],
    )  # fmt: skip
    def test_leaves_out_who_is_not_quite_the_same(
        self, client: TreezClient, change: dict[str, FieldValue]
    ) -> None:
        client.create(new())

        assert client.find_created(new(**change), since=utc_now()) == []

    def test_leaves_out_who_was_there_before(self, client: TreezClient) -> None:
        client.create(new())
        now = utc_now()

        assert client.find_created(new(), since=now + dt.timedelta(minutes=6)) == []
        assert len(client.find_created(new(), since=now + dt.timedelta(minutes=4))) == 1

    def test_without_any_lookup_finds_nobody(self, client: TreezClient) -> None:
        customer = NewCustomer(key="k", fields={"given_name": "Ana"})

        assert client.find_created(customer, since=utc_now()) == []


class TestUpdate:
    def test_never_uses_the_request_that_wipes(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        client.update(client.get("1001"), {"notes": "new"})

        assert count(simulator, "PATCH", "/customer/update/{customer_id}") == 1
        assert count(simulator, "POST", "/customer/update/{customer_id}") == 0

    def test_of_what_is_held_sends_nothing(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        pos_id = client.create(new(nickname="Zo", notes="a"))["customer_id"]
        same = {"given_name": "aNa", "phone": "4155550111", "licence": None, "nickname": "Zo"}

        client.update(client.get(pos_id), same)

        assert count(simulator, "PATCH", "/customer/update/{customer_id}") == 0

    def test_keeps_to_the_case_that_was_typed_where_treez_does(self, client: TreezClient) -> None:
        pos_id = client.create(new())["customer_id"]

        assert client.update(client.get(pos_id), {"email": "Ana@example.com"})["email"] == (
            "Ana@example.com"
        )

    def test_names_what_the_documentation_requires(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        simulator.control.set_habits(patch_needs_all=True)

        row = client.update(client.get("1001"), {"notes": "new"})

        assert row["notes"] == "new"

    def test_of_what_staff_changed_meanwhile_is_a_conflict(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        pos_id = client.create(new())["customer_id"]
        read = client.get(pos_id)
        simulator.control.patch(pos_id, email="theirs@example.com", street="1 Elm St")

        with pytest.raises(PosConflictError, match="email"):
            client.update(read, {"email": "ours@example.com"})
        client.update(read, {"notes": "ours"})
        client.update(read, {"email": "theirs@example.com"})

        held = simulator.control.customer(pos_id)
        assert (held["email"], held["street"], held["notes"]) == (
            "theirs@example.com", "1 ELM ST", "ours",
        )  # fmt: skip

    def test_of_one_part_of_an_address_keeps_the_others_and_other_addresses(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        # Every 20th person has a second address, which stands first.
        address: dict[str, Any] = {
            "street": "1 Elm St Apt 4",
            "city": "Oakland",
            "state": "CA",
            "zip": "94607",
        }
        simulator.control.patch("1019", **address)
        before = client.get("1019")["addresses"]
        assert [a["primary"] for a in before] == [False, True]

        after = client.update(client.get("1019"), {"zip": "94612"})["addresses"]

        assert after[1] == {**before[1], "zipcode": "94612"}
        assert after[0]["street1"] == "1 ELSEWHERE RD"

    def test_of_the_street_takes_the_unit_along(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        address: dict[str, Any] = {
            "street": "1 Elm St Apt 4",
            "city": "Oakland",
            "state": "CA",
            "zip": "94607",
        }
        simulator.control.patch("1001", **address)

        row = client.update(client.get("1001"), {"street": "2 Oak St"})

        assert fields_of(row)["street"] == "2 OAK ST"

    def test_of_a_part_of_no_address_is_refused_by_treez(self, client: TreezClient) -> None:
        pos_id = client.create(new())["customer_id"]

        with pytest.raises(PosRefusedDataError, match="INVALID_REQUEST"):
            client.update(client.get(pos_id), {"zip": "94612"})

    def test_without_the_card_makes_another_kind_of_patient(self, client: TreezClient) -> None:
        card: dict[str, FieldValue] = {"medical_id": "M1", "medical_expires_on": "2030-01-01"}
        pos_id = client.create(new(**card))["customer_id"]

        row = client.update(client.get(pos_id), {"medical_id": None})

        assert (row["patient_type"], row["state_medical_id"]) == ("MEDICAL", None)

    def test_of_a_merged_customer_is_a_conflict(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        simulator.control.merge("1001", into="1002")

        with pytest.raises(PosConflictError, match="merged"):
            client.update(client.get("1001"), {"notes": "new"})

    def test_to_a_taken_value_is_a_duplicate(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        simulator.control.create(given_name="Bo", email="bo@example.com")

        with pytest.raises(PosDuplicateError):
            client.update(client.get("1001"), {"email": "bo@example.com"})

    def test_to_a_group_that_is_not_there_is_refused(self, client: TreezClient) -> None:
        with pytest.raises(PosRefusedDataError, match="customer_groups"):
            client.update(client.get("1001"), {"groups": ["Nobody's"]})

    @pytest.mark.parametrize("name", ["loyalty_points", "verification", "email_opt_in"])
    def test_of_what_is_not_written_is_not_dropped_in_silence(
        self, client: TreezClient, name: str
    ) -> None:
        with pytest.raises(UnsupportedByPosError, match=name):
            client.update(client.get("1001"), {name: 1, "notes": "new"})


class TestPartsOfNoAddress:
    WHOLE: Mapping[str, FieldValue] = {
        "street": "1 Elm St", "city": "Oakland", "state": "CA", "zip": "94607",
    }  # fmt: skip
    HELD: Mapping[str, Any] = {
        "type": "address_of_record", "street1": "1 ELM ST", "street2": "", "city": "OAKLAND",
        "state": "CA", "zipcode": "94607", "primary": True,
    }  # fmt: skip

    @pytest.mark.parametrize("row", [{}, {"addresses": None}, {"addresses": []}, {"addresses": 7}])
    def test_are_told_and_a_whole_one_is_not(self, row: Mapping[str, Any]) -> None:
        alone = writes.parts_of_no_address(row, {"zip": "94612", "city": "Oakland", "notes": "x"})

        assert alone == {"zip", "city"}
        assert writes.parts_of_no_address(row, {**self.WHOLE, "notes": "x"}) == frozenset()
        assert writes.parts_of_no_address(row, {"notes": "x"}) == frozenset()

    def test_are_none_where_the_rest_is_held(self) -> None:
        row = {"addresses": [self.HELD]}
        emptied = dict.fromkeys(self.WHOLE)

        assert writes.parts_of_no_address(row, {"zip": "94612"}) == frozenset()
        assert writes.parts_of_no_address(row, emptied) == frozenset()
        assert writes.parts_of_no_address(row, {"zip": None}) == {"zip"}
        assert writes.parts_of_no_address({}, emptied) == frozenset()

    def test_are_told_beside_an_address_that_is_not_whole(self) -> None:
        row = {"addresses": [self.HELD, {**self.HELD, "city": None, "primary": False}]}

        assert writes.parts_of_no_address(row, {"zip": "94612"}) == {"zip"}

    def test_are_what_treez_refuses(self, simulator: RunningSimulator, client: TreezClient) -> None:
        current = client.get(client.create(new())["customer_id"])
        wanted = {"zip": "94612", "notes": "asks for Ana"}

        kept = client.cannot_hold(current, wanted)

        row = client.update(current, {k: v for k, v in wanted.items() if k not in kept})
        assert kept == {"zip"}
        assert (row["notes"], fields_of(row)["zip"]) == ("asks for Ana", None)
        with pytest.raises(PosRefusedDataError):
            client.update(client.get(row["customer_id"]), {"zip": "94612"})


class TestWritten:
    SENT = {"first_name": "Zoë", "addresses": [{"city": "Oakland"}], "is_caregiver": True}

    @staticmethod
    def answered(data: object, status: int = 400) -> Any:
        reply = Reply(status=status, data=data, damaged=False, pos_time=utc_now())
        return wire.written(reply, TestWritten.SENT)

    @pytest.mark.parametrize("data", [{"customer_id": "7"}, [{"customer_id": 7}]])
    def test_reads_both_envelopes(self, data: object) -> None:
        row = self.answered({"resultCode": "SUCCESS", "data": data}, 200)

        assert str(row["customer_id"]) == "7"

    @pytest.mark.parametrize(
        "data",
        [None, [], "x", {"data": {"customer_id": "7"}}, {"resultCode": "SUCCESS", "data": None},
         {"resultCode": "SUCCESS", "data": {}}, {"resultCode": "SUCCESS", "data": [{}, {}]}],
    )  # fmt: skip
    def test_an_answer_that_tells_nobody_leaves_it_open(self, data: object) -> None:
        with pytest.raises(PosOutcomeUnknownError):
            self.answered(data, 200)

    @pytest.mark.parametrize(
        ("status", "reason", "detail", "kind"),
        [
            (400, "DUPLICATED_CUSTOMER_PHONE", None, PosDuplicateError),
            (400, "VALIDATION_ERROR", "This phone already exists", PosDuplicateError),
            (400, "email already exists for some customer", None, PosDuplicateError),
            (400, "DUPLICATE_ADDRESS_TYPE", None, PosRefusedDataError),
            (400, "CUSTOMER_GROUP_DUPLICATED_INPUT", None, PosRefusedDataError),
            (200, "INCORRECT_VALUE", None, PosRefusedDataError),
            (400, None, None, PosRefusedDataError),
            (400, "CUSTOMER_DOESNT_EXIST", None, PosGoneError),
            (400, "CUSTOMER_MERGED", None, PosConflictError),
            (400, "X", "… MERGED_INTO_CUSTOMER_ID: 20", PosConflictError),
            (200, "Full authentication is required", None, PosCredentialsError),
            (200, "OVER LIMIT", None, PosThrottledError),
            (200, None, None, PosOutcomeUnknownError),
        ],
    )
    def test_refusals_are_told_by_their_words(
        self, status: int, reason: str | None, detail: str | None, kind: type[Exception]
    ) -> None:
        envelope = {"resultCode": "FAIL", "resultReason": reason, "resultDetail": detail}

        with pytest.raises(kind) as caught:
            self.answered(envelope, status)

        assert type(caught.value) is kind

    @pytest.mark.parametrize(
        "detail", ["ZOË is odd", "no oakland", "z@e.com", "4155550111", "'Quill'", "1990-01-02"]
    )
    def test_details_lose_what_may_be_a_persons(self, detail: str) -> None:
        envelope = {"resultCode": "FAIL", "resultReason": "INCORRECT_VALUE", "resultDetail": detail}

        with pytest.raises(PosRefusedDataError) as caught:
            self.answered(envelope)

        shown = str(caught.value).casefold()
        assert not any(w in shown for w in ("zoë", "oakland", "z@e", "0111", "quill", "1990"))

    def test_long_details_are_shortened(self) -> None:
        with pytest.raises(PosRefusedDataError) as caught:
            self.answered({"resultCode": "FAIL", "resultReason": "X", "resultDetail": "x " * 10**6})

        assert len(str(caught.value)) < 300

    def test_the_documented_refusal_is_a_duplicate(self) -> None:
        with pytest.raises(PosDuplicateError) as caught:
            self.answered(json.loads((PAYLOADS / "duplicate_phone.json").read_text()))

        assert caught.value.code == "DUPLICATED_CUSTOMER_PHONE"


class TestCriteria:
    def test_follow_the_word_of_the_refusal(self) -> None:
        named = [writes.criteria_of(ANA, f"X_{word}") for word in ("EMAIL", "PHONE", "LICENSE")]

        assert [[bool(c.email), bool(c.phone)] for cs in named for c in cs] == [
            [True, False], [False, True], [False, False],
        ]  # fmt: skip

    def test_fall_back_on_both_names(self) -> None:
        found = list(writes.criteria_of({"given_name": "Ana", "family_name": "Lee"}))

        assert [(c.given_name, c.family_name) for c in found] == [("Ana", "Lee")]
