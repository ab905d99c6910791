"""Lists are read whole from every kind of server that Dutchie's documents allow for."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollcall.pos.connectors.leaflogix.pages import PageReader
from rollcall.pos.contract import RawRow
from rollcall.pos.errors import PosRefusedDataError, PosUnavailableError
from rollcall.pos.paging import Position


@dataclass(kw_only=True)
class Server:
    """A list that moves, paged in one of the ways that are documented, seen or feared."""

    rows: int
    base: int = 0
    zero: str = "like_1"
    cap: int = 10**6
    shifts: bool = True
    moves: int = 0
    seed: int = 0
    asked: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._list = [
            {"customerId": n, "lastModifiedDateUTC": "0"} for n in range(1, self.rows + 1)
        ]
        self.still = set(range(1, self.rows + 1))

    def ask(self, _query: Mapping[str, str], number: int, size: int) -> list[RawRow]:
        self.asked.append((number, size))
        index = number - self.base
        if index < 0 and self.zero == "refused":
            raise PosRefusedDataError("starts at 1", code="http_400")
        if index < 0 and self.zero == "failing":
            raise PosUnavailableError("broken", code="http_500")
        page: list[RawRow] = []
        if index >= 0 or self.zero == "like_1":
            given_size = min(size, self.cap)
            start = max(0, index) * (given_size if self.shifts else size)
            page = [dict(row) for row in self._list[start : start + given_size]]
        self._move()
        return page

    def _move(self) -> None:
        for step in range(self.moves):
            if not self._list:
                return
            row: dict[str, Any] = self._list.pop(self._random.randrange(len(self._list)))
            self.still.discard(row["customerId"])
            row["lastModifiedDateUTC"] += "'"
            if step % 3 == 0:
                continue
            self._list.insert(0 if step % 3 == 1 else len(self._list), row)


def read(server: Server, *, largest: int = 50, zero_may_fail: bool = False) -> list[int]:
    reader = PageReader(server.ask, largest_page=largest, zero_may_fail=zero_may_fail)
    return [row["customerId"] for page in reader.pages({}) for row in page.rows]


servers = st.builds(
    Server,
    rows=st.integers(0, 230),
    base=st.sampled_from([0, 1]),
    zero=st.sampled_from(["like_1", "empty", "refused"]),
    cap=st.sampled_from([20, 21, 33, 49, 50, 10**6]),
    shifts=st.booleans(),
    seed=st.integers(0, 10**6),
)


class TestPageReader:
    @given(server=servers, largest=st.integers(20, 240))
    @settings(max_examples=200, deadline=None)
    def test_reads_everything(self, server: Server, largest: int) -> None:
        assert set(read(server, largest=largest)) == set(range(1, server.rows + 1))

    @given(server=servers, moves=st.integers(1, 3))
    @settings(max_examples=200, deadline=None)
    def test_reads_everything_that_stays_while_rows_move_and_leave(
        self, server: Server, moves: int
    ) -> None:
        server.moves = moves

        found = set(read(server))

        assert server.still - found == set()

    @given(server=servers, stop=st.integers(0, 5))
    @settings(max_examples=100, deadline=None)
    def test_goes_on_where_another_reader_stopped(self, server: Server, stop: int) -> None:
        first = PageReader(server.ask, largest_page=40, zero_may_fail=False)
        found: set[int] = set()
        position = None
        for number, page in enumerate(first.pages({})):
            found |= {row["customerId"] for row in page.rows}
            position = Position.from_json(page.position.as_json())
            if number == stop:
                break

        second = PageReader(server.ask, largest_page=40, zero_may_fail=False)
        found |= {row["customerId"] for page in second.pages({}, position) for row in page.rows}

        assert found == set(range(1, server.rows + 1))

    def test_asks_for_an_empty_list_under_both_numbers(self) -> None:
        server = Server(rows=0)

        assert read(server) == []
        assert server.asked == [(0, 50), (1, 50)]

    def test_asks_once_more_than_the_list_has_pages(self) -> None:
        server = Server(rows=30)

        assert len(read(server)) == 30
        assert server.asked == [(0, 50), (1, 28)]

    def test_knows_the_end_of_a_list_of_full_pages(self) -> None:
        server = Server(rows=130)

        assert set(read(server)) == set(range(1, 131))
        assert server.asked == [(0, 50), (1, 48), (2, 47)]

    @pytest.mark.parametrize("cap", [1, 5, 9])
    def test_refuses_pages_that_cannot_overlap(self, cap: int) -> None:
        with pytest.raises(PosUnavailableError) as caught:
            read(Server(rows=60, cap=cap))

        assert caught.value.code == "page_tiny"

    def test_remembers_how_pages_are_counted(self) -> None:
        server = Server(rows=30, base=1, zero="refused")
        reader = PageReader(server.ask, largest_page=50, zero_may_fail=False)
        list(reader.pages({}))
        server.asked.clear()

        list(reader.pages({}))

        assert reader.first_page == 1
        assert server.asked == [(1, 50), (2, 28)]

    def test_does_not_take_a_failing_page_0_for_an_empty_one(self) -> None:
        with pytest.raises(PosUnavailableError):
            read(Server(rows=30, base=1, zero="failing"))

        assert len(read(Server(rows=30, base=1, zero="failing"), zero_may_fail=True)) == 30

    def test_asks_for_page_0_again_before_believing_in_1(self) -> None:
        server = Server(rows=30)
        numbers: list[int] = []

        def empty_at_first(query: Mapping[str, str], number: int, size: int) -> list[RawRow]:
            numbers.append(number)
            return server.ask(query, number, size) if len(numbers) > 1 else []

        reader = PageReader(empty_at_first, largest_page=20, zero_may_fail=False)
        found = {row["customerId"] for page in reader.pages({}) for row in page.rows}

        assert numbers[:3] == [0, 1, 0]
        assert (found, reader.first_page) == (set(range(1, 31)), 0)

    def test_refuses_a_server_that_ignores_the_size(self) -> None:
        server = Server(rows=30)

        with pytest.raises(PosUnavailableError) as caught:
            list(
                PageReader(
                    lambda q, n, s: server.ask(q, n, s + 1), largest_page=20, zero_may_fail=False
                ).pages({})
            )
        assert caught.value.code == "page_too_long"

    def test_reads_rows_without_ids(self) -> None:
        rows: list[RawRow] = [{"firstName": f"A{n}"} for n in range(30)]

        def ask(_query: Mapping[str, str], number: int, size: int) -> list[RawRow]:
            return rows[number * size : (number + 1) * size]

        reader = PageReader(ask, largest_page=50, zero_may_fail=False)

        assert [row for page in reader.pages({}) for row in page.rows] == rows
