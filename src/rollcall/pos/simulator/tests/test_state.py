"""The state file of a simulator."""

from __future__ import annotations

import random
from pathlib import Path

from rollcall.pos.simulator.records import Listing, Record
from rollcall.pos.simulator.state import State


class TestPagesOfLongLists:
    def test_are_the_same_whatever_page_was_read_before(self, tmp_path: Path) -> None:
        records = [
            Record(pos_id=str(n), person_id=str(n), signed_up=n % 7, updated=n % 11)
            for n in range(200)
        ]
        path = tmp_path / "state.sqlite"
        State.fill(path, lambda record: {"id": record.pos_id}, identity={}, records=records)
        state = State.open(path, lambda record: {"id": record.pos_id}, identity={})
        rng = random.Random(5)

        for _ in range(300):
            listing = Listing(
                column="updated",
                lower=rng.choice([0, 3]),
                upper=12,
                order_by=rng.choice(["updated", "signed_up"]),
                descending=rng.random() < 0.5,
            )
            for offset in (rng.randrange(0, 220), rng.randrange(0, 220), rng.randrange(0, 40)):
                limit = rng.randrange(1, 60)
                everything = State.open(path, lambda _: {}, identity={}).page(
                    listing, offset=0, limit=1000
                )
                expected = everything[offset : offset + limit]
                assert state.page(listing, offset=offset, limit=limit) == expected

    def test_see_what_was_written_in_between(self, tmp_path: Path) -> None:
        records = [
            Record(pos_id=str(n), person_id=str(n), signed_up=n, updated=n) for n in range(30)
        ]
        path = tmp_path / "state.sqlite"
        State.fill(path, lambda record: {"id": record.pos_id}, identity={}, records=records)
        state = State.open(path, lambda record: {"id": record.pos_id}, identity={})
        listing = Listing(column="updated", lower=0, upper=1000, order_by="updated")
        state.page(listing, offset=0, limit=10)

        state.remove("3")

        assert [one[1] for one in state.page(listing, offset=10, limit=2)] == ["11", "12"]
