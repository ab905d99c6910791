"""How the client asks Cova, against the simulator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.cova.client import CovaClient
from rollcall.pos.connectors.cova.connector import CONNECTOR, CovaSettings
from rollcall.pos.connectors.cova.tests.cova import (
    OPTIONS,
    Unlimited,
    canonical,
    cova,
    direct,
    opened,
    requests_to,
)
from rollcall.pos.contract import Criteria, OpenOptions, Window, WindowKind
from rollcall.pos.errors import (
    PosCredentialsError,
    PosGoneError,
    PosNeedsHumanError,
    PosThrottledError,
    PosUnavailableError,
    UnsupportedByPosError,
)
from rollcall.pos.simulator import RunningSimulator

TOKEN = "/oauth2/token"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with cova(tmp_path) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[CovaClient]:
    with opened(simulator, page_size=20) as client:
        yield client


def everybody() -> Window:
    return Window(kind=WindowKind.FULL, since=None, until=utc_now())


def since(**ago: float) -> Window:
    now = utc_now()
    return Window(kind=WindowKind.INCREMENTAL, since=now - dt.timedelta(**ago), until=now)


def ids(client: CovaClient, window: Window, token: str | None = None) -> list[str]:
    pages = client.iter_pages(window, resume_token=token)
    return [str(row["Id"]) for page in pages for row in page.rows]


def all_ids(simulator: RunningSimulator) -> set[str]:
    return {customer["pos_id"] for customer in simulator.control.customers()}


class TestSettings:
    @pytest.fixture
    def given(self, simulator: RunningSimulator) -> dict[str, object]:
        return simulator.settings

    @pytest.mark.parametrize("key", ["token_url", "base_url"])
    def test_refuse_plain_http_to_strangers(self, given: dict[str, object], key: str) -> None:
        with pytest.raises(ValidationError, match="https"):
            CovaSettings.model_validate({**given, key: "http://api.covasoft.net/crm/v1"})

    @pytest.mark.parametrize("company", ["", "0", "12a", "1)/x", "12345678901"])
    def test_refuse_a_company_that_is_no_number(
        self, given: dict[str, object], company: str
    ) -> None:
        with pytest.raises(ValidationError):
            CovaSettings.model_validate({**given, "company_id": company})

    def test_refuse_a_speed_that_strangers_do_not_take(self, given: dict[str, object]) -> None:
        real = {
            "base_url": "https://api.covasoft.net/crm/v1",
            "token_url": "https://accounts.iqmetrix.net/v1/oauth2/token",
        }
        with pytest.raises(ValidationError, match="by the minute"):
            CovaSettings.model_validate({**given, **real, "requests_per_second": 11})

    def test_name_the_account_by_its_company(self, given: dict[str, object]) -> None:
        assert CONNECTOR.account_key(CovaSettings.model_validate(given)) == "655408"


class TestCheck:
    def test_tells_the_company(self, client: CovaClient) -> None:
        info = client.check()

        assert (info.account_key, info.label) == ("655408", "Cova company 655408")

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [("client_id", "invalid_client"), ("client_secret", "invalid_client"),
         ("username", "invalid_grant"), ("password", "invalid_grant")],
    )  # fmt: skip
    def test_names_what_the_token_host_refuses(
        self, simulator: RunningSimulator, wrong: str, code: str
    ) -> None:
        with (
            opened(simulator, **{wrong: "wrong"}) as client,
            pytest.raises(PosCredentialsError) as caught,
        ):
            client.check()
        assert caught.value.code == code

    def test_a_company_of_somebody_else_is_refused(self, simulator: RunningSimulator) -> None:
        with (
            opened(simulator, company_id="1") as client,
            pytest.raises(PosCredentialsError, match="company") as caught,
        ):
            client.check()
        assert caught.value.code == "http_403"

    @pytest.mark.parametrize("path", ["/crm/v2", "/v1/crm"])
    def test_a_wrong_address_is_told_as_such(self, simulator: RunningSimulator, path: str) -> None:
        with (
            opened(simulator, base_url=simulator.url + path) as client,
            pytest.raises(PosNeedsHumanError, match="base URL"),
        ):
            client.check()

    def test_an_extension_that_is_not_there_is_told(self, simulator: RunningSimulator) -> None:
        with (
            opened(simulator, licence_extension="Licence Nr") as client,
            pytest.raises(PosNeedsHumanError) as caught,
        ):
            client.check()
        assert caught.value.code == "extension_unknown"

    def test_a_gateway_that_tells_no_extensions_is_enough_to_read(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        simulator.control.set_habits(gateway="documented")

        assert client.check().account_key == "655408"
        assert set(ids(client, everybody())) == all_ids(simulator)


class TestTokens:
    def test_are_kept_for_their_life(self, simulator: RunningSimulator, client: CovaClient) -> None:
        client.check()
        ids(client, everybody())

        assert requests_to(simulator, "POST", TOKEN) == 1

    def test_are_renewed_at_nine_tenths_of_their_life(self, simulator: RunningSimulator) -> None:
        now = [1000.0]
        checked = CovaSettings.model_validate(simulator.settings)
        options = OpenOptions(**{**vars(OPTIONS), "rate_limiter": Unlimited()})
        with CONNECTOR.open(checked, options) as client:
            client._monotonic = lambda: now[0]
            client.check()
            now[0] += 43_199 * 0.9 - 1
            client.find(Criteria(email="x@example.com"))
            before = requests_to(simulator, "POST", TOKEN)
            now[0] += 2
            client.find(Criteria(email="x@example.com"))

        assert (before, requests_to(simulator, "POST", TOKEN)) == (1, 2)

    @pytest.mark.parametrize("denied", ["service", "gateway"])
    def test_that_ended_early_are_renewed_once(
        self, simulator: RunningSimulator, client: CovaClient, denied: str
    ) -> None:
        client.check()
        simulator.control.set_habits(denied=denied)
        simulator.control.set_faults(expire_tokens_after=1)
        with pytest.raises(PosCredentialsError) as caught:
            client.find(Criteria(email="x@example.com"))
        simulator.control.set_faults(expire_tokens_after=0)

        assert caught.value.code == "http_401"
        assert requests_to(simulator, "POST", TOKEN) == 2
        assert client.find(Criteria(email="x@example.com")) == []


class TestLists:
    @pytest.mark.parametrize(
        "habits",
        [{"media": "hal"}, {"media": "json"}, {"paging": "ignored"}, {"page_cap": 25},
         {"order": "modified"}, {"bulk_timeout": 30}, {"tells_modified": False}],
        ids=str,
    )  # fmt: skip
    def test_are_read_whole_whatever_the_host_is_like(
        self, simulator: RunningSimulator, habits: dict[str, object]
    ) -> None:
        simulator.control.set_habits(**habits)

        with opened(simulator) as client:
            assert set(ids(client, everybody())) == all_ids(simulator)

    @pytest.mark.parametrize("size", [20, 30, 60, 61])
    def test_that_ignore_paging_are_read_with_any_page_size(
        self, simulator: RunningSimulator, size: int
    ) -> None:
        simulator.control.set_habits(paging="ignored")

        with opened(simulator, page_size=size) as client:
            assert set(ids(client, everybody())) == all_ids(simulator)

    def test_that_begin_anew_on_each_page_are_refused(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        simulator.control.set_habits(paging="first_page")

        with pytest.raises(PosUnavailableError) as caught:
            ids(client, everybody())
        assert caught.value.code == "skip_ignored"

    def test_of_pages_too_small_to_overlap_are_refused(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        simulator.control.set_habits(page_cap=7)

        with pytest.raises(PosUnavailableError) as caught:
            ids(client, everybody())
        assert caught.value.code == "page_tiny"

    def test_that_may_have_been_cut_are_refused(self, tmp_path: Path) -> None:
        with cova(tmp_path, people=50) as simulator, opened(simulator, page_size=20) as client:
            simulator.control.set_habits(paging="ignored")

            with pytest.raises(PosUnavailableError) as caught:
                ids(client, everybody())
        assert caught.value.code == "page_too_long"

    @pytest.mark.parametrize("empty", ["no_self", "empty_self"])
    def test_that_are_empty_in_hal_are_empty(
        self, simulator: RunningSimulator, client: CovaClient, empty: str
    ) -> None:
        simulator.control.set_habits(media="hal", empty_hal=empty)

        assert ids(client, since(hours=1)) == []

    def test_of_changes_begin_at_a_moment(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        first, second = sorted(all_ids(simulator))[:2]
        simulator.control.patch(first, notes="now")
        simulator.control.merge(second, into=first)

        assert set(ids(client, since(minutes=1))) == {first, second}

    def test_ask_for_smaller_pages_after_a_time_out_of_the_server(
        self, simulator: RunningSimulator
    ) -> None:
        simulator.control.set_habits(bulk_timeout=10)

        with opened(simulator) as client, pytest.raises(PosUnavailableError) as caught:
            ids(client, everybody())
        # 100, 50, 25 and 20 rows, each twice.
        assert caught.value.code == "http_500"
        assert requests_to(simulator, "GET", "/CustomerFull") == 8

    @pytest.mark.parametrize("token", ["x", "[]", '{"offset": -1, "anchors": []}', '{"offset": 1}'])
    def test_refuse_tokens_of_others(self, client: CovaClient, token: str) -> None:
        with pytest.raises(ValueError, match="not a"):
            ids(client, everybody(), token)

    def test_under_a_wrong_address_say_so(self, simulator: RunningSimulator) -> None:
        with (
            opened(simulator, base_url=f"{simulator.url}/crm/v2") as client,
            pytest.raises(PosNeedsHumanError),
        ):
            ids(client, everybody())


class TestGet:
    def test_takes_an_id_in_capitals(self, simulator: RunningSimulator, client: CovaClient) -> None:
        pos_id = min(all_ids(simulator))

        assert client.get(pos_id.upper())["Id"] == pos_id

    @pytest.mark.parametrize("pos_id", ["", "5", "../Customers", "0" * 36, "a" * 36])
    def test_asks_for_nothing_that_is_no_id(
        self, simulator: RunningSimulator, client: CovaClient, pos_id: str
    ) -> None:
        with pytest.raises(PosGoneError):
            client.get(pos_id)
        assert simulator.control.requests() == []

    def test_does_not_take_a_missing_operation_for_a_missing_customer(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        simulator.control.set_habits(gateway="documented")

        with pytest.raises(UnsupportedByPosError):
            client.get(min(all_ids(simulator)))

    def test_works_past_the_gateway(self, simulator: RunningSimulator) -> None:
        pos_id = min(all_ids(simulator))

        with opened(simulator, **direct(simulator)) as client:
            assert client.get(pos_id)["Id"] == pos_id


class TestFind:
    @pytest.fixture
    def ana(self, simulator: RunningSimulator) -> str:
        return simulator.control.create(
            given_name="Ana", family_name="O'Brien-Xu", born_on="1990-02-03",
            phone="7205550177", email="ana.xu@example.com", licence="X-123",
        )  # fmt: skip

    @pytest.mark.parametrize(
        "criteria",
        [Criteria(phone="+1 720 555 0177"), Criteria(email="ANA.XU@example.com"),
         Criteria(family_name="o'brien-xu", born_on=dt.date(1990, 2, 3)),
         Criteria(family_name="O'Brien-Xu", given_name="ana"), Criteria(licence="x-123"),
         Criteria(phone="7205550177", born_on=dt.date(1990, 2, 3))],
        ids=["phone", "email", "birth", "names", "licence", "phone and birth"],
    )  # fmt: skip
    @pytest.mark.parametrize("past_gateway", [False, True])
    def test_finds_somebody(
        self, simulator: RunningSimulator, ana: str, criteria: Criteria, past_gateway: bool
    ) -> None:
        settings = direct(simulator) if past_gateway else {}

        with opened(simulator, **settings) as client:
            assert [row["Id"] for row in client.find(criteria)] == [ana]

    @pytest.mark.parametrize(
        "stored", ["(720) 555-0177", "720-555-0177", "+17205550177", "17205550177", "7205550177"]
    )
    @pytest.mark.parametrize("past_gateway", [False, True])
    def test_finds_a_phone_in_every_spelling(
        self, simulator: RunningSimulator, ana: str, stored: str, past_gateway: bool
    ) -> None:
        method = {"Id": "m", "ContactMethodCategoryId": 1, "ContactMethodTypeId": 3,
                  "Value": stored, "Default": True, "DoNotContact": False}  # fmt: skip
        simulator.control.patch(ana, raw={"ContactMethods": [method]})
        simulator.control.set_habits(phone_search="exact")
        settings = direct(simulator) if past_gateway else {}

        with opened(simulator, **settings) as client:
            found = client.find(Criteria(phone="+17205550177"))

        assert [row["Id"] for row in found] == [ana]

    def test_asks_once_where_spellings_do_not_matter(
        self, simulator: RunningSimulator, client: CovaClient, ana: str
    ) -> None:
        method = {"Id": "m", "ContactMethodCategoryId": 1, "ContactMethodTypeId": 3,
                  "Value": "(720) 555-0177", "Default": True, "DoNotContact": False}  # fmt: skip
        simulator.control.patch(ana, raw={"ContactMethods": [method]})

        assert len(client.find(Criteria(phone="7205550177"))) == 1
        assert requests_to(simulator, "POST", "/Search") == 1

    def test_leaves_out_who_does_not_fit(
        self, simulator: RunningSimulator, client: CovaClient, ana: str
    ) -> None:
        criteria = Criteria(phone="7205550177", born_on=dt.date(1991, 2, 3))

        assert client.find(criteria) == []
        assert client.find(Criteria(external_id=ana, family_name="Else")) == []

    def test_finds_nobody_by_an_unknown_id(self, client: CovaClient) -> None:
        assert client.find(Criteria(external_id="7f2c1c1e-3f0e-4f4e-9f59-0f6a2d6b1a01")) == []

    @pytest.mark.parametrize(
        "criteria",
        [Criteria(), Criteria(given_name="Ana"), Criteria(family_name="Xu"),
         Criteria(born_on=dt.date(1990, 2, 3))],
        ids=["nothing", "given", "family", "born"],
    )  # fmt: skip
    def test_says_what_it_cannot_ask(self, client: CovaClient, criteria: Criteria) -> None:
        with pytest.raises(UnsupportedByPosError):
            client.find(criteria)

    def test_cannot_ask_for_a_licence_without_an_extension(
        self, simulator: RunningSimulator
    ) -> None:
        with (
            opened(simulator, licence_extension="") as client,
            pytest.raises(UnsupportedByPosError),
        ):
            client.find(Criteria(licence="X-123"))

    def test_quotes_what_is_searched(self, simulator: RunningSimulator) -> None:
        hostile = "x' or Criteria eq 'y"

        with opened(simulator, **direct(simulator)) as client:
            assert client.find(Criteria(email=f"{hostile}@example.com")) == []
        assert requests_to(simulator, "GET", "/CustomerSearch") == 1

    def test_row_that_cannot_be_taken_over_is_found_all_the_same(
        self, simulator: RunningSimulator, client: CovaClient, ana: str
    ) -> None:
        simulator.control.patch(ana, raw={"DateOfBirth": "2023-02-30"})

        assert [row["Id"] for row in client.find(Criteria(phone="7205550177"))] == [ana]


class TestLimits:
    def test_are_told_with_their_pause(self, tmp_path: Path) -> None:
        with cova(tmp_path, no_limits=False) as simulator, opened(simulator) as client:
            simulator.control.set_habits(rate_limit=0)
            # The server may ask for less than a minute, which is waited for; not in a test.
            client._http._sleep = lambda _seconds: None
            with pytest.raises(PosThrottledError) as caught:
                ids(client, everybody())

        assert caught.value.retry_after_s is not None
        assert 0 < caught.value.retry_after_s <= 60


class TestExtensions:
    def test_are_read_only_if_the_settings_name_them(self, simulator: RunningSimulator) -> None:
        ana = simulator.control.create(given_name="Ana", licence="X-123")
        told = []
        for name in ("", "driver licence"):
            with opened(simulator, licence_extension=name, medical_id_extension="") as client:
                told.append(canonical(client.get(ana)).fields)

        assert "licence" not in told[0]
        assert told[1]["licence"] == "X-123"
        assert "medical_id" not in told[1]
