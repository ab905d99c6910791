"""How the client asks Treez, against the simulator."""

from __future__ import annotations

import datetime as dt
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from rollcall.pos.clock import utc_now
from rollcall.pos.conformance.ground import Unlimited
from rollcall.pos.connectors.treez.client import TreezClient
from rollcall.pos.connectors.treez.connector import CONNECTOR, TreezSettings
from rollcall.pos.contract import Criteria, OpenOptions, Window, WindowKind
from rollcall.pos.errors import PosCredentialsError, PosGoneError, UnsupportedByPosError
from rollcall.pos.simulator import RunningSimulator, SimulatorOptions, running

OPTIONS = OpenOptions(
    time_zone=ZoneInfo("America/Los_Angeles"),
    rate_limiter=Unlimited(),
    backoff_s=(0.001, 0.01),
    timeout_s=5,
)
HOME = {
    "type": "address_of_record", "street1": "1 Elm St", "city": "Oakland", "state": "CA",
    "zipcode": "94607", "primary": True,
}  # fmt: skip
SECRETS = {"api_key": "k", "client_id": "c"}


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    options = SimulatorOptions(state=tmp_path / "treez.sqlite", people=60, no_limits=True)
    with running("treez", options) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[TreezClient]:
    with CONNECTOR.open(TreezSettings.model_validate(simulator.settings), OPTIONS) as client:
        yield client


