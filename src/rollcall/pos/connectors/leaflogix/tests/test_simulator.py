"""The simulated Dutchie: its errors, limits, writes and habits."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.leaflogix.tests.dutchie import KEY, call, dutchie, set_habits
from rollcall.pos.simulator import RunningSimulator

LIST = "/customer/customers-paginated"
FIRST = 48_210_001
NEW: dict[str, object] = {
    "firstName": "Ana", "lastName": "Lee", "address1": "N/A", "city": "N/A", "state": "CO",
    "postalCode": "00000", "status": "Active", "customerType": "Recreational",
    "dateOfBirth": "1990-01-02T00:00:00", "phone": "303-555-0111",
    "emailAddress": "ana@example.com",
}  # fmt: skip


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with dutchie(tmp_path, people=30) as simulator:
        yield simulator


def get(simulator: RunningSimulator, path: str, *, key: str = KEY) -> tuple[int, Any]:
    status, body, _ = call(simulator, "GET", path, key=key)
    return status, body


def post(simulator: RunningSimulator, path: str, content: object, **more: Any) -> tuple[int, Any]:
    status, body, _ = call(simulator, "POST", path, content, **more)
    return status, body


def create(simulator: RunningSimulator, **changes: object) -> tuple[int, Any]:
    return post(simulator, "/customer/customer", {**NEW, **changes})


def count(simulator: RunningSimulator) -> int:
    return int(simulator.control.health()["customers"])


class TestKeys:
    def test_that_are_wrong_get_401_without_a_body(self, simulator: RunningSimulator) -> None:
        status, body, headers = call(simulator, "GET", "/whoami", key="wrong")

        assert (status, body, headers["Content-Length"]) == (401, None, "0")

    @pytest.mark.parametrize("header", ["", "Bearer a-key", "Basic a-key", "Basic YS1rZXk="])
    def test_that_are_written_wrongly_get_401(
        self, simulator: RunningSimulator, header: str
    ) -> None:
        status, _, _ = call(simulator, "GET", "/whoami", headers={"Authorization": header})

        assert status == 401

    def test_without_the_scope_get_403_without_a_body(self, simulator: RunningSimulator) -> None:
        assert get(simulator, LIST, key=f"{KEY}-noscope") == (403, None)
        assert get(simulator, "/whoami", key=f"{KEY}-noscope")[0] == 200

    def test_are_not_needed_to_ask_whether_it_is_up(self, simulator: RunningSimulator) -> None:
        assert get(simulator, "/okcomputer", key="wrong") == (200, "OK")

    def test_stand_for_locations_of_one_company(self, simulator: RunningSimulator) -> None:
        told = [get(simulator, "/whoami", key=k)[1] for k in (KEY, f"{KEY}-2", f"{KEY}-9")]

        assert [t["locationName"] for t in told] == ["Location 1", "Location 2", "Location 9"]
        assert len({t["lspId"] for t in told}) == 1
        assert len({t["locationId"] for t in told}) == 3

    def test_of_all_locations_are_announced(self, tmp_path: Path) -> None:
        with dutchie(tmp_path, people=10, locations=3) as simulator:
            keys = [str(settings["api_key"]) for settings in simulator.locations]
            told = [get(simulator, "/whoami", key=key)[1]["locationName"] for key in keys]

        assert told == ["Location 1", "Location 2", "Location 3"]

    def test_of_a_tenth_location_are_not_made_up(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="9 locations"), dutchie(tmp_path, locations=10):
            pass

    def test_beyond_the_ninth_are_unknown(self, simulator: RunningSimulator) -> None:
        assert get(simulator, "/whoami", key=f"{KEY}-10")[0] == 401


class TestLists:
    def test_hold_guests_unless_told_otherwise(self, simulator: RunningSimulator) -> None:
        assert len(get(simulator, LIST)[1]) == 33
        assert len(get(simulator, f"{LIST}?includeAnonymous=FALSE")[1]) == 30

    def test_do_not_mind_the_case_of_parameters(self, simulator: RunningSimulator) -> None:
        query = "?INCLUDEANONYMOUS=false&pagesize=7&pagenumber=4"

        assert len(get(simulator, LIST + query)[1]) == 2

    def test_go_on_behind_the_guests_without_a_gap(self, simulator: RunningSimulator) -> None:
        pages = [get(simulator, f"{LIST}?PageSize=2&PageNumber={n}")[1] for n in range(18)]

        told = [row["customerId"] for page in pages for row in page]
        assert told == [row["customerId"] for row in get(simulator, LIST)[1]]
        assert [len(page) for page in pages] == [2] * 16 + [1, 0]

    def test_are_the_same_without_pages(self, simulator: RunningSimulator) -> None:
        assert get(simulator, "/customer/customers") == get(simulator, LIST)

    @pytest.mark.parametrize(
        "query",
        ["PageSize=10001", "PageSize=0", "PageSize=x", "PageNumber=-1", "PageNumber=x",
         "fromLastModifiedDateUTC=x",
         "fromLastModifiedDateUTC=2025-01-01T00:00:00Z&toLastModifiedDateUTC=2025-05-01T00:00:00Z",
         "fromLastModifiedDateUTC=2025-01-02T00:00:00Z&toLastModifiedDateUTC=2025-01-01T00:00:00Z"],
    )  # fmt: skip
    def test_that_cannot_be_are_refused(self, tmp_path: Path, query: str) -> None:
        with dutchie(tmp_path, people=10, no_limits=False) as simulator:
            status, body = get(simulator, f"{LIST}?{query}")

        assert status == 400
        assert set(body) == {"message", "propertyErrors"}

    def test_of_changes_do_not_hold_the_moment_itself(self, simulator: RunningSimulator) -> None:
        told = simulator.control.patch(str(FIRST), email="new@example.com")["updated_at"]
        before = dt.datetime.fromisoformat(told) - dt.timedelta(seconds=1)
        asked = f"{LIST}?fromLastModifiedDateUTC={before:%Y-%m-%dT%H:%M:%S}"

        assert [row["customerId"] for row in get(simulator, asked)[1]] == [FIRST]
        assert get(simulator, f"{LIST}?fromLastModifiedDateUTC={told}") == (200, [])

    def test_are_of_one_location_if_profiles_are_not_shared(
        self, simulator: RunningSimulator
    ) -> None:
        set_habits(simulator, shares_profiles=False, guests=0)

        lists = [get(simulator, LIST, key=key)[1] for key in (KEY, f"{KEY}-2", f"{KEY}-3")]

        assert [len(rows) for rows in lists] == [15, 15, 0]
        assert {row["createdAtLocation"] for row in lists[0]} == {"Location 1"}

    def test_hold_every_placeholder(self, simulator: RunningSimulator) -> None:
        set_habits(simulator, guests=0)
        rows = get(simulator, LIST)[1]

        assert {row["mergedIntoCustomerId"] for row in rows} == {None, 0}
        assert {row["mmjidNumber"] for row in rows} >= {None, "0"}
        assert {row["mmjidExpirationDate"] for row in rows} >= {None, "1900-01-01T00:00:00"}
        assert any(row["firstName"] is None and " " in row["name"] for row in rows)
        assert any((row["firstName"] or "").endswith(" ") for row in rows)
        assert {row["springBigMemberId"] for row in rows} == {0}

    def test_hide_what_changed_a_moment_ago(self, simulator: RunningSimulator) -> None:
        set_habits(simulator, lag_s=120, guests=0)
        simulator.control.patch(str(FIRST), email="new@example.com")
        created = int(simulator.control.create(given_name="Ana"))
        recent = f"{LIST}?fromLastModifiedDateUTC={utc_now():%Y-%m-%d}T00:00:00Z"

        assert get(simulator, recent) == (200, [])
        whole = {row["customerId"] for row in get(simulator, LIST)[1]}
        assert FIRST in whole
        assert created not in whole


class TestHabits:
    @pytest.mark.parametrize(
        ("style", "shape"),
        [
            ("us", r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d"),
            ("iso", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}"),
        ],
    )
    def test_write_times_as_the_tenant_does(
        self, simulator: RunningSimulator, style: str, shape: str
    ) -> None:
        set_habits(simulator, dates=style, guests=0)

        told = [row["lastModifiedDateUTC"] for row in get(simulator, LIST)[1]]

        assert [text for text in told if not re.fullmatch(shape, text)] == []

    @pytest.mark.parametrize(
        ("style", "keys"),
        [
            ("message", {"message", "propertyErrors"}),
            ("validation", {"isValid", "errors", "ruleSetsExecuted"}),
            ("problem", {"type", "title", "status", "traceId", "errors"}),
            ("text", None),
            ("empty", None),
        ],
    )
    def test_refuse_in_five_shapes(
        self, simulator: RunningSimulator, style: str, keys: set[str] | None
    ) -> None:
        set_habits(simulator, refusals=style)

        status, body = get(simulator, f"{LIST}?PageNumber=x")

        assert status == 400
        assert keys == (set(body) if isinstance(body, dict) else None)

    @pytest.mark.parametrize(("style", "body"), [("text", "No Customer Found"), ("empty", None)])
    def test_know_nobody_in_two_ways(
        self, simulator: RunningSimulator, style: str, body: str | None
    ) -> None:
        set_habits(simulator, not_found=style)

        assert get(simulator, "/customer/customers?customerID=1") == (404, body)

    @pytest.mark.parametrize(
        "wrong", [{"page_base": 2}, {"page_base": True}, {"dates": 5}, {"lag_s": -1}, {"x": 1}, []]
    )
    def test_that_cannot_be_change_nothing(
        self, simulator: RunningSimulator, wrong: dict[str, object] | list[object]
    ) -> None:
        before = simulator.control.habits()

        if isinstance(wrong, dict):
            wrong = {"guests": 7, **wrong}
        assert call(simulator, "PUT", "/__control__/habits", wrong)[0] == 400
        assert simulator.control.habits() == before

    def test_go_back_to_what_is_usual(self, simulator: RunningSimulator) -> None:
        before = simulator.control.habits()
        set_habits(simulator, page_base=1, lag_s=60)

        set_habits(simulator, page_base=None, lag_s=None)

        assert simulator.control.habits() == before


class TestLookups:
    def test_by_id_and_unique_id_find_one(self, simulator: RunningSimulator) -> None:
        row = get(simulator, f"/customer/customers?customerID={FIRST}")[1][0]

        assert get(simulator, f"/customer/customers?uniqueId={row['uniqueId']}")[1] == [row]

    def test_by_what_is_no_long_are_refused(self, simulator: RunningSimulator) -> None:
        assert get(simulator, "/customer/customers?uniqueId=x")[0] == 400

    def test_find_somebody_once_for_every_criterion(self, simulator: RunningSimulator) -> None:
        pos_id = create(simulator, driversLicenseID="D1", mmjidNumber="M1")[1]["customerId"]
        asked = {
            "phone": "+1 (303) 555-0111", "emailAddress": "ANA@example.com", "lastName": "LEE",
            "dateOfBirth": "1990-01-02", "mmjidNumber": "M1", "driversLicenseId": "D1",
        }  # fmt: skip

        status, found = post(simulator, "/customer/search", asked)

        assert status == 200
        assert [(row["customerId"], row["matchType"]) for row in found] == [
            (pos_id, "MMJID"), (pos_id, "DriversLicense"), (pos_id, "Email"), (pos_id, "Phone"),
            (pos_id, "LastNameAndDateOfBirth"),
        ]  # fmt: skip

    @pytest.mark.parametrize("asked", [{}, {"lastName": "Lee"}, {"dateOfBirth": "1990-01-02"}, []])
    def test_without_a_criterion_are_refused(
        self, simulator: RunningSimulator, asked: object
    ) -> None:
        assert post(simulator, "/customer/search", asked)[0] == 400

    @pytest.mark.parametrize(
        "asked",
        [{"emailAddress": "ana@example.com"}, {"phone": "3035550111"},
         {"externalCustomerId": "hub-1", "emailAddress": "else@example.com"},
         {"lastName": "lee", "dateOfBirth": "1990-01-02T00:00:00"}],
    )  # fmt: skip
    def test_of_one_person_follow_a_hierarchy(
        self, simulator: RunningSimulator, asked: dict[str, object]
    ) -> None:
        pos_id = create(simulator, externalCustomerId="hub-1")[1]["customerId"]

        assert post(simulator, "/customer/customerLookup", asked)[1]["customerId"] == pos_id

    def test_of_nobody_get_a_text(self, simulator: RunningSimulator) -> None:
        answer = post(simulator, "/customer/customerLookup", {"phone": "3035550111"})

        assert answer == (404, "No Customer Found")

    def test_by_an_integrators_id_find_exactly_it(self, simulator: RunningSimulator) -> None:
        pos_id = create(simulator, externalCustomerId="hub-1")[1]["customerId"]
        path = "/customer/by-external-id?externalId="

        status, found = get(simulator, f"{path}hub-1")

        assert (status, [row["customerId"] for row in found]) == (200, [pos_id])
        assert get(simulator, f"{path}hub") == (404, "No Customer Found")
        assert get(simulator, path) == (404, "No Customer Found")

    def test_show_who_is_new_after_a_while(self, simulator: RunningSimulator) -> None:
        create(simulator, externalCustomerId="hub-1")
        set_habits(simulator, lag_s=120)

        assert post(simulator, "/customer/search", {"phone": "3035550111"}) == (200, [])
        assert get(simulator, "/customer/by-external-id?externalId=hub-1")[0] == 404

    def test_may_be_missing(self, simulator: RunningSimulator) -> None:
        set_habits(simulator, has_search=False)

        assert post(simulator, "/customer/search", {"phone": "3035550111"}) == (404, None)

    def test_of_types_name_those_of_the_location(self, simulator: RunningSimulator) -> None:
        told = get(simulator, "/customer/customer-types")[1]

        assert [t["name"] for t in told] == ["Recreational", "Adult Use", "Medical"]


class TestCreates:
    def test_answer_200_with_the_customer(self, simulator: RunningSimulator) -> None:
        status, told = create(simulator, driversLicenseID="D1", externalCustomerId="hub-1")

        assert status == 200
        assert (told["firstName"], told["phone"], told["cellPhone"]) == (
            "Ana",
            "303-555-0111",
            None,
        )
        assert told["driversLicenseHash"].startswith("0x")
        assert (told["externalCustomerId"], told["isAnonymous"]) == ("hub-1", False)
        assert "D1" not in told.values()

    @pytest.mark.parametrize("key", ["address1", "city", "state", "postalCode", "status",
                                     "customerType", "firstName"])  # fmt: skip
    def test_need_some_fields(self, simulator: RunningSimulator, key: str) -> None:
        status, body = create(simulator, **{key: " "})

        named = [error["propertyName"].lower() for error in body["propertyErrors"]]
        assert (status, named, count(simulator)) == (400, [key.lower()], 30)

    @pytest.mark.parametrize(
        ("key", "value"),
        [("dateOfBirth", "1799-12-31"), ("dateOfBirth", "2999-01-01"), ("dateOfBirth", "x"),
         ("customerType", "Rec"), ("status", "Gone")],
    )  # fmt: skip
    def test_refuse_what_cannot_be(self, simulator: RunningSimulator, key: str, value: str) -> None:
        assert create(simulator, **{key: value})[0] == 400
        assert count(simulator) == 30

    @pytest.mark.parametrize(
        "changes",
        [{"emailAddress": None}, {"phone": None}, {"phone": "3035550111", "emailAddress": "x@y.z"},
         {"lastName": "Else", "driversLicenseID": "D1"}, {"lastName": "Else", "mmjidNumber": "M1"}],
    )  # fmt: skip
    def test_of_the_same_person_change_the_one_who_is_there(
        self, simulator: RunningSimulator, changes: dict[str, object]
    ) -> None:
        first = create(simulator, driversLicenseID="D1", mmjidNumber="M1")[1]["customerId"]

        assert create(simulator, firstName="Anna", **changes)[1]["customerId"] == first
        assert count(simulator) == 31

    @pytest.mark.parametrize(
        "changes", [{"lastName": "Else"}, {"dateOfBirth": "1991-01-02"}, {"dateOfBirth": None}]
    )
    def test_of_somebody_else_on_the_phone_make_a_new_one(
        self, simulator: RunningSimulator, changes: dict[str, object]
    ) -> None:
        first = create(simulator)[1]["customerId"]

        assert create(simulator, **changes)[1]["customerId"] != first

    def test_can_be_forced(self, simulator: RunningSimulator) -> None:
        create(simulator)

        post(simulator, "/customer/customer?bypassDeduplication=true", NEW)

        assert count(simulator) == 32

    @pytest.mark.parametrize(
        ("consumer", "key", "made"), [("guid", "k1", 1), ("guid", None, 2), ("", "k1", 2)]
    )
    def test_are_idempotent_with_both_keys_only(
        self, simulator: RunningSimulator, consumer: str, key: str | None, made: int
    ) -> None:
        path = "/customer/customer?bypassDeduplication=true"
        content = {**NEW, "idempotencyKey": key}
        headers = {"ConsumerKey": consumer} if consumer else {}

        answers = [post(simulator, path, content, headers=headers)[1] for _ in range(2)]

        assert count(simulator) == 30 + made
        assert len({answer["customerId"] for answer in answers}) == made

    def test_that_failed_may_be_repeated_with_the_same_key(
        self, simulator: RunningSimulator
    ) -> None:
        content, headers = {**NEW, "idempotencyKey": "k1"}, {"ConsumerKey": "guid"}
        wrong = {**content, "city": ""}

        statuses = [
            post(simulator, "/customer/customer", body, headers=headers)[0]
            for body in (wrong, content)
        ]

        assert statuses == [400, 200]

    def test_that_are_no_json_are_refused(self, simulator: RunningSimulator) -> None:
        assert post(simulator, "/customer/customer", [1])[0] == 400


class TestUpdates:
    def test_keep_what_they_do_not_name(self, simulator: RunningSimulator) -> None:
        before = simulator.control.customer(str(FIRST))

        post(simulator, "/customer/customer", {"customerId": FIRST, "notes": "new", "city": None})

        after = simulator.control.customer(str(FIRST))
        assert after | {"updated_at": before["updated_at"]} == before | {"notes": "new"}

    def test_blank_with_an_empty_text(self, simulator: RunningSimulator) -> None:
        pos_id = create(simulator)[1]["customerId"]

        post(simulator, "/customer/customer", {"customerId": pos_id, "emailAddress": ""})

        assert simulator.control.customer(str(pos_id))["email"] is None

    def test_of_somebody_unknown_get_a_text(self, simulator: RunningSimulator) -> None:
        answer = post(simulator, "/customer/customer", {"customerId": 5, "notes": "new"})

        assert answer == (404, "No Customer Found")

    def test_keep_a_suffix_that_they_do_not_name(self, simulator: RunningSimulator) -> None:
        pos_id = create(simulator, nameSuffix="Jr")[1]["customerId"]
        told = post(simulator, "/customer/customer", {"customerId": pos_id, "lastName": "Ng"})[1]

        assert (told["lastName"], told["nameSuffix"]) == ("Ng", "Jr")
        assert simulator.control.customer(str(pos_id))["family_name"] == "Ng Jr"

    def test_of_the_status_do_not_outlive_what_staff_decide(
        self, simulator: RunningSimulator
    ) -> None:
        post(simulator, "/customer/customer", {"customerId": FIRST, "status": "Active"})

        simulator.control.patch(str(FIRST), banned=True)

        row = get(simulator, f"/customer/customers?customerID={FIRST}")[1][0]
        assert row["status"] == "Banned"

    def test_cannot_change_the_cell_phone(self, simulator: RunningSimulator) -> None:
        pos_id = int(simulator.control.create(given_name="Ana", phone="3035550142"))
        change = {"customerId": pos_id, "phone": "3035550143", "cellPhone": "3035550144"}

        told = post(simulator, "/customer/customer", change)[1]

        assert (told["phone"], told["cellPhone"]) == ("3035550143", "3035550142")
        assert simulator.control.customer(str(pos_id))["phone"] == "3035550142"

    @pytest.mark.parametrize(
        ("word", "status", "banned"),
        [("Cancelled", "inactive", None), ("Banned", "active", True), ("Hold", "active", False)],
    )
    def test_of_the_status_are_told(
        self, simulator: RunningSimulator, word: str, status: str, banned: bool | None
    ) -> None:
        told = post(simulator, "/customer/customer", {"customerId": FIRST, "status": word})[1]

        truth = simulator.control.customer(str(FIRST))
        assert (told["status"], truth["status"], truth["banned"]) == (word, status, banned)


class TestMerges:
    def test_leave_the_loser_with_the_winners_id(self, simulator: RunningSimulator) -> None:
        for donor, survivor in itertools.pairwise(("48210001", "48210002", "48210003")):
            simulator.control.merge(donor, survivor)

        rows = [get(simulator, f"/customer/customers?customerID={FIRST + n}")[1][0] for n in (0, 1)]
        assert [row["mergedIntoCustomerId"] for row in rows] == [48210002, 48210003]
        assert [row["status"] for row in rows] == ["Cancelled", "Cancelled"]


class TestLimits:
    @pytest.fixture
    def limited(self, tmp_path: Path) -> Iterator[RunningSimulator]:
        with dutchie(tmp_path, people=10, no_limits=False) as simulator:
            yield simulator

    def test_count_by_key_and_endpoint(self, limited: RunningSimulator) -> None:
        path = "/customer/customers?customerID=48210001"
        # A minute that ends in between starts the count anew.
        statuses = [get(limited, path)[0] for _ in range(241)]

        assert 429 in statuses
        assert get(limited, LIST)[0] == 200
        assert get(limited, path, key=f"{KEY}-2")[0] == 200

    @pytest.mark.parametrize("tells", [True, False])
    def test_are_told_in_pascal_case(self, limited: RunningSimulator, tells: bool) -> None:
        set_habits(limited, tells_retry_after=tells)
        answers = (call(limited, "GET", "/customer/customer-types") for _ in range(241))
        _, body, headers = next(answer for answer in answers if answer[0] == 429)

        assert body["Message"] == "Too many requests - only 120 per minute allowed"
        assert re.fullmatch(r"0HN[0-9A-F]{10}:\d{8}", body["TraceId"])
        assert ("Retry-After" in headers) is tells
