"""Values as people read them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from rollcall.kit.fields import FieldValue
from rollcall.web import showing

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)


class TestValues:
    @pytest.mark.parametrize(
        ("field", "value", "shown"),
        [
            ("born_on", "1991-04-17", "17 Apr 1991"),
            ("born_on", "sometime", "sometime"),
            ("banned", True, "Yes"),
            ("banned", False, "No"),
            ("banned", None, "empty"),
            ("groups", ["Wellness", "Locals"], "Wellness, Locals"),
            ("groups", [], "empty"),
            ("loyalty_points", 1280, "1,280"),
            ("phone", "+14155550134", "(415) 555-0134"),
            ("phone", "+4930123456", "+49 30 123456"),
            ("phone", "call the shop", "call the shop"),
            ("gender", "nonbinary", "Nonbinary"),
            ("verification", "not_applicable", "Not applicable"),
            ("given_name", "ana", "ana"),
            ("licence", "D4410927", "D4410927"),
        ],
    )
    def test_are_plain_and_unambiguous(self, field: str, value: FieldValue, shown: str) -> None:
        assert showing.value_text(field, value) == shown

    def test_show_instants_with_their_zone(self) -> None:
        with timezone.override(ZoneInfo("America/Los_Angeles")):
            shown = showing.value_text("last_visit_at", "2026-11-18T17:05:40Z")

        assert shown == "18 Nov 2026, 09:05 PST"

    def test_leave_an_instant_without_a_zone_as_it_came(self) -> None:
        assert showing.value_text("last_visit_at", "2026-11-18T17:05:40") == "2026-11-18T17:05:40"


class TestAge:
    @pytest.mark.parametrize(
        ("born_on", "words"),
        [
            ("1991-11-20", "35 years old"),
            ("1991-11-21", "34 years old"),
            ("2025-11-20", "1 year old"),
            ("2026-11-21", ""),
            ("unknown", ""),
        ],
    )
    def test_counts_completed_years(self, born_on: str, words: str) -> None:
        assert showing.age_text("born_on", born_on, today=TODAY) == words

    def test_waits_for_the_first_of_march_in_short_years(self) -> None:
        born_on = dt.date(2004, 2, 29)

        assert showing.age_on(born_on=born_on, day=dt.date(2025, 2, 28)) == 20
        assert showing.age_on(born_on=born_on, day=dt.date(2025, 3, 1)) == 21


class TestExpiry:
    def test_begins_the_day_after_the_last_one(self) -> None:
        assert showing.is_expired("licence_expires_on", "2026-11-19", today=TODAY)
        assert not showing.is_expired("licence_expires_on", "2026-11-20", today=TODAY)

    def test_is_no_matter_of_other_days(self) -> None:
        assert not showing.is_expired("born_on", "1991-04-17", today=TODAY)


class TestAgo:
    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (0, "just now"),
            (-120, "just now"),
            (60, "1 minute ago"),
            (3_599, "59 minutes ago"),
            (3_600, "1 hour ago"),
            (2 * 86_400, "2 days ago"),
            (90 * 86_400, "3 months ago"),
            (800 * 86_400, "2 years ago"),
        ],
    )
    def test_names_the_largest_unit(self, seconds: int, words: str) -> None:
        at = NOON - dt.timedelta(seconds=seconds)

        assert showing.ago_text(at, now=NOON) == words

    def test_shows_what_lies_ahead_as_it_is(self) -> None:
        assert showing.ago_text(NOON + dt.timedelta(hours=1), now=NOON) == "20 Nov 2026, 13:00 UTC"


class TestDuration:
    @pytest.mark.parametrize(
        ("seconds", "words"), [(-1, "0 seconds"), (1, "1 second"), (59.9, "59 seconds")]
    )
    def test_counts_seconds_below_a_minute(self, seconds: float, words: str) -> None:
        assert showing.duration_text(seconds) == words
