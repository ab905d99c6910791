"""Whole local days, and servers that cut pages."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.flowhub.client import FlowhubClient
from rollcall.pos.connectors.flowhub.pages import lower_day
from rollcall.pos.connectors.flowhub.tests.maui import maui, opened, requests_to
from rollcall.pos.contract import Window, WindowKind
from rollcall.pos.errors import PosUnavailableError
from rollcall.pos.simulator import RunningSimulator

LIST = "/v1/customers/"
ENVELOPES = ["customers", "data", "array", "single"]


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with maui(tmp_path) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[FlowhubClient]:
    with opened(simulator) as client:
        yield client


def everybody() -> Window:
    return Window(kind=WindowKind.FULL, since=None, until=utc_now())


def since(moment: dt.datetime) -> Window:
    return Window(kind=WindowKind.INCREMENTAL, since=moment, until=utc_now())


def ids(client: FlowhubClient, window: Window, token: str | None = None) -> list[str]:
    pages = client.iter_pages(window, resume_token=token)
    return [str(row["id"]) for page in pages for row in page.rows]


def all_ids(simulator: RunningSimulator) -> set[str]:
    return {customer["pos_id"] for customer in simulator.control.customers()}


class TestLowerDay:
    @pytest.mark.parametrize(
        ("moment", "day"),
        [
            ("2026-11-20T12:00:00+00:00", "2026-11-19"),
            ("2026-11-20T11:59:59+00:00", "2026-11-18"),
            ("2026-11-20T23:30:00-10:00", "2026-11-19"),
            ("2026-03-01T00:00:00-07:00", "2026-02-27"),
        ],
    )
    def test_is_before_the_day_of_every_zone(self, moment: str, day: str) -> None:
        assert lower_day(dt.datetime.fromisoformat(moment)) == day


class TestChanges:
    @pytest.mark.parametrize(
        ("bounds", "zone", "store"),
        list(
            itertools.product(
                ["inclusive", "exclusive"],
                ["store", "utc"],
                ["Pacific/Honolulu", "America/New_York", "Pacific/Kiritimati"],
            )
        ),
    )
    def test_of_a_minute_ago_are_read_whatever_a_day_is(
        self, tmp_path: Path, bounds: str, zone: str, store: str
    ) -> None:
        with maui(tmp_path, people=30, time_zone=store) as simulator, opened(simulator) as client:
            simulator.control.set_habits(bounds=bounds, day_zone=zone)
            changed = min(all_ids(simulator))
            simulator.control.patch(changed, email="new@example.com")
            created = simulator.control.create(given_name="Ana", family_name="Lee")

            window = since(utc_now() - dt.timedelta(minutes=1))

            assert set(ids(client, window)) == {changed, created}

    def test_earlier_on_the_same_day_are_read_again(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        changed = min(all_ids(simulator))
        simulator.control.patch(changed, email="new@example.com")

        assert set(ids(client, since(utc_now() + dt.timedelta(hours=6)))) == {changed}

    def test_hold_new_rows_that_never_changed(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        simulator.control.set_habits(new_rows="null")
        created = simulator.control.create(given_name="Ana", family_name="Lee")

        pages = list(client.iter_pages(since(utc_now())))

        assert [(row["id"], row["updatedAt"]) for page in pages for row in page.rows] == [
            (created, None)
        ]

    def test_go_on_behind_any_page_of_either_list(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        changed = sorted(all_ids(simulator))[:30]
        for pos_id in changed:
            simulator.control.patch(pos_id, email="new@example.com")
        created = simulator.control.create(given_name="Ana", family_name="Lee")
        window = since(utc_now() - dt.timedelta(minutes=5))

        with opened(simulator, page_size=20) as small:
            pages = list(small.iter_pages(window))
            for number, page in enumerate(pages):
                read = {str(row["id"]) for before in pages[: number + 1] for row in before.rows}
                assert read | set(ids(small, window, page.resume_token)) == {*changed, created}
        assert [len(page.rows) for page in pages] == [20, 11, 1]


class TestLists:
    @pytest.mark.parametrize("envelope", ENVELOPES)
    @pytest.mark.parametrize("total", [True, False])
    def test_are_read_in_every_envelope(
        self, simulator: RunningSimulator, envelope: str, total: bool
    ) -> None:
        simulator.control.set_habits(envelope=envelope, tells_total=total)

        with opened(simulator, page_size=20) as client:
            assert sorted(set(ids(client, everybody()))) == sorted(all_ids(simulator))

    @pytest.mark.parametrize("envelope", ENVELOPES)
    def test_of_one_are_read_in_every_envelope(
        self, simulator: RunningSimulator, client: FlowhubClient, envelope: str
    ) -> None:
        simulator.control.set_habits(envelope=envelope)
        created = simulator.control.create(given_name="Ana", family_name="Lee")

        assert set(ids(client, since(utc_now()))) == {created}

    @pytest.mark.parametrize("order", ["created", "updated"])
    def test_are_read_in_every_order(self, simulator: RunningSimulator, order: str) -> None:
        simulator.control.set_habits(order_key=order)
        simulator.control.set_faults(move_rows=2)

        with opened(simulator, page_size=20) as client:
            began = utc_now()
            seen = set(ids(client, everybody())) | set(ids(client, since(began)))
        assert seen == all_ids(simulator)

    def test_that_fit_one_page_take_one_request_if_the_total_is_told(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        assert len(ids(client, everybody())) == 60
        assert requests_to(simulator, "GET", LIST) == 1

    def test_that_fit_one_page_take_two_if_it_is_not(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        simulator.control.set_habits(tells_total=False)

        assert len(ids(client, everybody())) == 60
        assert requests_to(simulator, "GET", LIST) == 2


class TestServersThatCutPages:
    @pytest.mark.parametrize("envelope", ENVELOPES)
    @pytest.mark.parametrize("cap", [20, 25, 59, 60])
    def test_are_read_whole(
        self, simulator: RunningSimulator, client: FlowhubClient, envelope: str, cap: int
    ) -> None:
        simulator.control.set_habits(page_cap=cap, envelope=envelope)

        assert set(ids(client, everybody())) == all_ids(simulator)

    def test_are_gone_on_with_behind_any_page(
        self, simulator: RunningSimulator, client: FlowhubClient
    ) -> None:
        simulator.control.set_habits(page_cap=25, tells_total=False)

        pages = list(client.iter_pages(everybody()))

        for number, page in enumerate(pages):
            read = {str(row["id"]) for before in pages[: number + 1] for row in before.rows}
            assert read | set(ids(client, everybody(), page.resume_token)) == all_ids(simulator)

    @pytest.mark.parametrize("total", [True, False])
    def test_to_almost_nothing_are_not_believed(
        self, simulator: RunningSimulator, client: FlowhubClient, total: bool
    ) -> None:
        simulator.control.set_habits(page_cap=5, tells_total=total)

        with pytest.raises(PosUnavailableError) as caught:
            ids(client, everybody())
        assert caught.value.code == "page_tiny"


class TestResumeTokens:
    @pytest.mark.parametrize(
        "token",
        ["", "x", "5", "[]", "{}", '{"part":0}', '{"part":0,"size":20,"offset":-1,"anchors":[]}',
         '{"part":"x","size":20,"offset":1,"anchors":[]}'],
    )  # fmt: skip
    def test_of_somebody_else_are_refused(
        self, simulator: RunningSimulator, client: FlowhubClient, token: str
    ) -> None:
        with pytest.raises(ValueError, match="not a resume token"):
            ids(client, everybody(), token)
        assert simulator.control.requests() == []
