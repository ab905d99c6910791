"""That the simulated company behaves as BLAZE is known to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from rollcall.pos.connectors.blaze.tests.shop import (
    KEY,
    MEMBERS,
    PARTNER,
    blaze,
    call,
    id_of,
)
from rollcall.pos.simulator import RunningSimulator

DAY_MS = 86_400_000
POINTS = "/api/v1/partner/loyalty/points"
NEW = {
    "firstName": "Ana", "lastName": "Lee", "dob": 646_902_000_000, "primaryPhone": "3035550111",
    "email": "ana@example.com", "consumerType": "AdultUse", "status": "Active",
}  # fmt: skip


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with blaze(tmp_path) as simulator:
        yield simulator


def get(simulator: RunningSimulator, path: object = "", **query: object) -> tuple[int, Any]:
    return call(simulator, "GET", f"{MEMBERS}{path}?{urlencode(query)}")


def everybody(simulator: RunningSimulator) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = get(simulator, limit=500)[1]["values"]
    return rows


class TestKeys:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"partner_key": PARTNER, "Authorization": KEY}, 200),
            ({"X-API-Key": PARTNER, "Authorization": KEY}, 200),
            ({"x-api-key": PARTNER, "Authorization": f"{KEY}-9"}, 200),
            ({"x-api-key": PARTNER, "Authorization": f"Bearer {KEY}"}, 401),
            ({"x-api-key": PARTNER, "Authorization": f"{KEY}-10"}, 401),
            ({"x-api-key": "wrong", "Authorization": KEY}, 401),
            ({"x-api-key": PARTNER}, 401),
            ({"Authorization": KEY}, 401),
            ({"x-api-key": PARTNER, "Authorization": f"{KEY}-nopermission"}, 403),
        ],
    )
    def test_are_both_needed(
        self, simulator: RunningSimulator, headers: dict[str, str], status: int
    ) -> None:
        told, body = call(simulator, "GET", MEMBERS, headers=headers)

        assert told == status
        if status == 401:
            assert "Invalid PARTNER or Developer API" in body["message"]


class TestLists:
    def test_are_sorted_by_change_the_newest_first(self, simulator: RunningSimulator) -> None:
        simulator.control.patch(id_of(9), loyalty_points=1)

        rows = everybody(simulator)

        seconds = [row["modified"] // 1000 for row in rows]
        assert rows[0]["id"] == id_of(9)
        assert seconds == sorted(seconds, reverse=True)

    def test_echo_their_paging_and_tell_a_total_of_all(self, simulator: RunningSimulator) -> None:
        end = 1_763_683_200_000
        asked = {"startDate": end - DAY_MS, "endDate": end, "skip": 2, "limit": 2}

        told = get(simulator, **asked)[1]
        assert told == {"values": [], "skip": 2, "limit": 2, "total": 60}

        simulator.control.set_habits(total="filtered")
        assert get(simulator, **asked)[1]["total"] == 0

    @pytest.mark.parametrize(
        ("span", "status"), [(7 * DAY_MS, 200), (7 * DAY_MS + 1, 400), (-1, 400)]
    )
    def test_of_changes_take_seven_days(
        self, simulator: RunningSimulator, span: int, status: int
    ) -> None:
        begin = 1_700_000_000_000

        assert get(simulator, startDate=begin, endDate=begin + span)[0] == status

    def test_of_days_count_from_a_moment(self, simulator: RunningSimulator) -> None:
        row = everybody(simulator)[30]
        begin = row["modified"] // 1000 * 1000 - DAY_MS

        told = get(simulator, "/days", startDate=begin, days=1)[1]["values"]

        assert row["id"] in {r["id"] for r in told}
        assert get(simulator, "/days", startDate=begin, days=8)[0] == 400

    @pytest.mark.parametrize(
        "query", [{"limit": 0}, {"limit": "x"}, {"skip": -1}, {"startDate": "11/20/2025"},
                  {"limit": "9" * 30}],
    )  # fmt: skip
    def test_refuse_what_is_no_number(
        self, simulator: RunningSimulator, query: dict[str, object]
    ) -> None:
        status, body = get(simulator, **query)

        assert (status, sorted(body)) == (400, ["errorType", "field", "message", "references"])


class TestRows:
    def test_have_the_quirks_of_production(self, tmp_path: Path) -> None:
        with blaze(tmp_path, people=400) as simulator:
            rows = everybody(simulator)

        assert {type(row["sex"]) for row in rows} == {int, str}
        assert any(row["cpn"] and not row["primaryPhone"] for row in rows)
        assert any(row["primaryPhone"] and row["cpn"] is None for row in rows)
        assert any("😎" in row["lastName"] for row in rows)
        assert any("???" in row["lastName"] for row in rows)
        assert any(row["dob"] % DAY_MS == 7 * 3_600_000 for row in rows)
        assert any(row["dob"] % DAY_MS == 8 * 3_600_000 for row in rows)
        assert any(row["birthdate"] is None and row["localDob"] is None for row in rows)
        assert any(row["lastVisitDate"] == 0 for row in rows)
        assert any(len(row["identifications"]) == 2 for row in rows)
        twins = [row for row in rows if row["lastestRecommendation"]]
        assert twins
        assert all(row["latestRecommendation"] == row["lastestRecommendation"] for row in twins)
        assert len({row["shopId"] for row in rows}) == 2
        assert len({row["companyId"] for row in rows}) == 1

    def test_change_their_time_with_every_change(self, simulator: RunningSimulator) -> None:
        times = set()
        for points in range(5):
            simulator.control.patch(id_of(3), loyalty_points=points)
            times.add(get(simulator, f"/{id_of(3)}")[1]["modified"])

        assert len(times) == 5


class TestSearches:
    def test_have_envelopes_of_their_own(self, simulator: RunningSimulator) -> None:
        simulator.control.create(
            given_name="Ana", phone="3035550111", licence="D1", email="ana@example.com",
            born_on="1990-07-02",
        )  # fmt: skip

        assert sorted(get(simulator, "/search", licenceNumber="D1")[1]) == ["values"]
        assert sorted(get(simulator, "/search/phone", phoneNumber="3035550111")[1]) == ["values"]
        assert sorted(get(simulator, "/search/dob", dob="07/02/1990")[1]) == [
            "limit", "skip", "total", "values",
        ]  # fmt: skip
        assert get(simulator, "/email/ANA%40example.com")[1]["firstName"] == "Ana"

    def test_by_phone_can_be_of_one_shop(self, simulator: RunningSimulator) -> None:
        made = {simulator.control.create(given_name="A", phone="3035550111") for _ in range(2)}

        for shop in (KEY, f"{KEY}-2"):
            headers = {"partner_key": PARTNER, "Authorization": shop}
            path = f"{MEMBERS}/search/phone?phoneNumber=3035550111&isByShop=true"
            rows = call(simulator, "GET", path, headers=headers)[1]["values"]
            assert len(rows) == 1
            made.discard(rows[0]["id"])
        assert made == set()

    @pytest.mark.parametrize(
        ("path", "query"),
        [("/search", {}), ("/search/dob", {"dob": "1990-07-02"}), ("/search/dob", {"dob": "x"}),
         ("/search/dob", {"dob": "02/30/1990"}), ("/search/phone", {"start": "x"})],
    )  # fmt: skip
    def test_refuse_what_they_cannot_read(
        self, simulator: RunningSimulator, path: str, query: dict[str, object]
    ) -> None:
        assert get(simulator, path, **query)[0] == 400

    def test_may_lag(self, simulator: RunningSimulator) -> None:
        simulator.control.create(given_name="Ana", phone="3035550111")
        simulator.control.set_habits(search_lag_s=60)

        assert get(simulator, "/search/phone", phoneNumber="3035550111")[1] == {"values": []}


class TestCreates:
    def test_answer_with_the_member(self, simulator: RunningSimulator) -> None:
        status, told = call(simulator, "POST", MEMBERS, {**NEW, "importId": "k1"})

        assert (status, told["cpn"], told["importId"]) == (200, "+13035550111", "k1")
        assert simulator.control.customer(told["id"])["born_on"] == "1990-07-02"

    def test_of_midnight_utc_are_a_day_early(self, simulator: RunningSimulator) -> None:
        told = call(simulator, "POST", MEMBERS, {**NEW, "dob": 646_876_800_000})[1]

        assert simulator.control.customer(told["id"])["born_on"] == "1990-07-01"

    @pytest.mark.parametrize(
        "wrong",
        [{"firstName": " "}, {"lastName": None}, {"dob": None}, {"dob": "1990-07-02"},
         {"sex": "F"}, {"status": "Gone"}, {"consumerType": "Rec"}, {"identifications": {}}],
    )  # fmt: skip
    def test_refuse_what_cannot_be(
        self, simulator: RunningSimulator, wrong: dict[str, object]
    ) -> None:
        assert call(simulator, "POST", MEMBERS, {**NEW, **wrong})[0] == 400
        assert simulator.control.health()["customers"] == 60

    def test_of_deleted_members_data_are_fine(self, simulator: RunningSimulator) -> None:
        first = call(simulator, "POST", MEMBERS, NEW)[1]["id"]
        assert call(simulator, "POST", MEMBERS, NEW)[0] == 400
        simulator.control.patch(first, raw={"deleted": True})

        assert call(simulator, "POST", MEMBERS, NEW)[0] == 200

    @pytest.mark.parametrize("content", [None, [1], "x"])
    def test_that_are_no_objects_are_refused(
        self, simulator: RunningSimulator, content: object
    ) -> None:
        assert call(simulator, "POST", MEMBERS, content)[0] == 400


class TestReplacements:
    def test_wipe_what_they_leave_out(self, simulator: RunningSimulator) -> None:
        told = call(simulator, "POST", MEMBERS, {**NEW, "tags": ["vip"], "textOptIn": True})[1]

        bare = {"firstName": "Ana", "lastName": "Lee", "dob": told["dob"], "status": "Active"}
        after = call(simulator, "PUT", f"{MEMBERS}/{told['id']}", bare)[1]

        assert (after["email"], after["cpn"], after["tags"], after["textOptIn"]) == (
            "", None, [], False,
        )  # fmt: skip
        assert (after["identifications"], after["importId"]) == ([], None)

    def test_of_the_whole_change_nothing(self, simulator: RunningSimulator) -> None:
        for position in range(1, 61):
            before = get(simulator, f"/{id_of(position)}")[1]

            after = call(simulator, "PUT", f"{MEMBERS}/{id_of(position)}", before)[1]

            assert {k: v for k, v in after.items() if k != "modified"} == {
                k: v for k, v in before.items() if k != "modified"
            }, position

    def test_of_nobody_are_refused(self, simulator: RunningSimulator) -> None:
        assert call(simulator, "PUT", f"{MEMBERS}/{'f' * 24}", NEW)[0] == 404
        assert call(simulator, "PUT", f"{MEMBERS}/{'f' * 24}/metadata", {"metadata": []})[0] == 404
        assert call(simulator, "PUT", f"{MEMBERS}/{id_of(1)}/metadata", {})[0] == 400


class TestPoints:
    def test_are_added_and_taken(self, simulator: RunningSimulator) -> None:
        simulator.control.patch(id_of(1), loyalty_points=10)

        for action, points, left in (("ADD", 5, 15.0), ("SUBTRACT", 40, 0.0)):
            body = {"memberId": id_of(1), "action": action, "points": points}
            assert call(simulator, "POST", POINTS, body)[1]["loyaltyPoints"] == left
        assert call(simulator, "GET", f"{POINTS}?memberId={id_of(1)}")[1]["loyaltyPoints"] == 0.0

    @pytest.mark.parametrize(
        ("body", "status"),
        [({"points": "x", "action": "ADD"}, 400), ({"points": 1, "action": "GIVE"}, 400),
         ({"points": 1, "action": "ADD", "memberId": "f" * 24}, 404), (None, 400)],
    )  # fmt: skip
    def test_of_nobody_or_nothing_are_refused(
        self, simulator: RunningSimulator, body: object, status: int
    ) -> None:
        assert call(simulator, "POST", POINTS, body)[0] == status


class TestTheMeter:
    def test_counts_five_minutes(self, tmp_path: Path) -> None:
        with blaze(tmp_path, people=5, no_limits=False) as simulator:
            simulator.control.set_habits(calls_in_5_minutes=4)

            told = [get(simulator) for _ in range(6)]

        assert [status for status, _ in told] == [200] * 4 + [429] * 2
        assert told[-1][1] == {"message": "Rate limit exceeded"}