def raw_call(
    simulator: RunningSimulator, method: str, path: str, content: object = None
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(simulator.url.removeprefix("http://"))
    try:
        form = {k: simulator.settings[s] for k, s in (("apikey", "api_key"), ("client_id",) * 2)}
        base = "/v2.0/dispensary/alderway"
        connection.request("POST", f"{base}/config/api/gettokens", urlencode(form))
        token = json.loads(connection.getresponse().read())["access_token"]
        headers = {"Authorization": f"Bearer {token}", "client_id": str(form["client_id"])}
        body = None if content is None else json.dumps(content)
        connection.request(method, base + path, body, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def count(simulator: RunningSimulator, ending: str) -> int:
    return sum(r["count"] for r in simulator.control.requests() if r["path"].endswith(ending))


class TestTokens:
    def test_one_token_serves_many_requests(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        for _ in range(5):
            client.get("1001")

        assert count(simulator, "gettokens") == 1

    def test_a_token_is_renewed_five_minutes_early(self, simulator: RunningSimulator) -> None:
        now = [1000.0]
        settings = TreezSettings.model_validate(simulator.settings)
        with CONNECTOR.open(settings, OPTIONS) as client:
            client._monotonic = lambda: now[0]
            client.get("1001")
            now[0] += 7200 - 301
            client.get("1001")
            assert count(simulator, "gettokens") == 1
            now[0] += 2
            client.get("1001")

        assert count(simulator, "gettokens") == 2

    def test_a_key_for_another_dispensary_is_refused(self, simulator: RunningSimulator) -> None:
        settings = TreezSettings.model_validate({**simulator.settings, "dispensary": "elsewhere"})

        with CONNECTOR.open(settings, OPTIONS) as client, pytest.raises(PosCredentialsError):
            client.check()


class TestGet:
    @pytest.mark.parametrize("style", ["404", "200_empty", "result_code"])
    def test_every_way_of_saying_nobody_is_gone(
        self, simulator: RunningSimulator, client: TreezClient, style: str
    ) -> None:
        simulator.control.set_faults(not_found_style=style)

        with pytest.raises(PosGoneError):
            client.get("999999")

    @pytest.mark.parametrize("envelope", ["object", "list"])
    def test_both_envelopes_are_read(
        self, simulator: RunningSimulator, client: TreezClient, envelope: str
    ) -> None:
        simulator.control.set_faults(envelope=envelope)

        assert client.get("1001")["customer_id"] == "1001"

    @pytest.mark.parametrize("external_id", ["", "queue", "..", "1/2", "\uff11"])
    def test_what_is_no_number_is_never_asked_for(
        self, simulator: RunningSimulator, client: TreezClient, external_id: str
    ) -> None:
        with pytest.raises(PosGoneError):
            client.get(external_id)

        assert simulator.control.requests() == []


class TestFind:
    @pytest.fixture
    def pos_id(self, simulator: RunningSimulator) -> str:
        return simulator.control.create(
            given_name="Zoë",
            family_name="O'Neil/Smith",
            phone="4155550199",
            email="zoe+shop@example.com",
            licence="D 12/34",
            born_on="1990-05-06",
        )

    @pytest.mark.parametrize(
        "criteria",
        [
            Criteria(email="zoe+shop@example.com"),
            Criteria(phone="+1 (415) 555-0199"),
            Criteria(licence="D 12/34"),
            Criteria(given_name="zoë", family_name="o'neil/smith"),
            Criteria(given_name="zoë", family_name="o'neil/smith", born_on=dt.date(1990, 5, 6)),
        ],
    )
    def test_finds_by_what_treez_offers(
        self, client: TreezClient, pos_id: str, criteria: Criteria
    ) -> None:
        assert [row["customer_id"] for row in client.find(criteria)] == [pos_id]

    def test_finds_by_id(self, client: TreezClient, pos_id: str) -> None:
        assert len(client.find(Criteria(external_id=pos_id))) == 1
        assert client.find(Criteria(external_id="999999")) == []

    def test_leaves_out_who_does_not_fit_the_other_criteria(
        self, client: TreezClient, pos_id: str
    ) -> None:
        assert client.find(Criteria(phone="4155550199", born_on=dt.date(1990, 5, 7))) == []

    def test_finds_nobody(self, client: TreezClient) -> None:
        assert client.find(Criteria(email="nobody@example.com")) == []

    @pytest.mark.parametrize(
        "criteria", [Criteria(born_on=dt.date(1990, 5, 6)), Criteria(given_name="Zoë"), Criteria()]
    )
    def test_says_what_treez_cannot_search_by(
        self, client: TreezClient, criteria: Criteria
    ) -> None:
        with pytest.raises(UnsupportedByPosError):
            client.find(criteria)


class TestPages:
    def test_the_last_day_of_a_range_may_be_left_out_by_treez(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        simulator.control.set_faults(signup_to="exclusive")
        simulator.control.create(given_name="New")

        window = Window(kind=WindowKind.FULL, since=None, until=utc_now())
        ids = {row["customer_id"] for page in client.iter_pages(window) for row in page.rows}

        assert len(ids) == 61

    def test_empty_years_cost_few_requests(
        self, simulator: RunningSimulator, client: TreezClient
    ) -> None:
        list(client.iter_pages(Window(kind=WindowKind.FULL, since=None, until=utc_now())))

        assert count(simulator, "{size}") <= 12

    def test_refuses_a_token_of_somebody_else(self, client: TreezClient) -> None:
        window = Window(kind=WindowKind.FULL, since=None, until=utc_now())

        with pytest.raises(ValueError, match="not a resume token"):
            client.iter_pages(window, resume_token="[]")


class TestSettings:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"base_url": "http://api.treez.io/v2.0/dispensary"},
            {"base_url": "ftp://127.0.0.1/"},
            {"page_size": 51},
            {"page_size": 19},
            {"dispensary": "a/b"},
            {"dispensary": ".."},
            {"api_key": ""},
            {"extra": 1},
        ],
    )
    def test_refuses(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            TreezSettings.model_validate({"dispensary": "alderway", **SECRETS, **wrong})

    def test_takes_large_pages_on_this_machine_only(self) -> None:
        settings = TreezSettings.model_validate(
            {
                "dispensary": "Alderway",
                **SECRETS,
                "base_url": "http://127.0.0.1:1",
                "page_size": 1000,
            }
        )

        assert settings.page_size == 1000
        assert CONNECTOR.account_key(settings) == "alderway"


class TestSimulatedWrites:
    NEW = {
        "first_name": "Ana", "last_name": "Lee", "birthday": "1990-01-02", "patient_type": "ADULT",
        "drivers_license_expiration": "2030-01-01", "phone": "4155550111",
        "email": "ana@example.com",
    }  # fmt: skip

    def test_a_created_customer_starts_pending(self, simulator: RunningSimulator) -> None:
        status, answer = raw_call(simulator, "POST", "/customer/detailcustomer", self.NEW)

        assert status == 200
        assert answer["data"]["first_name"] == "ANA"
        assert answer["data"]["verification_status"] == "VERIFICATION_PENDING"
        assert "status" not in answer["data"]

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"first_name": " "}, "CUSTOMER_FIRST_NAME_EMPTY"),
            ({"last_name": "x" * 46}, "CUSTOMER_LAST_NAME_TOO_LONG"),
            ({"birthday": "1870-01-01"}, "CUSTOMER_AGE_TOO_HIGH"),
            ({"phone": "0155550111"}, "INCORRECT_VALUE"),
            ({"drivers_license_expiration": None}, "DRIVER_LICENSE_EXPIRATION_CANNOT_BE_NULL"),
        ],
    )
    def test_wrong_values_are_refused(
        self, simulator: RunningSimulator, change: dict[str, object], reason: str
    ) -> None:
        status, answer = raw_call(simulator, "POST", "/customer/detailcustomer", self.NEW | change)

        assert (status, answer["resultReason"]) == (400, reason)
        assert simulator.control.health()["customers"] == 60

    def test_duplicates_are_refused(self, simulator: RunningSimulator) -> None:
        raw_call(simulator, "POST", "/customer/detailcustomer", self.NEW)

        again = raw_call(simulator, "POST", "/customer/detailcustomer", self.NEW)
        phone = raw_call(simulator, "POST", "/customer/detailcustomer", self.NEW | {"email": None})

        assert [a[1]["resultReason"] for a in (again, phone)] == [
            "DUPLICATED_CUSTOMER_EMAIL",
            "DUPLICATED_CUSTOMER_PHONE",
        ]

    def test_a_patch_keeps_what_it_does_not_name(self, simulator: RunningSimulator) -> None:
        before = simulator.control.customer("1001")

        raw_call(simulator, "PATCH", "/customer/update/1001", {"notes": "new"})

        after = simulator.control.customer("1001")
        assert after | {"updated_at": before["updated_at"]} == before | {"notes": "new"}

    def test_a_replacement_wipes_what_it_does_not_name(self, simulator: RunningSimulator) -> None:
        raw_call(simulator, "POST", "/customer/update/1001", self.NEW)

        after = simulator.control.customer("1001")
        assert (after["phone"], after["licence"], after["street"]) == ("4155550111", None, None)

    @pytest.mark.parametrize(
        ("said", "allowed"), [({}, True), ({"opt_out": True}, False), ({"opt_out": None}, None)]
    )
    def test_silence_is_taken_for_consent(
        self, simulator: RunningSimulator, said: dict[str, object], allowed: bool | None
    ) -> None:
        _, answer = raw_call(simulator, "POST", "/customer/detailcustomer", self.NEW | said)

        created = simulator.control.customer(answer["data"]["customer_id"])
        assert created["marketing_opt_in"] is allowed

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"addresses": [{"street1": "1 Elm St"}]}, "INVALID_REQUEST"),
            ({"addresses": [HOME, HOME]}, "DUPLICATE_ADDRESS_PRIMARY"),
            ({"addresses": [HOME, {**HOME, "primary": False}]}, "DUPLICATE_ADDRESS_TYPE"),
            ({"addresses": "1 Elm St"}, "INCORRECT_VALUE"),
            ({"addresses": [1]}, "INCORRECT_VALUE"),
            ({"customer_groups": ["Unknown"]}, "INCORRECT_VALUE"),
            ({"customer_groups": {}}, "INCORRECT_VALUE"),
            ({"permit_expiration": "soon"}, "INCORRECT_VALUE"),
            ({"first_name": ""}, "CUSTOMER_FIRST_NAME_EMPTY"),
            ({"drivers_license_expiration": None}, "DRIVER_LICENSE_EXPIRATION_CANNOT_BE_NULL"),
            ({"patient_type": "MEDICAL_MMID", "state_medical_id": None}, "INVALID_REQUEST"),
        ],
    )
    def test_wrong_changes_are_refused(
        self, simulator: RunningSimulator, change: dict[str, object], reason: str
    ) -> None:
        _, answer = raw_call(simulator, "PATCH", "/customer/update/1001", change)

        assert answer["resultReason"] == reason

    def test_a_patch_may_have_to_name_what_is_required(self, simulator: RunningSimulator) -> None:
        simulator.control.set_habits(patch_needs_all=True)

        _, answer = raw_call(simulator, "PATCH", "/customer/update/1001", {"notes": "new"})

        assert answer["resultReason"] == "CUSTOMER_FIRST_NAME_EMPTY"

    def test_an_empty_list_of_addresses_empties_them(self, simulator: RunningSimulator) -> None:
        raw_call(simulator, "PATCH", "/customer/update/1001", {"addresses": [HOME]})
        assert simulator.control.customer("1001")["street"] == "1 ELM ST"

        raw_call(simulator, "PATCH", "/customer/update/1001", {"addresses": []})

        assert simulator.control.customer("1001")["street"] is None

    def test_a_merged_away_customer_cannot_be_changed(self, simulator: RunningSimulator) -> None:
        merge = {"sourceCustomerId": "1001", "destinationCustomerId": "1002"}
        assert raw_call(simulator, "POST", "/customer/merge", merge)[0] == 200

        status, answer = raw_call(simulator, "PATCH", "/customer/update/1001", {"notes": "x"})

        assert (status, answer["resultReason"]) == (400, "CUSTOMER_MERGED")
        assert answer["resultDetail"].endswith("MERGED_INTO_CUSTOMER_ID: 1002")

    def test_merging_unknown_customers_names_both(self, simulator: RunningSimulator) -> None:
        merge = {"sourceCustomerId": "1", "destinationCustomerId": "2"}

        _, answer = raw_call(simulator, "POST", "/customer/merge", merge)

        assert answer["resultDetail"] == (
            "source customer cannot be found \ndestination customer cannot be found"
        )

    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            ("lastUpdated/after/2026-01-01/page/1/pagesize/5", "INVALID_DATE_FORMAT"),
            ("signup/from/1/to/2026-01-01/page/1/pagesize/5", "INVALID_DATE_FORMAT"),
            ("signup/from/2026-01-01/to/2026-02-30/page/1/pagesize/5", "INVALID_DATE_FORMAT"),
            ("signup/from/2026-01-01/to/2026-02-01/page/0/pagesize/5", "INVALID_REQUEST"),
        ],
    )  # fmt: skip
    def test_wrong_list_requests_are_refused(
        self, simulator: RunningSimulator, path: str, reason: str
    ) -> None:
        status, answer = raw_call(simulator, "GET", f"/customer/{path}")

        assert (status, answer["resultReason"]) == (400, reason)


class TestSimulatedLimits:
    def test_pages_over_fifty_and_quick_requests_are_refused(self, tmp_path: Path) -> None:
        with running("treez", SimulatorOptions(state=tmp_path / "s", people=5)) as simulator:
            path = "/customer/signup/from/2016-01-01/to/2026-01-01/page/1/pagesize/51"
            refused = raw_call(simulator, "GET", path)
            statuses = [raw_call_status(simulator) for _ in range(15)]

        assert (refused[0], refused[1]["resultReason"]) == (400, "RESPONSE_LIMIT_EXCEEDS")
        assert 429 in statuses


def raw_call_status(simulator: RunningSimulator) -> int:
    connection = http.client.HTTPConnection(simulator.url.removeprefix("http://"))
    try:
        connection.request("GET", "/v2.0/dispensary/alderway/customer/1001")
        return connection.getresponse().status
    finally:
        connection.close()
