"""Creating and replacing customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.flowhub import writes
from rollcall.pos.connectors.flowhub.client import FlowhubClient
from rollcall.pos.connectors.flowhub.connector import CONNECTOR, FlowhubSettings
from rollcall.pos.connectors.flowhub.tests.maui import (
    canonical,
    held,
    maui,
    opened,
    requests_to,
    somebody,
)
from rollcall.pos.errors import (
    PosConflictError,
    PosDuplicateError,
    PosOutcomeUnknownError,
    PosRefusedDataError,
    UnsupportedByPosError,
)
from rollcall.pos.simulator import RunningSimulator

CREATE, UPDATE = "/v1/customer", "/v1/customer/{customer_id}"
SETTINGS = FlowhubSettings.model_validate(
    {"client_id": "c", "api_key": "k", "store_id": "s", "group_ids": {"VIP": "1"}}
)


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with maui(tmp_path, people=30) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[FlowhubClient]:
    with opened(simulator) as client:
        yield client


def count(simulator: RunningSimulator) -> int:
    return int(simulator.control.health()["customers"])


class TestNewBody:
    def test_is_as_documented(self) -> None:
        new = somebody(
            medical_id="M-1", medical_expires_on="2027-06-30", licence="Q1", state="co",
            licence_expires_on="2030-01-31", customer_type="medical", gender="female",
        )  # fmt: skip

        assert writes.new_body(new.fields) == {
            "name": "Zoë Fern Quill-Vargas", "birthDate": "1984-02-29", "phone": "7205550143",
            "email": "zoe.quill@example.com", "streetAddress1": "411 Juniper Way",
            "city": "Aurora", "state": "CO", "zip": "80012", "type": "medCustomer",
            "consentsToPromotionalEmail": True, "consentsToPromotionalSMS": False,
            "medId": "M-1", "medIdExpiration": "2027-06-30", "stateId": "Q1",
            "stateIdExpiration": "2030-01-31",
        }  # fmt: skip

    def test_holds_nothing_empty(self) -> None:
        fields = somebody(
            medical_id="", licence=None, email=None, middle_name=" ", sms_opt_in=None, phone="",
            customer_type=None,
        ).fields  # fmt: skip

        body = writes.new_body(fields)

        assert not body.keys() & {"medId", "stateId", "email", "consentsToPromotionalSMS", "phone"}
        assert (body["name"], body["type"]) == ("Zoë Quill-Vargas", "recCustomer")

    @pytest.mark.parametrize(
        ("given", "sent"), [("+13035550176", "3035550176"), ("+493012345678", "+493012345678")]
    )
    def test_writes_phones_as_the_example_does(self, given: str, sent: str) -> None:
        assert writes.new_body({"phone": given})["phone"] == sent


class TestCreate:
    def test_keeps_ids_that_are_never_told(
        self, tmp_path: Path, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        new = somebody(medical_id="M-1", licence="Q1", customer_type="medical")

        row = client.create(new)

        kept = held(tmp_path, str(row["id"]))
        assert (kept["medical_id"], kept["licence"]) == ("M-1", "Q1")
        assert not canonical(row).fields.keys() & {"medical_id", "licence"}

    @pytest.mark.parametrize("answers", ["object", "envelope", "id"])
    def test_reads_the_customer_whatever_the_answer(
        self, simulator: RunningSimulator, client: FlowhubClient, answers: str
    ) -> None:
        simulator.control.set_habits(answers=answers)

        row = client.create(somebody())

        assert row == client.get(str(row["id"]))
        assert row["phone"] == "(720) 555-0143"

    def test_makes_a_second_one_of_the_same_person(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        assert client.create(somebody())["id"] != client.create(somebody())["id"]
        assert count(simulator) == 32

    def test_without_the_permission_to_retain_is_refused(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        simulator.control.set_habits(retains=False)

        with pytest.raises(PosRefusedDataError) as caught:
            client.create(somebody())
        assert caught.value.code == "not_retained"
        assert (count(simulator), requests_to(simulator, "POST", CREATE)) == (30, 1)

    def test_of_somebody_who_cannot_be_read_then_has_an_unknown_outcome(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        simulator.control.set_faults(cut_body_rate=1)

        with pytest.raises(PosOutcomeUnknownError):
            client.create(somebody())
        assert requests_to(simulator, "POST", CREATE) == 1

    def test_of_a_known_person_is_a_duplicate_where_the_pos_says_so(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        simulator.control.set_habits(refuses_duplicates=True)
        client.create(somebody())

        with pytest.raises(PosDuplicateError) as caught:
            client.create(somebody())
        assert "Quill" not in str(caught.value)
        assert count(simulator) == 31

    @pytest.mark.parametrize("errors", ["json", "text", "quoted", "errors", "empty"])
    def test_that_is_refused_tells_why_without_a_value(
        self, simulator: RunningSimulator, client: FlowhubClient, errors: str
    ) -> None:
        simulator.control.set_habits(errors=errors)

        with pytest.raises(PosRefusedDataError) as caught:
            client.create(somebody(state="Zzyzx"))
        told = str(caught.value)
        assert (caught.value.code, "ZZYZX" in told) == ("http_400", False)
        assert ("state … is not known" in told) is (errors != "empty")
        assert count(simulator) == 30

    def test_of_a_medical_customer_without_an_id_may_be_refused(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        simulator.control.set_habits(medical_needs_id=True)

        with pytest.raises(PosRefusedDataError, match="medId is required"):
            client.create(somebody(customer_type="medical"))
        assert client.create(somebody(customer_type="medical", medical_id="M-1"))["id"]

    def test_in_the_name_of_an_unknown_store_is_refused(self, simulator: RunningSimulator) -> None:
        with (
            opened(simulator, store_id="nowhere") as client,
            pytest.raises(PosRefusedDataError, match="store_id is not a location"),
        ):
            client.create(somebody())


class TestFindCreated:
    @pytest.mark.parametrize("match", ["oldest", "newest"])
    def test_finds_one_of_a_household_on_one_phone(
        self, simulator: RunningSimulator, client: FlowhubClient, match: str
    ) -> None:
        simulator.control.set_habits(phone_match=match)
        own: dict[str, Any] = dict(somebody().fields)
        simulator.control.create(**{**own, "given_name": "Max"})
        made = client.create(somebody())
        simulator.control.create(**{**own, "given_name": "Ida"})

        assert [r["id"] for r in client.find_created(somebody(), since=utc_now())] == [made["id"]]

    def test_finds_who_has_no_phone_by_name_and_birth_date(self, client: FlowhubClient) -> None:
        made = client.create(somebody(phone=None))

        found = client.find_created(somebody(phone=None), since=utc_now())

        assert [row["id"] for row in found] == [made["id"]]

    @pytest.mark.parametrize("style", ["404", "204", "null", "empty_object", "empty_list"])
    def test_goes_on_to_the_list_however_nobody_is_told(
        self, simulator: RunningSimulator, client: FlowhubClient, style: str
    ) -> None:
        simulator.control.set_habits(unknown_phone=style)

        assert client.find_created(somebody(), since=utc_now()) == []
        assert requests_to(simulator, "GET", "/v1/customers/") == 1

    @pytest.mark.parametrize(
        "other",
        [
            {"born_on": "1984-03-01"}, {"email": "z@example.com"}, {"given_name": "Max"},
            {"middle_name": None}, {"street": "1 Other Way"}, {"sms_opt_in": True},
            {"customer_type": "medical"}, {"state": "NM"}, {"phone": "+17205550144"},
        ],
    )  # fmt: skip
    def test_takes_nobody_who_differs(
        self, simulator: RunningSimulator, client: FlowhubClient, other: dict[str, Any]
    ) -> None:
        own: dict[str, Any] = dict(somebody().fields)
        simulator.control.create(**{**own, **other})

        assert client.find_created(somebody(), since=utc_now()) == []

    def test_takes_nobody_from_before(self, client: FlowhubClient) -> None:
        client.create(somebody())

        later = utc_now() + dt.timedelta(minutes=6)

        assert client.find_created(somebody(), since=later) == []

    def test_does_not_mind_spelling_and_what_cannot_be_read(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        made = client.create(somebody(licence="Q1", family_name="Quill Vargas"))
        simulator.control.patch(str(made["id"]), raw={"name": "ZOË  FERN QUILL VARGAS"})

        new = somebody(licence="Q1", family_name="Quill Vargas", email="ZOE.quill@example.com")

        assert len(client.find_created(new, since=utc_now())) == 1


class TestRenamed:
    @pytest.mark.parametrize(
        ("before", "changes", "after"),
        [
            ("Ana Lee", {"given_name": "Eva"}, "Eva Lee"),
            ("Ana Q. Lee", {"family_name": "Li"}, "Ana Q. Li"),
            ("Ana Lee", {"middle_name": "Q."}, "Ana Q. Lee"),
            ("Ana Q. Lee", {"middle_name": None}, "Ana Lee"),
            ("Sam Okafor Jr", {"given_name": "Tom"}, "Tom Okafor Jr"),
            ("Maria de la Cruz", {"given_name": "Ana"}, "Ana de la Cruz"),
            ("Cher", {"family_name": "Lee"}, "Cher Lee"),
            ("Ana Lee", {"given_name": "Ana", "family_name": "Lee"}, None),
            ("Lee, Ana", {"given_name": "Ana"}, None),
            ("Dr. Ana Lee", {"family_name": "Lee"}, None),
            ("Ana Lee", {"phone": "x"}, None),
            # Where the whole name says it already, though its parts were taken otherwise.
            ("Mary Ann Lee", {"given_name": "Mary Ann"}, None),
            ("Maria Garcia Lopez", {"family_name": "Garcia Lopez"}, None),
            ("Ana de Lee", {"middle_name": "de"}, None),
            ("Maria Ann Lee", {"given_name": "Mary Ann"}, "Mary Ann Lee"),
            ("Maria Garcia Lopes", {"family_name": "Garcia Lopez"}, "Maria Garcia Lopez"),
        ],
    )
    def test_joins_what_was_one(
        self, before: str, changes: Mapping[str, Any], after: str | None
    ) -> None:
        assert writes.renamed(before, changes) == after

    @pytest.mark.parametrize(
        "changes",
        [
            {"given_name": "Mary Ann"}, {"family_name": "Garcia Lopez"}, {"middle_name": "de"},
            {"given_name": "Mary Ann", "family_name": "Garcia Lopez"},
            {"given_name": "Mary Ann", "middle_name": "Q", "family_name": "Smith Jr"},
            {"given_name": "Dr", "family_name": "Who"}, {"middle_name": None},
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("before", ["Ana Lee", "Ana Q. Lee", "Lee, Ana Maria", "Cher"])
    def test_twice_is_the_same_as_once(self, before: str, changes: Mapping[str, Any]) -> None:
        once = writes.renamed(before, changes) or before

        assert writes.renamed(once, changes) is None


class TestUpdate:
    def test_sends_nothing_if_the_row_says_so_already(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        row = client.create(somebody())

        again = client.update(row, {"phone": "+17205550143", "given_name": "Zoë", "state": "co"})

        assert again == row
        assert requests_to(simulator, "PUT", UPDATE) == 0

    def test_sends_back_what_it_does_not_know(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        pos_id = str(client.create(somebody())["id"])
        simulator.control.patch(pos_id, raw={"favourites": [{"a": 1}], "isTaxExempt": True})

        row = client.update(client.get(pos_id), {"email": "new@example.com"})

        assert (row["favourites"], row["isTaxExempt"]) == ([{"a": 1}], True)
        assert row["email"] == "new@example.com"

    def test_keeps_loyalty_and_ids_that_are_never_told(
        self, tmp_path: Path, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        pos_id = str(client.create(somebody(medical_id="M-1", licence="Q1"))["id"])
        simulator.control.patch(pos_id, loyalty_points=120)

        client.update(client.get(pos_id), {"city": "Boulder"})

        kept = held(tmp_path, pos_id)
        assert (kept["medical_id"], kept["licence"], kept["loyalty_points"]) == ("M-1", "Q1", 120)

    def test_of_a_birth_date_with_a_time_sends_the_day(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        pos_id = str(client.create(somebody())["id"])
        simulator.control.patch(pos_id, raw={"birthDate": "1984-02-29T00:00:00"})

        row = client.update(client.get(pos_id), {"city": "Boulder"})

        assert (row["birthDate"], row["city"]) == ("1984-02-29", "Boulder")

    def test_of_the_street_replaces_both_lines(self, client: FlowhubClient) -> None:
        row = client.create(somebody(street="1 Main St Apt 5"))

        row = client.update(row, {"street": "2 Elm St"})

        assert canonical(row).fields["street"] == "2 Elm St"

    @pytest.mark.parametrize("habit", ["keep", "empty"])
    def test_of_groups_sends_their_ids(
        self, simulator: RunningSimulator, client: FlowhubClient, habit: str
    ) -> None:
        simulator.control.set_habits(put_groups=habit)
        row = client.create(somebody())

        row = client.update(row, {"groups": ["VIP", "Locals"]})

        assert row["groups"] == [{"name": "VIP"}, {"name": "Locals"}]
        assert client.update(row, {"groups": []})["groups"] == []

    def test_of_something_else_does_not_name_groups(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        pos_id = str(client.create(somebody())["id"])
        simulator.control.patch(pos_id, groups=["VIP"])

        with opened(simulator, group_ids={}) as without_ids:
            row = without_ids.update(without_ids.get(pos_id), {"city": "Boulder"})

        assert (row["city"], row["groups"]) == ("Boulder", [{"name": "VIP"}])

    def test_of_a_group_without_an_id_changes_nothing(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        row = client.create(somebody())

        with pytest.raises(PosRefusedDataError) as caught:
            client.update(row, {"groups": ["VIP", "Nobody's"], "city": "Boulder"})
        assert caught.value.code == "group_unknown"
        assert client.get(str(row["id"])) == row

    @pytest.mark.parametrize(
        "emptied", ["given_name", "born_on", "state", "customer_type", "sms_opt_in"]
    )
    def test_of_what_has_to_be_there_to_nothing_changes_nothing(
        self, simulator: RunningSimulator, client: FlowhubClient, emptied: str
    ) -> None:
        row = client.create(somebody())

        with pytest.raises(PosRefusedDataError, match=emptied):
            client.update(row, {emptied: None})
        assert requests_to(simulator, "PUT", UPDATE) == 0

    @pytest.mark.parametrize(
        "field", ["licence", "medical_id", "loyalty_points", "notes", "banned"]
    )
    def test_of_what_flowhub_does_not_take_is_unsupported(
        self, client: FlowhubClient, field: str
    ) -> None:
        row = client.create(somebody())

        with pytest.raises(UnsupportedByPosError, match=field):
            client.update(row, {field: "1"})

    def test_of_a_row_that_changed_meanwhile_is_a_conflict(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        row = client.create(somebody())
        simulator.control.patch(str(row["id"]), raw={"updatedAt": "2030-01-01T00:00:00.5Z"})

        with pytest.raises(PosConflictError):
            client.update(row, {"city": "Boulder"})
        assert requests_to(simulator, "PUT", UPDATE) == 0

    def test_of_a_field_that_changed_within_the_same_moment_is_a_conflict(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        row = client.create(somebody())
        told = {"updatedAt": row["updatedAt"], "city": "Golden"}
        simulator.control.patch(str(row["id"]), raw=told)

        with pytest.raises(PosConflictError):
            client.update(row, {"city": "Boulder"})
        assert client.get(str(row["id"]))["city"] == "Golden"

    def test_whose_answer_is_lost_is_not_sent_again(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        row = client.create(somebody())
        simulator.control.set_faults(lost_answer_rate=1)

        with pytest.raises(PosOutcomeUnknownError):
            client.update(row, {"city": "Boulder"})
        assert requests_to(simulator, "PUT", UPDATE) == 1
        assert client.get(str(row["id"]))["city"] == "Boulder"

    @pytest.mark.parametrize("answers", ["object", "envelope", "id"])
    @pytest.mark.parametrize("put", ["replace", "patch"])
    def test_is_whole_whatever_the_server_makes_of_it(
        self, simulator: RunningSimulator, client: FlowhubClient, put: str, answers: str
    ) -> None:
        simulator.control.set_habits(put=put, answers=answers)
        row = client.create(somebody())

        after = canonical(client.update(row, {"email": None, "city": "Boulder"})).fields

        assert after == {**canonical(row).fields, "email": None, "city": "Boulder"}


class TestChecks:
    @pytest.mark.parametrize(
        ("changes", "problems"),
        [
            ({}, []),
            ({"state": "Colorado"}, [("state", "invalid")]),
            ({"state": "C1"}, [("state", "invalid")]),
            ({"state": "co"}, []),
            ({"customer_type": "caregiver"}, [("customer_type", "unsupported")]),
            ({"born_on": None}, [("born_on", "required")]),
            ({"family_name": ""}, [("family_name", "required")]),
            ({"phone": None, "customer_type": None, "groups": ["Nobody's"]}, []),
        ],
    )
    def test_of_a_new_customer(
        self, changes: dict[str, Any], problems: list[tuple[str, str]]
    ) -> None:
        told = CONNECTOR.check_new({**somebody().fields, **changes}, SETTINGS)

        assert [(problem.field, problem.code) for problem in told] == problems

    @pytest.mark.parametrize(
        ("changes", "problems"),
        [
            ({"phone": None, "groups": []}, []),
            ({"groups": ["VIP"]}, []),
            ({"groups": ["VIP", "Nobody's"]}, [("groups", "unsupported")]),
            ({"sms_opt_in": None}, [("sms_opt_in", "required")]),
            ({"state": ""}, [("state", "required")]),
            ({"licence": None, "notes": "x"}, []),
        ],
    )
    def test_of_changes(self, changes: dict[str, Any], problems: list[tuple[str, str]]) -> None:
        told = CONNECTOR.check_changes(changes, SETTINGS)

        assert [(problem.field, problem.code) for problem in told] == problems
