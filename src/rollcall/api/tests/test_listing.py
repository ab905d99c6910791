"""What may be asked of a list."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import RequestFactory

from rollcall.api.listing import Filter, FilterError, Listing, Wanted, one_of, read_instant
from rollcall.api.listing import read_listing as read
from rollcall.api.problems import ProblemError

LISTING = Listing(
    filters=(
        Filter(name="state", description="", example="", read=one_of("open", "done")),
        Filter(name="since", description="", example="", read=read_instant),
    ),
    sorts=("-id", "id"),
)


def asked(**query: Any) -> Wanted:
    return read(RequestFactory().get("/", query), LISTING)


def errors(**query: Any) -> Any:
    with pytest.raises(ProblemError) as told:
        asked(**query)
    return told.value.problem.errors


class TestAList:
    def test_is_read_with_its_usual_order_and_length(self) -> None:
        assert asked() == Wanted(sort="-id", limit=50, after="")

    def test_goes_on_behind_a_cursor_of_its_own(self) -> None:
        following = asked(sort="id").next(1042)

        assert asked(sort="id", cursor=following).after_id == 1042

    def test_takes_no_cursor_of_another_order(self) -> None:
        following = asked(sort="id").next(1042)

        assert errors(cursor=following) == {"cursor": ["is not a cursor of this list"]}

    def test_takes_no_place_that_is_no_number(self) -> None:
        with pytest.raises(ProblemError, match="invalid"):
            asked(cursor=asked().next("x")).after_id  # noqa: B018 - it reads

    def test_is_narrowed_by_what_it_declares(self) -> None:
        found = asked(state="open", since="2026-11-20T12:00:00Z")

        assert found.filters == {
            "state": "open",
            "since": dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC),
        }

    def test_says_all_that_is_wrong_without_repeating_it(self) -> None:
        assert errors(state="Nora", since="yesterday", sort="name", phone="5550132") == {
            "query": ["has a parameter that is not known here"],
            "sort": ["is none of -id, id"],
            "state": ["is none of open, done"],
            "since": ["is not an instant with a zone, such as 2026-11-20T12:00:00Z"],
        }

    def test_refuses_what_can_stand_in_no_column(self) -> None:
        assert list(errors(state="\0")) == ["state"]
        assert list(errors(state="x" * 201)) == ["state"]

    @pytest.mark.parametrize("text", ["2026-11-20", "2026-11-20T12:00:00", "9999-12-31T23:00:00Z"])
    def test_reads_only_instants_with_a_zone_of_our_time(self, text: str) -> None:
        with pytest.raises(FilterError):
            read_instant(text)
