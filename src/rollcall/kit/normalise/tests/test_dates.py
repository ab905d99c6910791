"""Days and instants are read as written, or not at all."""

from __future__ import annotations

import contextlib
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollcall.kit.normalise.dates import (
    DayError,
    DayProblem,
    InstantError,
    day,
    parse_birth_day,
    parse_day,
    parse_instant,
)
from rollcall.kit.normalise.tests.judges import library_day

TODAY = dt.date(2026, 11, 22)
PACIFIC = ZoneInfo("America/Los_Angeles")
DAY_SIGNS = "0123456789/-. T:ZWapm\u0661\uff11"


class TestParseDay:
    @pytest.mark.parametrize(
        "text",
        [
            "1991-04-07",
            "1991-4-7",
            "1991/04/07",
            "19910407",
            "04/07/1991",
            "4/7/1991",
            "04-07-1991",
            " 1991-04-07\n",
            "1991-04-07T00:00:00Z",
            "1991-04-07T23:59:59.999-08:00",
            "1991-04-07 00:00:00.000",
            "4/7/1991 12:00:00 AM",
            "04/07/1991 00:00",
        ],
    )
    def test_reads_the_seventh_of_april(self, text: str) -> None:
        assert parse_day(text) == dt.date(1991, 4, 7)

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", DayProblem.EMPTY),
            ("  ", DayProblem.EMPTY),
            ("N/A", DayProblem.UNKNOWN_FORMAT),
            ("07.04.1991", DayProblem.UNKNOWN_FORMAT),
            ("April 7, 1991", DayProblem.UNKNOWN_FORMAT),
            ("04/07", DayProblem.UNKNOWN_FORMAT),
            ("1991-W14-7", DayProblem.UNKNOWN_FORMAT),
            ("1991-04-07T25:00:00", DayProblem.UNKNOWN_FORMAT),
            ("1991-04-07 13:00 PM", DayProblem.UNKNOWN_FORMAT),
            ("4/7-1991", DayProblem.UNKNOWN_FORMAT),
            ("\uff11\uff19\uff19\uff11-04-07", DayProblem.UNKNOWN_FORMAT),
            ("2023-02-30", DayProblem.NO_SUCH_DAY),
            ("02/29/2023", DayProblem.NO_SUCH_DAY),
            ("20230230", DayProblem.NO_SUCH_DAY),
            ("17/04/1991", DayProblem.NO_SUCH_DAY),
            ("0000-00-00", DayProblem.NO_SUCH_DAY),
            ("4/7/91", DayProblem.CENTURY_UNKNOWN),
            ("0001-01-01T00:00:00", DayProblem.TOO_EARLY),
            ("1799-12-31", DayProblem.TOO_EARLY),
        ],
    )
    def test_says_why_it_is_no_day(self, text: str, problem: DayProblem) -> None:
        with pytest.raises(DayError) as caught:
            parse_day(text)

        assert caught.value.problem is problem

    def test_keeps_the_text_out_of_the_error(self) -> None:
        with pytest.raises(DayError, match=r"^no_such_day$"):
            parse_day("1991-02-31")

    @settings(deadline=None, max_examples=300)
    @given(
        st.dates(min_value=dt.date(1800, 1, 1)),
        st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%m-%d-%Y", "%Y-%m-%dT%H:%M:%SZ"]),
    )
    def test_reads_every_day_in_every_format(self, on: dt.date, form: str) -> None:
        written = dt.datetime.combine(on, dt.time(7, 30)).strftime(form)

        assert parse_day(written) == on

    @settings(deadline=None, max_examples=300)
    @given(
        st.integers(1800, 9999),
        st.integers(0, 19),
        st.integers(0, 39),
        st.sampled_from(["{0}-{1:02}-{2:02}", "{1:02}/{2:02}/{0}", "{1}/{2}/{0}", "{0}-{1}-{2}"]),
    )
    def test_agrees_with_dateutil_where_that_does_not_guess(
        self, year: int, month: int, day_of_month: int, form: str
    ) -> None:
        text = form.format(year, month, day_of_month)

        if month <= 12:
            assert day(text) == library_day(text)
        else:
            assert day(text) is None

    @settings(deadline=None, max_examples=500)
    @given(st.text(alphabet=DAY_SIGNS, max_size=12) | st.text(max_size=12))
    def test_reads_its_own_answer_back(self, text: str) -> None:
        found = day(text)

        assert found is None or day(found.isoformat()) == found


