"""How the client asks Flowhub, against the simulator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.flowhub.client import FlowhubClient
from rollcall.pos.connectors.flowhub.connector import CONNECTOR, FlowhubSettings
from rollcall.pos.connectors.flowhub.tests.maui import KEY, maui, opened, requests_to
from rollcall.pos.contract import Criteria, Window, WindowKind
from rollcall.pos.errors import (
    PosCredentialsError,
    PosGoneError,
    PosNeedsHumanError,
    PosThrottledError,
    UnsupportedByPosError,
)
from rollcall.pos.simulator import RunningSimulator

LIST = "/v1/customers/"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with maui(tmp_path) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[FlowhubClient]:
    with opened(simulator, page_size=20) as client:
        yield client


def everybody() -> Window:
    return Window(kind=WindowKind.FULL, since=None, until=utc_now())


def ids(client: FlowhubClient, window: Window) -> list[str]:
    return [str(row["id"]) for page in client.iter_pages(window) for row in page.rows]


def settings(**changes: object) -> FlowhubSettings:
    given = {"client_id": "c", "api_key": "k", "store_id": "s", **changes}
    return FlowhubSettings.model_validate(given)


class TestCheck:
    @pytest.mark.parametrize("envelope", ["data", "locations", "array"])
    def test_tells_the_company(
        self, simulator: RunningSimulator, client: FlowhubClient, envelope: str
    ) -> None:
        simulator.control.set_habits(locations=envelope)

        info = client.check()

        assert (info.account_key, info.label) == ("a-company", "Alderway")

    @pytest.mark.parametrize("store", ["kQ7vTn2mXsB4wLh9e", "KQ7VTN2MXSB4WLH9E"])
    def test_knows_a_store_by_its_older_id(self, simulator: RunningSimulator, store: str) -> None:
        with opened(simulator, store_id=store) as client:
            assert client.check().label == "Alderway"

    def test_a_store_of_somebody_else_is_named(self, simulator: RunningSimulator) -> None:
        with (
            opened(simulator, store_id="nowhere") as client,
            pytest.raises(PosNeedsHumanError) as caught,
        ):
            client.check()
        assert caught.value.code == "store_unknown"

    @pytest.mark.parametrize("wrong", [{"api_key": "wrong"}, {"client_id": "wrong"}])
    def test_each_of_the_two_headers_counts(
        self, simulator: RunningSimulator, wrong: dict[str, object]
    ) -> None:
        with opened(simulator, **wrong) as client, pytest.raises(PosCredentialsError) as caught:
            client.check()
        assert caught.value.code == "http_401"

    def test_a_wrong_address_is_told_from_an_empty_list(self, simulator: RunningSimulator) -> None:
        with (
            opened(simulator, base_url=f"{simulator.url}/v9") as client,
            pytest.raises(PosNeedsHumanError, match="base URL"),
        ):
            client.check()

    def test_throttling_without_a_pause_is_waited_for(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        simulator.control.set_faults(throttle_burst=1)
        assert client.check().account_key == "a-company"

        simulator.control.set_faults(throttle_burst=99)
        with pytest.raises(PosThrottledError) as caught:
            client.check()
        assert caught.value.retry_after_s is None


class TestTheAccount:
    def test_is_one_for_all_stores_of_the_company(self, tmp_path: Path) -> None:
        with maui(tmp_path, people=10, locations=2) as simulator:
            east, west = (FlowhubSettings.model_validate(one) for one in simulator.locations)
            with opened(simulator, store_id=west.store_id) as client:
                assert len(ids(client, everybody())) == 10

        assert east.store_id != west.store_id
        assert CONNECTOR.account_key(east) == CONNECTOR.account_key(west) == "a-company"
        assert CONNECTOR.credential(east) == CONNECTOR.credential(west)

    def test_is_another_one_if_only_a_type_is_read(self) -> None:
        both, medical = settings(), settings(customer_type_filter="medCustomer")

        assert (CONNECTOR.account_key(both), CONNECTOR.account_key(medical)) == (
            "c",
            "c/medCustomer",
        )
        assert CONNECTOR.credential(both) == CONNECTOR.credential(medical)

    def test_of_a_type_holds_nobody_else(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        types = {c["pos_id"]: c["customer_type"] for c in simulator.control.customers()}
        medical = {pos_id for pos_id, told in types.items() if told == "medical"}
        other = next(pos_id for pos_id in types if pos_id not in medical)

        with opened(simulator, customer_type_filter="medCustomer") as filtered:
            assert 0 < len(medical) < 60
            assert set(ids(filtered, everybody())) == medical
            with pytest.raises(PosGoneError):
                filtered.get(other)
            assert filtered.find(Criteria(external_id=other)) == []
        assert client.get(other)["id"] == other


class TestSettings:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"base_url": "http://api.flowhub.co"},
            {"base_url": "ftp://127.0.0.1"},
            {"requests_per_second": 46},
            {"requests_per_second": 0},
            {"page_size": 19},
            {"page_size": 10_001},
            {"api_key": ""},
            {"api_key": "a key"},
            {"api_key": "kéy"},
            {"client_id": ""},
            {"client_id": "c\r\nx: y"},
            {"store_id": ""},
            {"customer_type_filter": "all"},
            {"group_ids": ["VIP"]},
            {"unknown": 1},
        ],
    )
    def test_that_cannot_be_are_refused(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            settings(**wrong)

    def test_do_not_show_the_key(self) -> None:
        assert "k3y" not in repr(settings(api_key="k3y"))

    def test_of_a_simulator_have_no_limit(self) -> None:
        local = settings(base_url="http://127.0.0.1:8100", requests_per_second=1000)

        assert CONNECTOR.requests_per_second(local) == 1000
        assert CONNECTOR.requests_per_second(settings()) == 5


class TestGet:
    @pytest.mark.parametrize(
        "pos_id",
        [
            "findByPhoneNumber",
            "FINDBYPHONENUMBER",
            "",
            "..",
            "a/b",
            "a?b=c",
            "x" * 201,
            "é",
            "unknown",
        ],
    )
    def test_of_what_is_no_customer_is_gone(self, client: FlowhubClient, pos_id: str) -> None:
        with pytest.raises(PosGoneError):
            client.get(pos_id)

    def test_asks_for_no_path_but_its_own(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        with pytest.raises(PosGoneError):
            client.get("findByPhoneNumber")

        assert simulator.control.requests() == []

    def test_of_somebody_else_is_gone(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        one, other = ids(client, everybody())[:2]
        simulator.control.patch(one, raw={"id": other})

        with pytest.raises(PosGoneError) as caught:
            client.get(one)
        assert caught.value.code == "id_differs"

    def test_of_a_merged_id_is_gone_and_lists_lack_it(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        donor, survivor = ids(client, everybody())[:2]
        simulator.control.merge(donor, into=survivor)

        with pytest.raises(PosGoneError):
            client.get(donor)
        left = ids(client, everybody())
        assert (donor in left, survivor in left, len(set(left))) == (False, True, 59)


class TestFind:
    @pytest.mark.parametrize("phone", ["+17205550143", "(720) 555-0143", "720.555.0143"])
    def test_by_phone_in_any_spelling(
        self, simulator: RunningSimulator, client: FlowhubClient, phone: str
    ) -> None:
        pos_id = simulator.control.create(
            given_name="Zoë", family_name="Quill", phone="720-555-0143"
        )

        assert [row["id"] for row in client.find(Criteria(phone=phone))] == [pos_id]

    @pytest.mark.parametrize("told", ["national", "digits", "e164"])
    def test_by_phone_however_it_is_told(
        self, simulator: RunningSimulator, client: FlowhubClient, told: str
    ) -> None:
        simulator.control.set_habits(phone_format=told)
        pos_id = simulator.control.create(
            given_name="Zoë", family_name="Quill", phone="+17205550143"
        )

        assert [row["id"] for row in client.find(Criteria(phone="7205550143"))] == [pos_id]

    @pytest.mark.parametrize(
        "style", ["404", "204", "null", "empty_object", "empty_list", "no_body"]
    )
    def test_of_a_phone_that_nobody_has_is_empty(
        self, simulator: RunningSimulator, client: FlowhubClient, style: str
    ) -> None:
        simulator.control.set_habits(unknown_phone=style)

        assert client.find(Criteria(phone="+17205550143")) == []

    @pytest.mark.parametrize(("match", "expected"), [("oldest", 0), ("newest", 1)])
    def test_on_a_shared_phone_gives_one_of_them(
        self, simulator: RunningSimulator, client: FlowhubClient, match: str, expected: int
    ) -> None:
        simulator.control.set_habits(phone_match=match)
        both = [
            simulator.control.create(given_name=name, family_name="Quill", phone="+17205550143")
            for name in ("Zoë", "Max")
        ]

        found = client.find(Criteria(phone="+17205550143"))

        assert [row["id"] for row in found] == [both[expected]]

    @pytest.mark.parametrize(
        ("criteria", "fits"),
        [
            ({"given_name": "ana"}, True),
            ({"given_name": "Ana Maria"}, True),
            ({"given_name": "Eva"}, False),
            ({"family_name": "de la cruz"}, True),
            ({"family_name": "cruz"}, True),
            ({"family_name": "la"}, False),
            ({"email": "ANA@example.com"}, True),
            ({"email": "eva@example.com"}, False),
            ({"born_on": dt.date(1990, 1, 2)}, True),
            ({"born_on": dt.date(1990, 2, 1)}, False),
            ({"licence": "never told"}, True),
        ],
    )
    def test_leaves_out_who_does_not_fit(
        self,
        simulator: RunningSimulator,
        client: FlowhubClient,
        criteria: dict[str, object],
        fits: bool,
    ) -> None:
        simulator.control.create(
            given_name="Ana", middle_name="Maria", family_name="de la Cruz",
            born_on="1990-01-02", email="ana@example.com", phone="+17205550143",
        )  # fmt: skip
        asked = Criteria(**{"phone": "+17205550143", **criteria})  # type: ignore[arg-type]  # a table

        assert bool(client.find(asked)) is fits

    @pytest.mark.parametrize(
        "criteria",
        [
            Criteria(),
            Criteria(email="x@example.com"),
            Criteria(licence="x"),
            Criteria(given_name="Ana", family_name="Lee", born_on=dt.date(1990, 1, 2)),
            Criteria(phone="call Ana"),
        ],
    )
    def test_by_anything_else_is_not_possible(
        self, simulator: RunningSimulator, client: FlowhubClient, criteria: Criteria
    ) -> None:
        with pytest.raises(UnsupportedByPosError):
            client.find(criteria)
        assert simulator.control.requests() == []

    def test_by_an_unknown_id_is_empty(self, client: FlowhubClient) -> None:
        assert client.find(Criteria(external_id="unknown")) == []


class TestRequests:
    def test_hold_both_headers_and_no_secret_in_the_address(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        ids(client, everybody())

        assert requests_to(simulator, "GET", LIST) == 4
        assert KEY not in repr(simulator.control.requests())
