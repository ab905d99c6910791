"""How the client asks Dutchie, against the simulator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.leaflogix.client import LeaflogixClient
from rollcall.pos.connectors.leaflogix.connector import CONNECTOR, LeaflogixSettings
from rollcall.pos.connectors.leaflogix.tests.dutchie import (
    KEY,
    dutchie,
    opened,
    requests_to,
    set_habits,
)
from rollcall.pos.contract import Criteria, Window, WindowKind
from rollcall.pos.errors import (
    PosCredentialsError,
    PosGoneError,
    PosNeedsHumanError,
    PosRefusedDataError,
    PosThrottledError,
    PosUnavailableError,
    UnsupportedByPosError,
)
from rollcall.pos.simulator import RunningSimulator

LIST = "/customer/customers-paginated"
FIRST = "48210001"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with dutchie(tmp_path) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[LeaflogixClient]:
    with opened(simulator, page_size=20) as client:
        yield client


def everybody() -> Window:
    return Window(kind=WindowKind.FULL, since=None, until=utc_now())


def since(**ago: float) -> Window:
    now = utc_now()
    return Window(kind=WindowKind.INCREMENTAL, since=now - dt.timedelta(**ago), until=now)


def ids(client: LeaflogixClient, window: Window, token: str | None = None) -> list[str]:
    pages = client.iter_pages(window, resume_token=token)
    return [str(row["customerId"]) for page in pages for row in page.rows]


def all_ids(simulator: RunningSimulator) -> set[str]:
    return {customer["pos_id"] for customer in simulator.control.customers()}


class TestCheck:
    @pytest.mark.parametrize("style", ["camel", "pascal"])
    def test_tells_the_company_if_profiles_are_shared(
        self, simulator: RunningSimulator, client: LeaflogixClient, style: str
    ) -> None:
        set_habits(simulator, whoami=style)

        info = client.check()

        assert (info.account_key, info.label) == ("company-25408", "Alderway")

    def test_tells_the_location_if_they_are_not(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        set_habits(simulator, shares_profiles=False)

        info = client.check()

        assert (info.account_key, info.label) == ("location-254081", "Location 1")

    def test_two_locations_that_share_profiles_have_one_account(
        self, simulator: RunningSimulator
    ) -> None:
        with opened(simulator) as east, opened(simulator, api_key=f"{KEY}-2") as west:
            assert east.check().account_key == west.check().account_key
            assert set(ids(east, everybody())) == set(ids(west, everybody()))

    def test_two_locations_that_do_not_have_two(self, simulator: RunningSimulator) -> None:
        set_habits(simulator, shares_profiles=False)

        with opened(simulator) as east, opened(simulator, api_key=f"{KEY}-2") as west:
            assert east.check().account_key != west.check().account_key
            lists = ids(east, everybody()), ids(west, everybody())
        assert sorted(lists[0] + lists[1]) == sorted(all_ids(simulator))

    def test_names_the_scope_that_a_key_lacks(self, simulator: RunningSimulator) -> None:
        with (
            opened(simulator, api_key=f"{KEY}-noscope") as client,
            pytest.raises(PosCredentialsError, match="lacks the scope Customer") as caught,
        ):
            client.check()
        assert caught.value.code == "http_403"

    def test_a_wrong_integrator_key_is_refused(self, simulator: RunningSimulator) -> None:
        with (
            opened(simulator, integrator_key="wrong") as client,
            pytest.raises(PosCredentialsError) as caught,
        ):
            client.check()
        assert caught.value.code == "http_401"

    def test_the_integrator_key_is_the_password(self, simulator: RunningSimulator) -> None:
        with opened(simulator, integrator_key="simulated-client-id") as client:
            assert client.check().account_key == "company-25408"

    def test_a_wrong_address_is_told_as_such(self, simulator: RunningSimulator) -> None:
        with (
            opened(simulator, base_url=f"{simulator.url}/v1") as client,
            pytest.raises(PosNeedsHumanError, match="base URL"),
        ):
            client.check()

    def test_works_where_pages_start_at_1(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        set_habits(simulator, page_base=1, page_zero="400")

        assert client.check().account_key == "company-25408"

    def test_keeps_keys_out_of_every_representation(self, simulator: RunningSimulator) -> None:
        with opened(simulator, integrator_key="simulated-client-id") as client:
            client.check()
            shown = repr(vars(client)) + repr(client) + repr(vars(client._reader))

        assert KEY not in shown
        assert "YS1rZXk6" not in shown
        assert "simulated-client-id" not in shown


class TestPages:
    @pytest.mark.parametrize("zero", ["like_1", "empty", "400"])
    @pytest.mark.parametrize("people", [0, 1, 19, 20, 21, 40, 60])
    def test_of_a_server_that_counts_from_1_lose_nobody(
        self, tmp_path: Path, zero: str, people: int
    ) -> None:
        with dutchie(tmp_path, people=max(people, 1)) as simulator:
            if not people:
                simulator.control.delete(FIRST)
            set_habits(simulator, page_base=1, page_zero=zero)
            with opened(simulator, page_size=20) as client:
                assert set(ids(client, everybody())) == all_ids(simulator)
                assert ids(client, since(minutes=5)) == []

    def test_that_fail_at_0_lose_nobody_once_that_is_allowed(
        self, simulator: RunningSimulator
    ) -> None:
        set_habits(simulator, page_base=1, page_zero="500")

        with opened(simulator, page_size=20) as client, pytest.raises(PosUnavailableError):
            ids(client, everybody())
        with opened(simulator, page_size=20, zero_may_fail=True) as client:
            assert set(ids(client, everybody())) == all_ids(simulator)

    def test_that_may_fail_at_0_and_do_not_lose_nobody(self, simulator: RunningSimulator) -> None:
        with opened(simulator, page_size=20, zero_may_fail=True) as client:
            assert set(ids(client, everybody())) == all_ids(simulator)

    @pytest.mark.parametrize("shifts", [True, False])
    @pytest.mark.parametrize("base", [0, 1])
    @pytest.mark.parametrize("cap", [20, 25, 59, 60, 61])
    def test_that_are_shorter_than_asked_lose_nobody(
        self, simulator: RunningSimulator, shifts: bool, base: int, cap: int
    ) -> None:
        set_habits(simulator, page_cap=cap, cap_shifts=shifts, page_base=base)

        with opened(simulator, page_size=1000) as client:
            assert set(ids(client, everybody())) == all_ids(simulator)

    def test_that_are_too_short_are_refused(self, simulator: RunningSimulator) -> None:
        set_habits(simulator, page_cap=5)

        with opened(simulator) as client, pytest.raises(PosUnavailableError) as caught:
            ids(client, everybody())
        assert caught.value.code == "page_tiny"

    @pytest.mark.parametrize("base", [0, 1])
    def test_that_end_in_the_middle_of_the_list_are_gone_on_with(
        self, simulator: RunningSimulator, base: int
    ) -> None:
        set_habits(simulator, page_base=base, page_zero="400")
        with opened(simulator, page_size=20) as client:
            pages = list(client.iter_pages(everybody()))
        seen: set[str] = set()

        for page in pages:
            seen |= {str(row["customerId"]) for row in page.rows}
            with opened(simulator, page_size=20) as client:
                rest = ids(client, everybody(), page.resume_token)
            assert seen | set(rest) == all_ids(simulator)
            assert len(rest) <= 60 - len(seen) + 20

    def test_cost_one_question_more_than_the_list_has(self, simulator: RunningSimulator) -> None:
        with opened(simulator, page_size=1000) as client:
            ids(client, everybody())

        assert requests_to(simulator, LIST) == 2

    def test_refuse_a_token_of_somebody_else(self, client: LeaflogixClient) -> None:
        for token in ("[]", "x"):
            with pytest.raises(ValueError, match="not a resume token"):
                client.iter_pages(everybody(), resume_token=token)

    def test_under_a_wrong_address_say_so(self, simulator: RunningSimulator) -> None:
        with (
            opened(simulator, base_url=f"{simulator.url}/nowhere") as client,
            pytest.raises(PosNeedsHumanError, match="base URL"),
        ):
            ids(client, everybody())


class TestWindows:
    def test_longer_than_the_range_are_read_in_parts(self, simulator: RunningSimulator) -> None:
        with opened(simulator, page_size=20) as client:
            found = ids(client, since(days=365 * 11))

        assert set(found) == all_ids(simulator)

    def test_longer_than_the_location_allows_say_so(self, simulator: RunningSimulator) -> None:
        set_habits(simulator, range_days=30)

        with opened(simulator) as client, pytest.raises(PosRefusedDataError) as caught:
            ids(client, since(days=80))
        assert caught.value.code == "range_refused"
        assert 'lower "Days at once"' in str(caught.value)

    def test_fit_the_location_once_it_is_set(self, simulator: RunningSimulator) -> None:
        set_habits(simulator, range_days=30)
        simulator.control.patch(FIRST, email="new@example.com")

        with opened(simulator, range_days=30) as client:
            assert ids(client, since(days=80)) == [FIRST]

    def test_go_on_in_the_part_where_they_were_left(self, simulator: RunningSimulator) -> None:
        window = since(days=365 * 11)
        with opened(simulator, page_size=20) as client:
            pages = list(client.iter_pages(window))
        asked = requests_to(simulator, LIST)

        with opened(simulator, page_size=20) as client:
            ids(client, window, pages[-1].resume_token)

        assert requests_to(simulator, LIST) - asked <= 4

    def test_reach_both_ends(self, simulator: RunningSimulator, client: LeaflogixClient) -> None:
        changed = simulator.control.patch(FIRST, email="new@example.com")
        at = dt.datetime.fromisoformat(changed["updated_at"])

        for lower, upper in ((at, at + dt.timedelta(hours=1)), (at - dt.timedelta(hours=1), at)):
            window = Window(kind=WindowKind.INCREMENTAL, since=lower, until=upper)
            assert ids(client, window) == [FIRST]

    def test_that_end_before_they_begin_are_read_all_the_same(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        now = utc_now()
        window = Window(kind=WindowKind.INCREMENTAL, since=now, until=now - dt.timedelta(hours=1))
        simulator.control.patch(FIRST, email="new@example.com")

        assert ids(client, window) == [FIRST]

    def test_what_shows_up_late_is_in_the_next_one(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        set_habits(simulator, lag_s=290)
        simulator.control.patch(FIRST, email="new@example.com")
        first = since(minutes=10)

        assert ids(client, first) == []

        simulator.control.set_clock(skew_s=300)
        until = first.until + dt.timedelta(minutes=5)
        following = first.until - CONNECTOR.limits.overlap
        window = Window(kind=WindowKind.INCREMENTAL, since=following, until=until)
        assert ids(client, window) == [FIRST]

    def test_without_a_beginning_are_whole_lists(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        window = Window(kind=WindowKind.INCREMENTAL, since=None, until=utc_now())

        assert set(ids(client, window)) == all_ids(simulator)


class TestGuests:
    @pytest.mark.parametrize("obeys", [True, False])
    def test_are_left_out_whether_or_not_the_pos_does(
        self, simulator: RunningSimulator, client: LeaflogixClient, obeys: bool
    ) -> None:
        set_habits(simulator, guests=25, obeys_anonymous=obeys)

        assert set(ids(client, everybody())) == all_ids(simulator)

    def test_are_read_if_wanted(self, simulator: RunningSimulator) -> None:
        with opened(simulator, page_size=20, include_anonymous=True) as client:
            found = set(ids(client, everybody()))

        assert found - all_ids(simulator) == {"51100001", "51100002", "51100003"}

    def test_are_there_when_asked_for_by_id(self, client: LeaflogixClient) -> None:
        assert client.get("51100001")["isAnonymous"] is True


class TestGet:
    @pytest.mark.parametrize(
        "external_id", ["", "x", "0", "-1", "2147483648", "9" * 30, "1&uniqueId=2", "\uff11"]
    )
    def test_what_is_no_id_is_never_asked_for(
        self, simulator: RunningSimulator, client: LeaflogixClient, external_id: str
    ) -> None:
        with pytest.raises(PosGoneError):
            client.get(external_id)

        assert simulator.control.requests() == []

    def test_reads_one(self, client: LeaflogixClient) -> None:
        assert client.get(FIRST)["customerId"] == int(FIRST)

    def test_who_is_not_there_is_gone(self, client: LeaflogixClient) -> None:
        with pytest.raises(PosGoneError):
            client.get("2147483647")

    def test_who_is_not_there_is_gone_without_a_body_too(
        self, simulator: RunningSimulator, client: LeaflogixClient
    ) -> None:
        set_habits(simulator, not_found="empty")

        with pytest.raises(PosGoneError):
            client.get("2147483647")


class TestFind:
    @pytest.fixture
    def pos_id(self, simulator: RunningSimulator) -> str:
        return simulator.control.create(
            given_name="Zoë", family_name="O'Neil", phone="(415) 555-0199",
            email="zoe+shop@example.com", licence="D 12/34", born_on="1990-05-06",
        )  # fmt: skip

    @pytest.mark.parametrize(
        "criteria",
        [
            Criteria(email="ZOE+shop@example.com"),
            Criteria(phone="+1 415 555 0199"),
            Criteria(licence="D 12/34"),
            Criteria(licence="D 12/34", given_name=" zoë"),
            Criteria(family_name="o'neil", born_on=dt.date(1990, 5, 6)),
            Criteria(email="zoe+shop@example.com", phone="4155550199", family_name="O'NEIL"),
        ],
    )
    def test_finds_by_what_dutchie_offers(
        self, client: LeaflogixClient, pos_id: str, criteria: Criteria
    ) -> None:
        assert [str(row["customerId"]) for row in client.find(criteria)] == [pos_id]

    @pytest.mark.parametrize(
        "criteria",
        [
            Criteria(phone="4155550199", born_on=dt.date(1990, 5, 7)),
            Criteria(phone="4155550199", email="else@example.com"),
            Criteria(email="zoe+shop@example.com", phone="4155550198"),
            Criteria(licence="D 12/34", given_name="Zo"),
            Criteria(email="nobody@example.com"),
            Criteria(external_id="2147483647"),
        ],
    )
    def test_leaves_out_who_does_not_fit_everything(
        self, client: LeaflogixClient, pos_id: str, criteria: Criteria
    ) -> None:
        assert client.find(criteria) == []

    def test_finds_by_id(self, client: LeaflogixClient, pos_id: str) -> None:
        assert len(client.find(Criteria(external_id=pos_id))) == 1

    def test_finds_old_tenants_rows_by_their_full_name(
        self, simulator: RunningSimulator, client: LeaflogixClient, pos_id: str
    ) -> None:
        simulator.control.patch(
            pos_id, raw={"firstName": None, "lastName": None, "name": "Zoë O'Neil"}
        )

        found = client.find(Criteria(email="zoe+shop@example.com", family_name="O'Neil"))

        assert [str(row["customerId"]) for row in found] == [pos_id]

    def test_gives_rows_as_lists_do(
        self, simulator: RunningSimulator, client: LeaflogixClient, pos_id: str
    ) -> None:
        assert client.find(Criteria(phone="4155550199")) == [client.get(pos_id)]

    @pytest.mark.parametrize(
        "criteria",
        [Criteria(born_on=dt.date(1990, 5, 6)), Criteria(given_name="Zoë", family_name="O'Neil"),
         Criteria(family_name="O'Neil"), Criteria()],
    )  # fmt: skip
    def test_says_what_dutchie_cannot_search_by(
        self, simulator: RunningSimulator, client: LeaflogixClient, criteria: Criteria
    ) -> None:
        with pytest.raises(UnsupportedByPosError):
            client.find(criteria)

        assert simulator.control.requests() == []

    def test_says_that_a_server_has_no_search(self, simulator: RunningSimulator) -> None:
        with (
            opened(simulator, base_url=f"{simulator.url}/old") as client,
            pytest.raises(UnsupportedByPosError),
        ):
            client.find(Criteria(phone="4155550199"))


class TestLimits:
    def test_over_the_limit_is_throttled_with_the_poss_own_pause(self, tmp_path: Path) -> None:
        with dutchie(tmp_path, no_limits=False) as simulator, opened(simulator) as client:
            set_habits(simulator, tells_retry_after=True)
            simulator.control.set_faults(throttle_burst=10, retry_after=90)
            with pytest.raises(PosThrottledError) as caught:
                client.get(FIRST)

        assert caught.value.retry_after_s == 90


class TestSettings:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"base_url": "http://api.pos.dutchie.com"},
            {"base_url": "ftp://127.0.0.1/"},
            {"page_size": 10_001},
            {"page_size": 19},
            {"range_days": 0},
            {"requests_per_second": 2.1},
            {"api_key": ""},
            {"api_key": "a:b"},
            {"extra": 1},
        ],
    )
    def test_refuse(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            LeaflogixSettings.model_validate({"api_key": "k", **wrong})

    def test_need_a_key_only(self) -> None:
        settings = LeaflogixSettings.model_validate({"api_key": "k"})

        assert (settings.base_url, settings.page_size) == ("https://api.pos.dutchie.com", 1000)
        assert CONNECTOR.account_key(settings) is None
        assert CONNECTOR.credential(settings) == "k"
        assert "k'" not in repr(settings)

    def test_ask_quickly_on_this_machine_only(self) -> None:
        local = {"base_url": "http://127.0.0.1:1", "api_key": "k", "requests_per_second": 500}

        assert CONNECTOR.requests_per_second(LeaflogixSettings.model_validate(local)) == 500
