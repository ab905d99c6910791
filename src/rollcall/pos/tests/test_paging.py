"""Reading a list that moves between the pages."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollcall.pos.contract import RawRow
from rollcall.pos.paging import OverlapReader, Position, fingerprint, next_page

Row = dict[str, int]


def anchor(row: RawRow) -> str | None:
    return fingerprint(row["id"], row["version"])


class MovingList:
    """A list sorted by time of change; a changed row goes to one end."""

    def __init__(self, count: int, *, newest_first: bool) -> None:
        self.rows: list[Row] = [{"id": i, "version": 0} for i in range(count)]
        self.newest_first = newest_first
        self.moved: set[int] = set()
        self.fetches = 0
        self._versions = itertools.count(1)

    def fetch(self, page: int, size: int) -> list[Row]:
        self.fetches += 1
        return [dict(row) for row in self.rows[page * size : (page + 1) * size]]

    def touch(self, at: int) -> None:
        row = self.rows.pop(at % len(self.rows))
        row["version"] = next(self._versions)
        self.moved.add(row["id"])
        self.rows.insert(0 if self.newest_first else len(self.rows), row)

    def remove(self, at: int) -> None:
        self.moved.add(self.rows.pop(at % len(self.rows))["id"])

    def add(self) -> None:
        row = {"id": 1_000_000 + next(self._versions), "version": 0}
        self.moved.add(row["id"])
        self.rows.insert(0 if self.newest_first else len(self.rows), row)


def reader(fetch: Callable[[int, int], Sequence[RawRow]], *, largest: int) -> OverlapReader:
    return OverlapReader(fetch, anchor=anchor, largest_page=largest, first_page=0)


edits = st.lists(
    st.lists(
        st.tuples(st.sampled_from(["touch", "remove", "add"]), st.integers(0, 500)), max_size=15
    ),
    max_size=25,
)


def apply(moving: MovingList, batch: list[tuple[str, int]]) -> None:
    for what, at in batch:
        if what == "add":
            moving.add()
        elif moving.rows:
            getattr(moving, what)(at)


class TestOverlapReader:
    @settings(max_examples=100, deadline=None)
    @given(
        count=st.integers(0, 300),
        largest=st.integers(20, 40),
        newest_first=st.booleans(),
        edits=edits,
    )
    def test_gives_every_row_that_did_not_change(
        self, count: int, largest: int, newest_first: bool, edits: list[list[tuple[str, int]]]
    ) -> None:
        moving = MovingList(count, newest_first=newest_first)
        batches = iter(edits)

        def fetch(page: int, size: int) -> list[Row]:
            rows = moving.fetch(page, size)
            apply(moving, next(batches, []))
            return rows

        given_ids = {
            row["id"] for page in reader(fetch, largest=largest).pages() for row in page.rows
        }

        assert set(range(count)) - moving.moved <= given_ids

    @settings(max_examples=100, deadline=None)
    @given(
        count=st.integers(0, 300),
        largest=st.integers(20, 40),
        newest_first=st.booleans(),
        edits=edits,
        kills=st.lists(st.integers(1, 6), max_size=8),
    )
    def test_loses_nothing_when_it_is_killed_and_goes_on(
        self,
        count: int,
        largest: int,
        newest_first: bool,
        edits: list[list[tuple[str, int]]],
        kills: list[int],
    ) -> None:
        moving = MovingList(count, newest_first=newest_first)
        batches = iter(edits)

        def fetch(page: int, size: int) -> list[Row]:
            rows = moving.fetch(page, size)
            apply(moving, next(batches, []))
            return rows

        given_ids: set[int] = set()
        position: Position | None = None
        for pages_until_killed in [*kills, None]:
            pages = reader(fetch, largest=largest).pages(position)
            for page in itertools.islice(pages, pages_until_killed):
                given_ids |= {row["id"] for row in page.rows}
                position = Position.from_json(page.position.as_json())
            apply(moving, next(batches, []))

        assert set(range(count)) - moving.moved <= given_ids

    def test_repeats_few_rows_of_a_list_that_stands_still(self) -> None:
        still = MovingList(5000, newest_first=True)

        pages = list(reader(still.fetch, largest=50).pages())

        assert sum(len(page.rows) for page in pages) == 5000
        assert still.fetches == 123

    def test_ends_although_every_row_changes_all_the_time(self) -> None:
        moving = MovingList(100, newest_first=False)

        def fetch(page: int, size: int) -> list[Row]:
            rows = moving.fetch(page, size)
            for _ in range(100):
                moving.touch(0)
            return rows

        pages = list(reader(fetch, largest=20).pages())

        assert moving.fetches < 200
        assert len(pages) < 100

    def test_goes_on_behind_the_position_of_a_long_list(self) -> None:
        still = MovingList(1000, newest_first=True)
        first = list(itertools.islice(reader(still.fetch, largest=50).pages(), 10))
        before = still.fetches

        rest = list(reader(still.fetch, largest=50).pages(first[-1].position))

        assert {r["id"] for p in [*first, *rest] for r in p.rows} == set(range(1000))
        assert still.fetches - before == 15

    def test_counts_pages_from_one_where_the_pos_does(self) -> None:
        asked: list[int] = []

        def fetch(page: int, size: int) -> list[Row]:
            asked.append(page)
            return []

        list(OverlapReader(fetch, anchor=anchor, largest_page=20, first_page=1).pages())

        assert asked == [1]

    def test_refuses_pages_too_small_to_overlap(self) -> None:
        with pytest.raises(ValueError, match="cannot overlap"):
            OverlapReader(lambda page, size: [], anchor=anchor, largest_page=19)


class TestNextPage:
    @given(end=st.integers(3, 10**7), largest=st.integers(20, 1000))
    def test_begins_at_least_two_rows_before_the_end_and_brings_new_ones(
        self, end: int, largest: int
    ) -> None:
        index, size = next_page(end=end, largest=largest)

        assert size <= largest
        assert index * size < end
        assert (index + 1) * size > end

    @pytest.mark.parametrize(("end", "new"), [(50, 46), (1000, 35), (12_345, 39), (999_999, 42)])
    def test_repeats_few_rows_of_a_page_of_fifty(self, end: int, new: int) -> None:
        index, size = next_page(end=end, largest=50)

        assert (index + 1) * size - end == new

    def test_begins_at_the_first_page(self) -> None:
        assert next_page(end=0, largest=50) == (0, 50)
        assert next_page(end=2, largest=50) == (0, 50)


class TestPosition:
    @pytest.mark.parametrize(
        "written",
        [{}, {"offset": -1, "anchors": []}, {"offset": 1}, {"offset": "1", "anchors": []}],
    )
    def test_refuses_what_it_did_not_write(self, written: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="not a position"):
            Position.from_json(written)
