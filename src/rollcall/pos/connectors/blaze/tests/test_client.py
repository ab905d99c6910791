"""How the client asks BLAZE, against the simulator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.blaze.client import BlazeClient
from rollcall.pos.connectors.blaze.connector import CONNECTOR, BlazeSettings
from rollcall.pos.connectors.blaze.tests.shop import (
    KEY,
    MEMBERS,
    PARTNER,
    blaze,
    id_of,
    opened,
    requests_to,
)
from rollcall.pos.contract import Criteria, MappingContext, Window, WindowKind
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

NOBODY = "f" * 24


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with blaze(tmp_path) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[BlazeClient]:
    with opened(simulator, page_size=20) as client:
        yield client


def everybody() -> Window:
    return Window(kind=WindowKind.FULL, since=None, until=utc_now())


def since(**ago: float) -> Window:
    now = utc_now()
    return Window(kind=WindowKind.INCREMENTAL, since=now - dt.timedelta(**ago), until=now)


def ids(client: BlazeClient, window: Window) -> list[str]:
    return [str(row["id"]) for page in client.iter_pages(window) for row in page.rows]


def all_ids(simulator: RunningSimulator) -> set[str]:
    return {customer["pos_id"] for customer in simulator.control.customers()}


def found(client: BlazeClient, **criteria: object) -> list[str]:
    return [str(row["id"]) for row in client.find(Criteria(**criteria))]  # type: ignore[arg-type]  # by name


class TestCheck:
    def test_learns_the_company_from_its_members(self, client: BlazeClient) -> None:
        info = client.check()

        assert info.account_key == f"company-{client.get(id_of(1))['companyId']}"

    def test_every_shop_of_the_company_has_one_account(self, simulator: RunningSimulator) -> None:
        with opened(simulator) as one, opened(simulator, dispensary_key=f"{KEY}-2") as other:
            assert one.check().account_key == other.check().account_key
            assert set(ids(one, everybody())) == set(ids(other, everybody()))

    def test_two_companies_have_two(self, simulator: RunningSimulator, tmp_path: Path) -> None:
        (tmp_path / "b").mkdir()
        with (
            blaze(tmp_path / "b", people=5, account="elsewhere") as another,
            opened(simulator) as one,
            opened(another) as other,
        ):
            assert one.check().account_key != other.check().account_key

    def test_of_an_empty_company_asks_for_its_id(self, simulator: RunningSimulator) -> None:
        simulator.control.set_faults(empty_lists=True)

        with opened(simulator) as client, pytest.raises(PosNeedsHumanError, match="company id"):
            client.check()
        with opened(simulator, company_id="a" * 24) as client:
            assert client.check().account_key == f"company-{'a' * 24}"

    def test_of_another_company_than_was_meant_stops(self, simulator: RunningSimulator) -> None:
        with (
            opened(simulator, company_id="a" * 24) as client,
            pytest.raises(PosNeedsHumanError, match="another company"),
        ):
            client.check()

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [({"partner_key": "wrong"}, "http_401"), ({"dispensary_key": f"Bearer {KEY}"}, "http_401"),
         ({"dispensary_key": f"{KEY}-nopermission"}, "http_403")],
    )  # fmt: skip
    def test_tells_wrong_keys_from_missing_permissions(
        self, simulator: RunningSimulator, wrong: dict[str, Any], code: str
    ) -> None:
        with (
            opened(simulator, **wrong) as client,
            pytest.raises(PosCredentialsError) as caught,
        ):
            client.check()
        assert caught.value.code == code
        assert KEY not in str(caught.value)

    def test_of_a_wrong_address_says_so(self, simulator: RunningSimulator) -> None:
        with (
            opened(simulator, base_url=f"{simulator.url}/api") as client,
            pytest.raises(PosNeedsHumanError, match="not found"),
        ):
            client.check()


class TestLists:
    @pytest.mark.parametrize("total", ["all", "filtered"])
    @pytest.mark.parametrize("births", ["mixed", "millis"])
    def test_are_whole_whatever_total_says(
        self, simulator: RunningSimulator, client: BlazeClient, total: str, births: str
    ) -> None:
        simulator.control.set_habits(total=total, births=births)
        context = MappingContext(time_zone=ZoneInfo("America/Los_Angeles"))

        told = {
            c.external_id: c.fields["born_on"]
            for page in client.iter_pages(everybody())
            for c in (CONNECTOR.to_canonical(row, context) for row in page.rows)
        }

        assert told == {c["pos_id"]: c["born_on"] for c in simulator.control.customers()}

    @pytest.mark.parametrize("most", [20, 25])
    def test_are_whole_although_pages_are_cut(self, simulator: RunningSimulator, most: int) -> None:
        simulator.control.set_habits(most_rows=most)

        with opened(simulator, page_size=200) as client:
            assert set(ids(client, everybody())) == all_ids(simulator)

    def test_of_a_limit_that_is_refused_say_so(self, simulator: RunningSimulator) -> None:
        simulator.control.set_habits(most_rows=20, over_most="400")

        with (
            opened(simulator, page_size=200) as client,
            pytest.raises(PosRefusedDataError, match="must not exceed 20"),
        ):
            ids(client, everybody())

    @pytest.mark.parametrize("days", [1, 8, 30])
    def test_of_changes_ask_for_seven_days_at_most(
        self, simulator: RunningSimulator, client: BlazeClient, days: int
    ) -> None:
        simulator.control.patch(id_of(7), email="changed@example.com")

        assert set(ids(client, since(days=days))) == {id_of(7)}

    def test_of_changes_are_short_where_dates_are_ignored(self, tmp_path: Path) -> None:
        with blaze(tmp_path, people=400) as simulator, opened(simulator, page_size=20) as client:
            simulator.control.set_habits(heeds_dates=False)
            simulator.control.patch(id_of(7), email="changed@example.com")

            seen = ids(client, since(days=1))

            assert id_of(7) in seen
            assert requests_to(simulator, MEMBERS) <= 3

    def test_can_be_read_week_by_week(self, simulator: RunningSimulator) -> None:
        first = dt.date(2025, 6, 1)
        held = {
            c["pos_id"] for c in simulator.control.customers() if c["updated_at"] > "2025-06-02"
        }

        with opened(simulator, page_size=20, history_from=first) as client:
            seen = set(ids(client, everybody()))

        assert held <= seen
        assert seen < all_ids(simulator)

    def test_show_a_merge_as_a_deletion(
        self, simulator: RunningSimulator, client: BlazeClient
    ) -> None:
        simulator.control.merge(id_of(1), into=id_of(2))

        rows = {row["id"]: row for page in client.iter_pages(since(minutes=5)) for row in page.rows}

        assert (rows[id_of(1)]["deleted"], rows[id_of(1)]["status"]) == (True, "Inactive")
        assert rows[id_of(2)]["deleted"] is False


class TestGet:
    @pytest.mark.parametrize("style", ["404", "400", "null", "empty"])
    def test_of_nobody_is_gone_however_it_is_said(
        self, simulator: RunningSimulator, client: BlazeClient, style: str
    ) -> None:
        simulator.control.set_habits(not_found=style)

        with pytest.raises(PosGoneError):
            client.get(NOBODY)

    @pytest.mark.parametrize("word", ["", "days", "search", "a" * 23, "g" * 24, "../x", "é" * 24])
    def test_of_what_is_no_id_asks_nobody(
        self, simulator: RunningSimulator, client: BlazeClient, word: str
    ) -> None:
        with pytest.raises(PosGoneError):
            client.get(word)
        assert simulator.control.requests() == []

    def test_of_somebody_else_is_a_failure(
        self, simulator: RunningSimulator, client: BlazeClient
    ) -> None:
        simulator.control.patch(id_of(3), raw={"id": id_of(4)})

        with pytest.raises(PosUnavailableError) as caught:
            client.get(id_of(3))
        assert caught.value.code == "wrong_member"


class TestFind:
    @pytest.fixture
    def ana(self, simulator: RunningSimulator) -> str:
        return simulator.control.create(
            given_name="Ana", family_name="Lee", email="ana+1@example.com", phone="3035550111",
            licence="D 1/2", born_on="1990-01-02",
        )  # fmt: skip

    def test_asks_by_each_criterion(self, client: BlazeClient, ana: str) -> None:
        assert found(client, external_id=ana) == [ana]
        assert found(client, external_id=ana.upper()) == [ana]
        assert found(client, email="ANA+1@example.com") == [ana]
        assert found(client, phone="+1 (303) 555-0111") == [ana]
        assert found(client, licence="D 1/2") == [ana]
        assert found(client, born_on=dt.date(1990, 1, 2)) == [ana]

    def test_applies_the_other_criteria_itself(self, client: BlazeClient, ana: str) -> None:
        fits = {"phone": "3035550111", "given_name": "ana", "family_name": "LEE "}

        assert found(client, **fits, born_on=dt.date(1990, 1, 2)) == [ana]
        assert found(client, **{**fits, "given_name": "Anna"}) == []
        assert found(client, **fits, born_on=dt.date(1990, 1, 3)) == []
        assert found(client, licence="D 1/2", email="else@example.com") == []
        assert found(client, external_id=ana, phone="3035550112") == []

    def test_by_birth_date_tries_the_other_format(
        self, simulator: RunningSimulator, client: BlazeClient, ana: str
    ) -> None:
        simulator.control.set_habits(dob_format="iso")

        assert found(client, born_on=dt.date(1990, 1, 2)) == [ana]

    def test_by_phone_turns_pages(
        self, simulator: RunningSimulator, client: BlazeClient, ana: str
    ) -> None:
        simulator.control.set_habits(most_rows=20)
        others = {simulator.control.create(given_name="B", phone="3035550111") for _ in range(45)}

        assert set(found(client, phone="3035550111")) == {ana, *others}

    @pytest.mark.parametrize("nobody", ["empty", "null_values", "null", "404"])
    @pytest.mark.parametrize("not_found", ["404", "400", "null", "empty"])
    def test_of_nobody_is_empty_however_it_is_said(
        self, simulator: RunningSimulator, client: BlazeClient, nobody: str, not_found: str
    ) -> None:
        simulator.control.set_habits(nobody=nobody, not_found=not_found)

        assert found(client, external_id=NOBODY) == []
        assert found(client, email="nobody@example.com") == []
        assert found(client, phone="3035550199") == []
        assert found(client, licence="NOBODY") == []
        assert found(client, born_on=dt.date(1901, 2, 3)) == []

    def test_leaves_out_rows_that_cannot_be_read(
        self, simulator: RunningSimulator, client: BlazeClient, ana: str
    ) -> None:
        simulator.control.patch(ana, raw={"localDob": "2023-02-30"})

        assert found(client, phone="3035550111") == []

    @pytest.mark.parametrize("criteria", [{}, {"given_name": "Ana", "family_name": "Lee"}])
    def test_by_name_alone_is_not_possible(
        self, client: BlazeClient, criteria: dict[str, object]
    ) -> None:
        with pytest.raises(UnsupportedByPosError):
            found(client, **criteria)

    def test_keeps_values_inside_their_segment(
        self, simulator: RunningSimulator, client: BlazeClient
    ) -> None:
        assert found(client, email="../days?x=1#y@example.com") == []
        assert requests_to(simulator, f"{MEMBERS}/email/{{email}}") == 1


class TestLimits:
    def test_of_five_minutes_are_told_as_throttling(self, tmp_path: Path) -> None:
        with blaze(tmp_path, people=5, no_limits=False) as simulator, opened(simulator) as client:
            simulator.control.set_habits(calls_in_5_minutes=3)
            for _ in range(3):
                client.get(id_of(1))

            with pytest.raises(PosThrottledError):
                client.get(id_of(1))


class TestSettings:
    GOOD = {"partner_key": "p", "dispensary_key": "d"}

    def test_name_the_company_only_if_they_say_it(self) -> None:
        silent = BlazeSettings.model_validate(self.GOOD)
        saying = BlazeSettings.model_validate({**self.GOOD, "company_id": "a" * 24})

        assert CONNECTOR.account_key(silent) is None
        assert CONNECTOR.account_key(saying) == f"company-{'a' * 24}"

    def test_share_the_partner_keys_budget(self) -> None:
        two = [BlazeSettings.model_validate({**self.GOOD, "dispensary_key": k}) for k in "de"]

        assert len({CONNECTOR.credential(settings) for settings in two}) == 1

    @pytest.mark.parametrize(
        "wrong",
        [{"base_url": "http://api.partners.blaze.me"}, {"base_url": "ftp://127.0.0.1"},
         {"page_size": 19}, {"page_size": 501}, {"requests_per_second": 31},
         {"requests_per_second": 0}, {"company_id": "x"}, {"company_id": "A" * 24},
         {"partner_key": ""}, {"partner_key": "a\r\nb"}, {"dispensary_key": "é"},
         {"history_from": "1999-01-01"}, {"unknown": 1}],
    )  # fmt: skip
    def test_refuse_what_cannot_be(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            BlazeSettings.model_validate({**self.GOOD, **wrong})

    def test_show_no_secret(self) -> None:
        settings = BlazeSettings.model_validate({"partner_key": PARTNER, "dispensary_key": KEY})

        assert PARTNER not in repr(settings)
        assert KEY not in repr(settings)
