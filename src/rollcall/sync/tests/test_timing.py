from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.sync.rules.timing import (
    default_changes_every_s,
    hold_after_failures_s,
    next_off_peak,
    next_on_grid,
    stable_share,
)

LA = ZoneInfo("America/Los_Angeles")
EVERY_DAY = range(7)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def nights(
    after: str,
    *,
    count: int,
    starts: str = "02:00",
    ends: str = "05:00",
    share: float = 0.0,
    days: object = EVERY_DAY,
    zone: ZoneInfo = LA,
) -> list[str]:
    moment, found = utc(after), []
    for _ in range(count):
        following = next_off_peak(
            days=days,  # type: ignore[arg-type]  # any collection of numbers
            starts=dt.time.fromisoformat(starts),
            ends=dt.time.fromisoformat(ends),
            zone=zone,
            share=share,
            after=moment,
        )
        assert following is not None
        moment = following
        found.append(f"{moment:%Y-%m-%d %H:%M}")
    return found


class TestTheDefault:
    @pytest.mark.parametrize(
        ("requests_per_second", "every_s"), [(10, 120), (1, 120), (0.25, 160), (0.01, 240)]
    )
    def test_follows_the_limits_and_stays_below_five_minutes(
        self, requests_per_second: float, every_s: int
    ) -> None:
        found = default_changes_every_s(requests_per_second=requests_per_second, has_windows=True)

        assert found == every_s

    def test_is_rare_where_every_run_reads_everything(self) -> None:
        assert default_changes_every_s(requests_per_second=10, has_windows=False) == 6 * 3600


class TestTheBeat:
    def test_is_steady(self) -> None:
        first = next_on_grid(every_s=120, share=0.25, now=utc("2026-11-20T12:00:00"))
        second = next_on_grid(every_s=120, share=0.25, now=first + dt.timedelta(seconds=4))

        assert (first, second) == (utc("2026-11-20T12:02:30"), utc("2026-11-20T12:04:30"))

    @given(
        every_s=st.integers(30, 86_400),
        share=st.floats(0, 1, exclude_max=True),
        seconds=st.integers(0, 4_000_000_000),
    )
    def test_comes_half_to_one_and_a_half_intervals_from_now(
        self, every_s: int, share: float, seconds: int
    ) -> None:
        now = dt.datetime.fromtimestamp(seconds, tz=dt.UTC)

        waits = (next_on_grid(every_s=every_s, share=share, now=now) - now).total_seconds()

        assert every_s * 0.5 - 0.01 <= waits <= every_s * 1.5 + 0.01

    def test_of_many_connections_is_spread(self) -> None:
        shares = [stable_share(f"changes {number}") for number in range(1000)]

        by_tenth = [sum(int(share * 10) == tenth for share in shares) for tenth in range(10)]
        assert min(by_tenth) > 60
        assert shares == [stable_share(f"changes {number}") for number in range(1000)]


class TestOffPeak:
    def test_comes_every_night_at_the_same_local_time(self) -> None:
        assert nights("2026-06-01T12:00", count=2, share=0.5) == [
            "2026-06-02 10:30",
            "2026-06-03 10:30",
        ]

    def test_comes_on_the_chosen_days_only(self) -> None:
        # Sundays, in Los Angeles.
        assert nights("2026-06-01T12:00", count=2, days=[6]) == [
            "2026-06-07 09:00",
            "2026-06-14 09:00",
        ]

    def test_comes_never_when_no_day_is_chosen(self) -> None:
        found = next_off_peak(
            days=[], starts=dt.time(2), ends=dt.time(5), zone=LA, share=0.5,
            after=utc("2026-06-01T12:00"),
        )  # fmt: skip

        assert found is None

    def test_comes_once_and_later_when_clocks_go_forward(self) -> None:
        # 2026-03-08, 02:00 to 03:00 does not exist; 02:30 becomes 03:30 by summer time.
        assert nights("2026-03-07T12:00", count=2, starts="02:30") == [
            "2026-03-08 10:30",
            "2026-03-09 09:30",
        ]

    def test_comes_once_when_clocks_go_back(self) -> None:
        # 2026-11-01, 01:30 comes twice: 08:30 and 09:30 UTC.
        assert nights("2026-10-31T12:00", count=2, starts="01:30") == [
            "2026-11-01 08:30",
            "2026-11-02 09:30",
        ]

    def test_may_last_over_midnight(self) -> None:
        # Begins Sunday 22:00; the moment is Monday 01:00 local.
        assert nights("2026-06-01T12:00", count=1, starts="22:00", ends="04:00", share=0.5,
                      days=[6]) == ["2026-06-08 08:00"]  # fmt: skip

    def test_may_last_around_the_clock(self) -> None:
        assert nights("2026-06-01T12:00", count=2, starts="02:00", ends="02:00", share=0.5) == [
            "2026-06-01 21:00",
            "2026-06-02 21:00",
        ]

    @given(
        starts=st.times(), ends=st.times(), share=st.floats(0, 1, exclude_max=True),
        seconds=st.integers(1_700_000_000, 1_900_000_000),
        zone=st.sampled_from(["America/Los_Angeles", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]),
    )  # fmt: skip
    def test_is_never_more_than_two_days_away(
        self, starts: dt.time, ends: dt.time, share: float, seconds: int, zone: str
    ) -> None:
        after = dt.datetime.fromtimestamp(seconds, tz=dt.UTC)

        found = next_off_peak(
            days=EVERY_DAY, starts=starts, ends=ends, zone=ZoneInfo(zone), share=share, after=after
        )

        assert found is not None
        assert dt.timedelta() < found - after <= dt.timedelta(hours=25, minutes=1)


class TestTheHold:
    def test_grows_to_five_minutes_while_a_pos_is_away(self) -> None:
        holds = [hold_after_failures_s(n, every_s=120, passes=True) for n in range(1, 5)]

        assert holds == [120, 240, 300, 300]

    def test_grows_to_an_hour_when_a_person_has_to_act(self) -> None:
        holds = [hold_after_failures_s(n, every_s=120, passes=False) for n in (1, 2, 5, 6, 10_000)]

        assert holds == [120, 240, 1920, 3600, 3600]