class TestParseBirthDay:
    @pytest.mark.parametrize(
        ("text", "born_on"),
        [
            ("4/17/91", dt.date(1991, 4, 17)),
            ("04/17/05", dt.date(2005, 4, 17)),
            ("11/22/26", dt.date(2026, 11, 22)),
            ("11/23/26", dt.date(1926, 11, 23)),
            ("12/31/26", dt.date(1926, 12, 31)),
            ("2/29/00", dt.date(2000, 2, 29)),
            ("1/1/27", dt.date(1927, 1, 1)),
        ],
    )
    def test_takes_the_last_such_year_that_is_not_in_the_future(
        self, text: str, born_on: dt.date
    ) -> None:
        assert parse_birth_day(text, today=TODAY) == born_on

    @pytest.mark.parametrize("text", ["2026-11-23", "11/23/2026", "20270101"])
    def test_refuses_a_birth_in_the_future(self, text: str) -> None:
        with pytest.raises(DayError) as caught:
            parse_birth_day(text, today=TODAY)

        assert caught.value.problem is DayProblem.TOO_LATE

    def test_refuses_a_leap_day_that_the_meant_year_has_not(self) -> None:
        with pytest.raises(DayError) as caught:
            parse_birth_day("2/29/27", today=TODAY)

        assert caught.value.problem is DayProblem.NO_SUCH_DAY

    @settings(deadline=None, max_examples=300)
    @given(st.dates(min_value=dt.date(1900, 1, 1)), st.dates(min_value=dt.date(1900, 1, 1)))
    def test_is_never_after_today(self, written: dt.date, today: dt.date) -> None:
        found = day(written.strftime("%m/%d/%y"), latest=today)

        assert found is None or found <= today


class TestParseInstant:
    @pytest.mark.parametrize(
        "text",
        [
            "2026-05-14T16:06:40Z",
            "2026-05-14T09:06:40.000-07:00",
            "2026-05-14T09:06:40-0700",
            "2026-05-14T09:06:40 -0700",
            "2026-05-14 09:06:40-07",
            "2026-05-14 16:06:40 UTC",
            "2026-05-14t16:06:40z",
            "2026-05-14T16:06:40+0000",
            "2026-05-14T16:06:40.0000000Z",
            "2026-05-14 09:06:40",
            "2026-05-14T09:06:40.000",
        ],
    )
    def test_finds_one_moment_in_every_spelling(self, text: str) -> None:
        found = parse_instant(text, PACIFIC)

        assert found == dt.datetime(2026, 5, 14, 16, 6, 40, tzinfo=dt.UTC)
        assert found.tzinfo is dt.UTC

    @pytest.mark.parametrize(
        ("fraction", "microsecond"),
        [("1", 100_000), ("123", 123_000), ("1234567", 123_456), ("999999999", 999_999)],
    )
    def test_cuts_fractions_to_microseconds(self, fraction: str, microsecond: int) -> None:
        found = parse_instant(f"2026-05-14T16:06:40.{fraction}Z", PACIFIC)

        assert found == dt.datetime(2026, 5, 14, 16, 6, 40, microsecond, tzinfo=dt.UTC)

    def test_moves_a_time_that_the_clock_skips_behind_the_gap(self) -> None:
        found = parse_instant("2026-03-08 02:30:00", PACIFIC)

        assert found == dt.datetime(2026, 3, 8, 10, 30, tzinfo=dt.UTC)

    def test_takes_the_first_of_two_equal_times(self) -> None:
        found = parse_instant("2026-11-01 01:30:00", PACIFIC)

        assert found == dt.datetime(2026, 11, 1, 8, 30, tzinfo=dt.UTC)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "2026-05-14",
            "05/14/2026 09:06",
            "2026-02-30T00:00:00Z",
            "2026-05-14T24:00:00Z",
            "2026-05-14T23:59:60Z",
            "2026-05-14T09:06:40.1234567890Z",
            "2026-05-14T09:06:40+99:00",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-08:00",
            "\uff12026-05-14T09:06:40Z",
        ],
    )
    def test_refuses_what_is_no_moment(self, text: str) -> None:
        with pytest.raises(InstantError):
            parse_instant(text, PACIFIC)

    @settings(deadline=None, max_examples=60)
    @given(st.datetimes(timezones=st.timezones(no_cache=False)), st.sampled_from("T "))
    def test_reads_back_what_python_writes(self, moment: dt.datetime, between: str) -> None:
        offset = moment.utcoffset()
        # Offsets with seconds are those of local mean time, before there were zones.
        if offset is None or offset % dt.timedelta(minutes=1):
            return
        written = moment.isoformat(between)

        try:
            expected = moment.astimezone(dt.UTC)
        except OverflowError:
            with pytest.raises(InstantError):
                parse_instant(written, PACIFIC)
        else:
            assert parse_instant(written, PACIFIC) == expected

    @settings(deadline=None, max_examples=200)
    @given(st.text(alphabet="0123456789-:.,TZ +", max_size=30) | st.text(max_size=30))
    def test_raises_nothing_but_its_own_error(self, text: str) -> None:
        with contextlib.suppress(InstantError):
            assert parse_instant(text, PACIFIC).tzinfo is dt.UTC
