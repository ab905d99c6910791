"""Limits that hold over all processes."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from rollcall.api import database, throttle
from rollcall.api.models import ThrottleWindow
from rollcall.api.throttle import LOOKUPS, forget_leases, hide_address, spend


@pytest.fixture(autouse=True)
def fresh(transactional_db: None) -> Iterator[None]:
    forget_leases()
    yield
    forget_leases()
    database.close()


def window() -> ThrottleWindow:
    return ThrottleWindow.objects.get(bucket="kiosk-key:7")


def other_process_spends(count: int) -> int:
    """What another process gets: the same table, but nothing that this one has leased."""
    mine = dict(throttle._leases)
    throttle._leases.clear()
    got = sum(spend(LOOKUPS, "7").allowed for _ in range(count))
    throttle._leases.clear()
    throttle._leases.update(mine)
    return got


class TestSpend:
    def test_asks_the_database_once_for_a_block(self, settings: Settings) -> None:
        settings.KIOSK_LOOKUPS_PER_MINUTE = 200

        for _ in range(10):
            assert spend(LOOKUPS, "7").allowed

        assert window().leased == 10
        assert spend(LOOKUPS, "7").allowed
        assert window().leased == 20

    def test_tells_what_is_left(self, settings: Settings) -> None:
        settings.KIOSK_LOOKUPS_PER_MINUTE = 200

        budgets = [spend(LOOKUPS, "7") for _ in range(3)]

        assert [budget.remaining for budget in budgets] == [199, 198, 197]
        assert all(1 <= budget.resets_in_s <= 61 for budget in budgets)

    @pytest.mark.parametrize("limit", [1, 2, 19, 20, 21, 50, 59])
    def test_never_gives_two_processes_more_than_the_limit(
        self, settings: Settings, limit: int
    ) -> None:
        settings.KIOSK_LOOKUPS_PER_MINUTE = limit
        _await_a_young_minute()

        mine = sum(spend(LOOKUPS, "7").allowed for _ in range(limit // 2))
        others = other_process_spends(2 * limit)
        mine += sum(spend(LOOKUPS, "7").allowed for _ in range(2 * limit))

        assert mine + others == limit

    def test_loses_what_a_process_leased_and_did_not_spend(self, settings: Settings) -> None:
        settings.KIOSK_LOOKUPS_PER_MINUTE = 40
        _await_a_young_minute()
        assert spend(LOOKUPS, "7").allowed
        forget_leases()

        assert sum(spend(LOOKUPS, "7").allowed for _ in range(60)) == 38

    def test_asks_nobody_when_nothing_is_left(self, settings: Settings) -> None:
        settings.KIOSK_LOOKUPS_PER_MINUTE = 1
        _await_a_young_minute()
        assert spend(LOOKUPS, "7").allowed
        assert not spend(LOOKUPS, "7").allowed
        ThrottleWindow.objects.all().delete()

        assert not spend(LOOKUPS, "7").allowed

    def test_begins_anew_with_the_next_window(self, settings: Settings) -> None:
        settings.KIOSK_LOOKUPS_PER_MINUTE = 1
        while spend(LOOKUPS, "7").allowed:
            pass
        forget_leases()
        row = window()
        ThrottleWindow.objects.update(opened_at=row.opened_at - dt.timedelta(minutes=1))

        assert spend(LOOKUPS, "7").allowed

    def test_goes_on_in_a_window_that_was_opened_a_moment_ahead(self, settings: Settings) -> None:
        settings.KIOSK_LOOKUPS_PER_MINUTE = 1
        while spend(LOOKUPS, "7").allowed:
            pass
        forget_leases()
        ahead = window().opened_at + dt.timedelta(minutes=1)
        ThrottleWindow.objects.update(opened_at=ahead)

        assert not spend(LOOKUPS, "7").allowed
        assert window().opened_at == ahead

    def test_begins_anew_when_the_databases_clock_was_put_back(self, settings: Settings) -> None:
        settings.KIOSK_LOOKUPS_PER_MINUTE = 1
        while spend(LOOKUPS, "7").allowed:
            pass
        forget_leases()
        ThrottleWindow.objects.update(opened_at=window().opened_at + dt.timedelta(hours=1))

        assert spend(LOOKUPS, "7").allowed

    def test_keeps_subjects_apart(self, settings: Settings) -> None:
        settings.KIOSK_LOOKUPS_PER_MINUTE = 1
        while spend(LOOKUPS, "7").allowed:
            pass

        assert spend(LOOKUPS, "8").allowed

    def test_sweeps_windows_of_long_ago(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(throttle, "_SWEEP_ONE_IN", 1)
        spend(LOOKUPS, "7")
        ThrottleWindow.objects.update(opened_at=window().opened_at - dt.timedelta(days=3))

        spend(LOOKUPS, "8")

        assert [row.bucket for row in ThrottleWindow.objects.all()] == ["kiosk-key:8"]


class TestHideAddress:
    def test_names_an_address_without_telling_it(self) -> None:
        hidden = hide_address("203.0.113.7")

        assert hidden == hide_address("203.0.113.7")
        assert hidden != hide_address("203.0.113.8")
        assert len(hidden) == 32  # hexadecimal digits of a keyed hash


def _await_a_young_minute() -> None:
    """Wait out the last seconds of a minute: a test must not fall into two windows."""
    with connection.cursor() as cursor:
        cursor.execute("select extract(second from clock_timestamp())::float8")
        second: float = cursor.fetchone()[0]
    if second > 55:
        time.sleep(60.1 - second)


def _spend_in_child(address: dict[str, Any], limit: int, results: Any) -> None:
    connection.settings_dict.update(address)
    results.put(sum(spend(LOOKUPS, "7").allowed for _ in range(limit)))
    database.close()


class TestProcesses:
    def test_share_one_limit_though_forked(self, settings: Settings) -> None:
        settings.KIOSK_LOOKUPS_PER_MINUTE = 60
        _await_a_young_minute()
        assert spend(LOOKUPS, "7").allowed  # this process's pool is open when it forks
        connection.close()
        context = multiprocessing.get_context("fork")
        results = context.Queue()
        address = {"NAME": connection.settings_dict["NAME"]}
        children = [
            context.Process(target=_spend_in_child, args=(address, 60, results)) for _ in range(2)
        ]
        for child in children:
            child.start()

        got = [results.get(timeout=30) for _ in children]
        for child in children:
            child.join(timeout=30)

        # Forked leases are copies: whoever forks with one must not spend it twice.
        assert sum(got) + 1 + sum(spend(LOOKUPS, "7").allowed for _ in range(60)) == 60
