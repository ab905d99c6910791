"""How lists are read that nobody ends reliably, against a list in memory."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from rollcall.pos.connectors.blaze.pages import WEEK_MS, PageReader, Weeks
from rollcall.pos.contract import Page, RawRow
from rollcall.pos.errors import PosUnavailableError

NOON = dt.datetime(2026, 11, 20, 20, 0, tzinfo=dt.UTC)
NOON_MS = int(NOON.timestamp() * 1000)
DAY_MS = 86_400_000


@dataclass
class Shop:
    """A list of members, newest change first, that answers like BLAZE."""

    modified: dict[str, int]
    most: int = 500
    heeds_dates: bool = True
    asked: list[tuple[int, int, int, int]] = field(default_factory=list)
    #: Members that are saved again, one after each page.
    visits: list[str] = field(default_factory=list)

    def ask(self, query: Mapping[str, str], skip: int, limit: int) -> list[RawRow]:
        lower, upper = int(query.get("startDate", 0)), int(query.get("endDate", 2**60))
        self.asked.append((lower, upper, skip, limit))
        if not self.heeds_dates:
            lower, upper = 0, 2**60
        times = sorted(self.modified.items(), key=lambda pair: -pair[1])
        rows = [{"id": k, "modified": v} for k, v in times if lower <= v <= upper]
        page: list[RawRow] = list(rows[skip : skip + min(limit, self.most)])
        if self.visits:
            self.modified[self.visits.pop()] = max(self.modified.values()) + 1
        return page


def shop(count: int, **options: object) -> Shop:
    """One change an hour, the last one an hour before noon."""
    times = {f"m{n}": NOON_MS - (n + 1) * 3_600_000 for n in range(count)}
    return Shop(modified=times, **options)  # type: ignore[arg-type]  # by name


def ids(pages: list[Page]) -> list[str]:
    return [row["id"] for page in pages for row in page.rows]


class TestWeeks:
    @pytest.mark.parametrize("days", [0, 1, 6.99, 7, 7.5, 14, 90.3])
    def test_cover_everything_in_ranges_of_at_most_seven_days(self, days: float) -> None:
        weeks = Weeks.between(NOON - dt.timedelta(days=days), NOON)

        ranges = list(weeks.ranges())

        assert ranges[0][0] <= NOON_MS - days * DAY_MS
        assert ranges[-1][1] >= NOON_MS
        assert all(0 < upper - lower <= 7 * DAY_MS for lower, upper in ranges)
        assert all(later[0] < earlier[1] for earlier, later in itertools.pairwise(ranges))

    def test_go_on_with_a_range(self) -> None:
        weeks = Weeks.between(NOON - dt.timedelta(days=20), NOON)
        ranges = list(weeks.ranges())

        assert list(weeks.ranges(ranges[1][0])) == ranges[1:]

    def test_of_a_moment_that_lies_ahead_still_ask(self) -> None:
        ranges = list(Weeks.between(NOON + dt.timedelta(days=1), NOON).ranges())

        assert len(ranges) == 1
        assert ranges[0][0] < ranges[0][1]


class TestTheReader:
    @pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 40, 59, 60, 137])
    @pytest.mark.parametrize("most", [500, 20, 30])
    def test_reads_everybody_whatever_a_page_holds(self, count: int, most: int) -> None:
        held = shop(count, most=most)

        pages = list(PageReader(held.ask, largest_page=50).everybody(None))

        assert set(ids(pages)) == set(held.modified)

    def test_asks_a_short_list_twice_until_a_longer_page_was_seen(self) -> None:
        held = shop(60)
        reader = PageReader(held.ask, largest_page=50)
        list(reader.everybody(None))
        held.asked.clear()

        list(reader.changed(Weeks.between(NOON - dt.timedelta(hours=5), NOON), None))

        assert len(held.asked) == 1

    def test_gives_up_on_pages_too_small_to_overlap(self) -> None:
        held = shop(200, most=5)

        with pytest.raises(PosUnavailableError) as caught:
            list(PageReader(held.ask, largest_page=50).everybody(None))

        assert caught.value.code == "page_tiny"

    def test_gives_up_on_a_server_that_ignores_the_limit(self) -> None:
        def ask(_query: Mapping[str, str], _skip: int, _limit: int) -> list[RawRow]:
            return [{"id": str(n), "modified": n} for n in range(1000)]

        with pytest.raises(PosUnavailableError) as caught:
            list(PageReader(ask, largest_page=50).everybody(None))

        assert caught.value.code == "page_too_long"

    def test_loses_nobody_who_stays_while_others_jump_to_the_front(self) -> None:
        held = shop(300)
        jumping = [f"m{n}" for n in range(299, 0, -23)]
        held.visits = list(jumping)

        seen = set(ids(list(PageReader(held.ask, largest_page=30).everybody(None))))

        assert set(held.modified) - set(jumping) <= seen

    def test_loses_nobody_who_stays_while_others_leave_the_range(self) -> None:
        held = shop(160)
        jumping = [f"m{n}" for n in range(0, 160, 13)]
        held.visits = [*reversed(jumping)]
        held.modified["now"] = NOON_MS + 10 * DAY_MS
        weeks = Weeks.between(NOON - dt.timedelta(hours=150), NOON)

        seen = set(ids(list(PageReader(held.ask, largest_page=30).changed(weeks, None))))

        stayed = {f"m{n}" for n in range(150)} - set(jumping)
        assert stayed <= seen

    def test_walks_the_weeks_from_the_oldest_on(self) -> None:
        held = shop(500)
        weeks = Weeks.between(NOON - dt.timedelta(days=20), NOON)

        pages = list(PageReader(held.ask, largest_page=50).changed(weeks, None))

        assert set(ids(pages)) == {f"m{n}" for n in range(480)}
        starts = [lower for lower, _, skip, _ in held.asked if skip == 0]
        assert starts == sorted(starts)
        assert all(upper - lower <= WEEK_MS for lower, upper, _, _ in held.asked)

    def test_goes_on_behind_any_page_of_any_week(self) -> None:
        held = shop(500)
        weeks = Weeks.between(NOON - dt.timedelta(days=20), NOON)
        pages = list(PageReader(held.ask, largest_page=50).changed(weeks, None))

        for number, page in enumerate(pages):
            rest = list(PageReader(held.ask, largest_page=50).changed(weeks, page.resume_token))
            assert set(ids(pages[: number + 1])) | set(ids(rest)) == {f"m{n}" for n in range(480)}

    def test_stops_below_the_range_where_dates_are_ignored(self) -> None:
        held = shop(2000, heeds_dates=False)
        weeks = Weeks.between(NOON - dt.timedelta(hours=100), NOON)

        pages = list(PageReader(held.ask, largest_page=50).changed(weeks, None))

        assert {f"m{n}" for n in range(100)} <= set(ids(pages))
        assert len(held.asked) < 6

    @pytest.mark.parametrize(
        "token", ["x", "[]", "5", '{"offset":-1,"anchors":[]}', '{"offset":1}',
                  '{"from":"x","offset":0,"anchors":[]}'],
    )  # fmt: skip
    def test_refuses_tokens_that_are_not_its_own(self, token: str) -> None:
        reader = PageReader(shop(5).ask, largest_page=50)

        with pytest.raises(ValueError, match="not a"):
            list(reader.changed(Weeks.between(NOON - dt.timedelta(days=1), NOON), token))
