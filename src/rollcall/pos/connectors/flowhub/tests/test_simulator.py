"""The simulated Flowhub: its errors, lists, writes and habits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.flowhub.tests.maui import call, held, maui
from rollcall.pos.simulator import RunningSimulator

LIST = "/v1/customers/"
NEW: dict[str, object] = {
    "name": "Amara Nwosu-Reyes", "birthDate": "1969-12-27", "state": "CO", "type": "recCustomer",
    "phone": "7205550133", "consentsToPromotionalSMS": True,
}  # fmt: skip


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with maui(tmp_path, people=30, time_zone="America/Denver") as simulator:
        yield simulator


def get(simulator: RunningSimulator, path: str) -> tuple[int, Any]:
    return call(simulator, "GET", path)[:2]


def store_of(simulator: RunningSimulator) -> str:
    return str(simulator.settings["store_id"])


def post(simulator: RunningSimulator, **changes: object) -> tuple[int, Any]:
    body = {k: v for k, v in {**NEW, **changes}.items() if v is not None}
    return call(simulator, "POST", f"/v1/customer?store_id={store_of(simulator)}", body)[:2]


def put(simulator: RunningSimulator, pos_id: str, **changes: object) -> tuple[int, Any]:
    body = {k: v for k, v in {**NEW, **changes}.items() if v is not None}
    path = f"/v1/customer/{pos_id}?store_id={store_of(simulator)}"
    return call(simulator, "PUT", path, body)[:2]


def count(simulator: RunningSimulator) -> int:
    return int(simulator.control.health()["customers"])


class TestHeaders:
    @pytest.mark.parametrize("wrong", [{"key": "x"}, {"clientId": "x"}, {"key": ""}])
    def test_that_are_wrong_get_401(
        self, simulator: RunningSimulator, wrong: dict[str, str]
    ) -> None:
        status, body, _ = call(simulator, "GET", LIST, headers=wrong)

        assert status == 401
        assert body == {"error": ["Unauthorized"], "message": "Invalid key", "status": 401}

    def test_may_be_in_any_case(self, simulator: RunningSimulator) -> None:
        lower = {"CLIENTID": "a-company", "Key": "a-key", "clientId": "a-company", "key": "a-key"}

        assert call(simulator, "GET", LIST, headers=lower)[0] == 200

    def test_above_the_limit_get_429_without_a_pause(self, tmp_path: Path) -> None:
        with (
            maui(tmp_path, people=10, no_limits=False) as simulator,
            ThreadPoolExecutor(max_workers=12) as pool,
        ):
            # Side by side: one after the other they may stay below the limit on a busy machine.
            told = list(pool.map(lambda _: call(simulator, "GET", LIST + "x"), range(400)))

        refused = [headers for status, _, headers in told if status == 429]
        assert refused != []
        assert "Retry-After" not in refused[0]


class TestStores:
    def test_are_nine_of_one_company(self, simulator: RunningSimulator) -> None:
        status, body = get(simulator, "/v0/clientsLocations")

        assert (status, body["status"], len(body["data"])) == (200, 200, 9)
        assert {store["clientId"] for store in body["data"]} == {"a-company"}
        assert body["data"][0]["locationId"] == store_of(simulator)
        assert len(body["data"][0]["importId"]) == 17

    def test_are_announced_with_one_key(self, tmp_path: Path) -> None:
        with maui(tmp_path, people=10, locations=3) as simulator:
            told = simulator.locations

        assert len({str(one["store_id"]) for one in told}) == 3
        assert {(one["client_id"], one["api_key"]) for one in told} == {("a-company", "a-key")}

    def test_a_tenth_is_not_made_up(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="9 stores"), maui(tmp_path, locations=10):
            pass


class TestLists:
    def test_hold_a_hundred_unless_told_otherwise(self, tmp_path: Path) -> None:
        with maui(tmp_path, people=120) as simulator:
            body = get(simulator, LIST)[1]
            rest = get(simulator, "/v1/customers?page=2")[1]

        assert (body["total"], len(body["customers"]), len(rest["customers"])) == (120, 100, 20)

    def test_are_sorted_by_creation(self, simulator: RunningSimulator) -> None:
        rows = get(simulator, LIST)[1]["customers"]
        back = get(simulator, f"{LIST}?order_by=desc")[1]["customers"]

        assert [row["createdAt"][:19] for row in rows] == sorted(
            row["createdAt"][:19] for row in rows
        )
        assert back == rows[::-1]

    @pytest.mark.parametrize("name", ["created_after", "created_before", "updated_after"])
    @pytest.mark.parametrize(
        "day", ["2026-11-18T00:00:00Z", "11/18/2026", "", "2026-02-30", "2026-1-1", "x"]
    )
    def test_of_a_bad_date_are_not_found(
        self, simulator: RunningSimulator, name: str, day: str
    ) -> None:
        assert get(simulator, f"{LIST}?{name}={quote(day)}") == (
            404,
            {
                "error": ["Not Found"],
                "message": f"{name} must be in format yyyy-mm-dd",
                "status": 404,
            },
        )

    @pytest.mark.parametrize("query", ["page=0", "page=x", "page_size=0", "page_size=-1"])
    def test_of_a_bad_page_are_refused(self, simulator: RunningSimulator, query: str) -> None:
        assert get(simulator, f"{LIST}?{query}")[0] == 400

    def test_are_never_longer_than_ten_thousand(self, tmp_path: Path) -> None:
        with maui(tmp_path, people=10, no_limits=False) as simulator:
            assert len(get(simulator, f"{LIST}?page_size=999999")[1]["customers"]) == 10

    @pytest.mark.parametrize(
        ("bounds", "zone", "hours"),
        [
            ("inclusive", "store", ["03T00:30", "04T12:30"]),
            ("inclusive", "utc", ["02T23:30", "03T00:30", "04T12:30"]),
            ("exclusive", "store", ["04T12:30"]),
            ("exclusive", "utc", ["04T12:30"]),
        ],
    )
    def test_count_whole_days_of_a_zone(
        self, simulator: RunningSimulator, bounds: str, zone: str, hours: list[str]
    ) -> None:
        simulator.control.set_habits(bounds=bounds, day_zone=zone)
        made = {}
        for hour in ("02T23:30", "03T00:30", "04T12:30"):
            at = dt.datetime.fromisoformat(f"2025-03-{hour}:00-07:00").astimezone(dt.UTC)
            told = at.isoformat()[:19] + "Z"
            made[simulator.control.create(given_name="A", signed_up_at=told)] = hour

        rows = get(simulator, f"{LIST}?created_after=2025-03-03")[1]["customers"]

        assert [made[row["id"]] for row in rows if row["id"] in made] == hours

    def test_between_two_days_are_of_both_kinds(self, simulator: RunningSimulator) -> None:
        today = utc_now().astimezone(ZoneInfo("America/Denver")).date().isoformat()
        old = get(simulator, LIST)[1]["customers"][0]["id"]
        simulator.control.patch(old, email="x@example.com")
        new = simulator.control.create(given_name="Ana", family_name="Lee")

        def listed(query: str) -> list[str]:
            return [row["id"] for row in get(simulator, f"{LIST}?{query}")[1]["customers"]]

        assert listed(f"updated_after={today}") == [old, new]
        assert listed(f"updated_after={today}&created_before=2025-12-31") == [old]
        assert listed(f"created_after={today}") == [new]
        assert listed("updated_before=2010-01-01") == []

    @pytest.mark.parametrize(
        ("envelope", "shape"), [("customers", dict), ("data", dict), ("array", list)]
    )
    def test_come_in_envelopes(
        self, simulator: RunningSimulator, envelope: str, shape: type[Any]
    ) -> None:
        simulator.control.set_habits(envelope=envelope, tells_total=False)

        body = get(simulator, LIST)[1]

        assert type(body) is shape
        assert len(body if shape is list else body[envelope]) == 30
        assert "total" not in body

    def test_of_one_may_be_a_bare_object(self, simulator: RunningSimulator) -> None:
        simulator.control.set_habits(envelope="single")

        assert "id" in get(simulator, f"{LIST}?page_size=1")[1]
        assert len(get(simulator, f"{LIST}?page_size=2")[1]["customers"]) == 2


class TestOne:
    def test_is_bare(self, simulator: RunningSimulator) -> None:
        row = get(simulator, LIST)[1]["customers"][0]

        assert get(simulator, f"/v1/customers/{row['id']}") == (200, row)
        assert get(simulator, f"{LIST}?customer_id={row['id']}") == (200, row)

    def test_tells_what_points_are_worth_at_a_store(self, simulator: RunningSimulator) -> None:
        pos_id = get(simulator, LIST)[1]["customers"][0]["id"]
        simulator.control.patch(pos_id, loyalty_points=240)

        path = f"/v1/customers/{pos_id}?store_id={store_of(simulator)}"

        assert get(simulator, path)[1]["loyaltyPointsInPennies"] == 240

    def test_who_is_unknown_is_not_found(self, simulator: RunningSimulator) -> None:
        assert get(simulator, "/v1/customers/nobody") == (
            404,
            {"error": ["Not Found"], "message": "Customer not found", "status": 404},
        )

    def test_who_was_merged_away_is_not_found_and_not_counted(
        self, simulator: RunningSimulator
    ) -> None:
        first, second = get(simulator, LIST)[1]["customers"][:2]
        points = first["loyaltyPoints"] + second["loyaltyPoints"]
        simulator.control.merge(first["id"], into=second["id"])

        body = get(simulator, LIST)[1]

        assert get(simulator, f"/v1/customers/{first['id']}")[0] == 404
        assert (body["total"], len(body["customers"])) == (29, 29)
        assert get(simulator, f"/v1/customers/{second['id']}")[1]["loyaltyPoints"] == points
        assert put(simulator, first["id"])[0] == 404

    @pytest.mark.parametrize(
        ("style", "answer"),
        [("404", 404), ("204", 204), ("null", 200), ("empty_object", 200), ("no_body", 200)],
    )
    def test_whose_phone_nobody_has_is_told_in_many_ways(
        self, simulator: RunningSimulator, style: str, answer: int
    ) -> None:
        simulator.control.set_habits(unknown_phone=style)

        status, body = get(simulator, "/v1/customers/findByPhoneNumber?phone_number=7205550133")

        assert status == answer
        assert style == "404" or not body


class TestCreate:
    def test_answers_with_the_customer(self, simulator: RunningSimulator) -> None:
        status, row = post(simulator)

        assert status == 200
        assert row["phone"] == "(720) 555-0133"
        assert (row["name"], row["birthDate"], row["state"]) == (
            "Amara Nwosu-Reyes",
            "1969-12-27",
            "CO",
        )
        assert (row["consentsToPromotionalSMS"], row["consentsToPromotionalEmail"]) == (True, False)
        assert row["groups"] == []

    def test_never_tells_ids(self, tmp_path: Path, simulator: RunningSimulator) -> None:
        row = post(simulator, medId="M-0042-TEST", stateId="Q1")[1]

        assert "M-0042-TEST" not in str(row)
        assert held(tmp_path, row["id"])["medical_id"] == "M-0042-TEST"
        assert held(tmp_path, row["id"])["licence"] == "Q1"

    def test_takes_groups_by_id(self, simulator: RunningSimulator) -> None:
        groups: Any = simulator.settings["group_ids"]

        row = post(simulator, groups=[{"groupId": groups["VIP"]}])[1]

        assert row["groups"] == [{"name": "VIP"}]

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"birthDate": None}, "birthDate is required"),
            ({"name": " "}, "name is required"),
            ({"state": None}, "state is required"),
            ({"type": None}, "type is required"),
            ({"birthDate": "1969-12-32"}, "birthDate is not a date"),
            ({"birthDate": "1969-12-27T00:00:00"}, "birthDate is not a date"),
            ({"state": "Colorado"}, "state Colorado is not known"),
            ({"type": "adult"}, "type must be recCustomer or medCustomer"),
            ({"medId": ""}, "medId must not be empty"),
            ({"stateIdExpiration": ""}, "stateIdExpiration is not a date"),
            ({"isLoyal": "yes"}, "isLoyal must be a boolean"),
            ({"groups": [{"name": "VIP"}]}, "groups: unknown groupId"),
        ],
    )
    def test_refuses_what_cannot_be(
        self, simulator: RunningSimulator, wrong: dict[str, object], reason: str
    ) -> None:
        status, body = post(simulator, **wrong)

        assert (status, body["error"][0], body["message"]) == (400, reason, "Bad Request")
        assert count(simulator) == 30

    @pytest.mark.parametrize(
        ("store", "reason"),
        [("", "store_id is required"), ("?store_id=x", "store_id is not a location")],
    )
    def test_wants_a_store(self, simulator: RunningSimulator, store: str, reason: str) -> None:
        status, body, _ = call(simulator, "POST", f"/v1/customer{store}", NEW)

        assert status == 400
        assert body["error"][0].startswith(reason)

    def test_wants_an_object(self, simulator: RunningSimulator) -> None:
        path = f"/v1/customer?store_id={store_of(simulator)}"

        assert call(simulator, "POST", path, [NEW])[0] == 400

    def test_may_not_retain(self, simulator: RunningSimulator) -> None:
        simulator.control.set_habits(retains=False)

        status, row = post(simulator)

        assert status == 200
        assert get(simulator, f"/v1/customers/{row['id']}")[0] == 404
        assert count(simulator) == 30

    def test_is_only_in_the_singular(self, simulator: RunningSimulator) -> None:
        assert (
            call(simulator, "POST", f"/v1/customers?store_id={store_of(simulator)}", NEW)[0] == 405
        )


class TestReplace:
    def test_empties_what_is_not_named(self, tmp_path: Path, simulator: RunningSimulator) -> None:
        pos_id = post(
            simulator, email="x@example.com", city="Denver", medId="M-1", isLoyal=True,
            loyaltyPoints=5, consentsToPromotionalEmail=True,
        )[1]["id"]  # fmt: skip

        row = put(simulator, pos_id, phone=None, consentsToPromotionalSMS=None)[1]

        assert [row.get(key) or None for key in ("phone", "email", "city")] == [None] * 3
        assert [row[key] for key in ("isLoyal", "loyaltyPoints")] == [False, 0]
        assert row["consentsToPromotionalSMS"] is row["consentsToPromotionalEmail"] is False
        assert held(tmp_path, pos_id)["medical_id"] == "M-1"

    def test_may_leave_what_is_not_named(self, simulator: RunningSimulator) -> None:
        simulator.control.set_habits(put="patch")
        pos_id = post(simulator, email="x@example.com")[1]["id"]

        assert put(simulator, pos_id, phone=None)[1]["email"] == "x@example.com"

    @pytest.mark.parametrize(("habit", "left"), [("keep", [{"name": "VIP"}]), ("empty", [])])
    def test_of_groups_differs(
        self, simulator: RunningSimulator, habit: str, left: list[object]
    ) -> None:
        simulator.control.set_habits(put_groups=habit)
        pos_id = post(simulator)[1]["id"]
        simulator.control.patch(pos_id, groups=["VIP"])

        assert put(simulator, pos_id)[1]["groups"] == left

    def test_loses_foreign_keys_that_are_not_sent(self, simulator: RunningSimulator) -> None:
        pos_id = post(simulator)[1]["id"]
        simulator.control.patch(pos_id, raw={"favourite": "x", "other": "y"})

        row = put(simulator, pos_id, favourite="z")[1]

        assert (row["favourite"], "other" in row) == ("z", False)

    def test_of_nobody_is_not_found(self, simulator: RunningSimulator) -> None:
        assert put(simulator, "nobody")[0] == 404


class TestErrors:
    @pytest.mark.parametrize(
        ("style", "body"),
        [
            ("text", "page must be a positive integer"),
            ("quoted", "page must be a positive integer"),
            ("errors", {"errors": ["page must be a positive integer"]}),
            ("empty", None),
        ],
    )
    def test_come_in_several_shapes(
        self, simulator: RunningSimulator, style: str, body: object
    ) -> None:
        simulator.control.set_habits(errors=style)

        assert get(simulator, f"{LIST}?page=x") == (400, body)


class TestHabits:
    @pytest.mark.parametrize(
        "wrong", [{"envelope": "x"}, {"page_cap": -1}, {"retains": "no"}, {"bounds": 1}, {"x": 1}]
    )
    def test_that_cannot_be_change_nothing(
        self, simulator: RunningSimulator, wrong: dict[str, object]
    ) -> None:
        before = simulator.control.habits()

        status, _, _ = call(
            simulator, "PUT", "/__control__/habits", {"tells_total": False, **wrong}
        )

        assert (status, simulator.control.habits()) == (400, before)


class TestRows:
    def test_hold_what_is_unset_in_three_ways(self, simulator: RunningSimulator) -> None:
        rows = get(simulator, LIST)[1]["customers"]

        ways = {row.get("email", "missing") for row in rows}
        assert ways >= {"", None, "missing"}

    def test_hold_old_birth_dates_with_a_time(self, simulator: RunningSimulator) -> None:
        rows = get(simulator, LIST)[1]["customers"]

        assert [row["birthDate"][10:] for row in rows].count("T00:00:00") == 1
