from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from rollcall.customers.rules.forest import Join, Place, connected, representatives

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
AGES = {number: (NOON, number) for number in range(1, 7)}
HOME = [Place(number * 10, number, number) for number in AGES]

_SOMEBODY = st.sampled_from(sorted(AGES))
_PLACES = st.lists(_SOMEBODY, min_size=6, max_size=6).map(
    lambda bases: [
        Place(home * 10, home, base) for home, base in zip(sorted(AGES), bases, strict=True)
    ]
)
_JOINS = st.lists(st.tuples(_SOMEBODY, _SOMEBODY, st.booleans()), max_size=8).map(
    lambda told: [
        Join(id=number, survivor_id=one, absorbed_id=two, is_chosen=chosen)
        for number, (one, two, chosen) in enumerate(told)
        if one != two
    ]
)


def join(number: int, survivor: int, absorbed: int, *, is_chosen: bool = False) -> Join:
    return Join(id=number, survivor_id=survivor, absorbed_id=absorbed, is_chosen=is_chosen)


class TestRepresentatives:
    def test_are_everybody_for_themselves_without_evidence(self) -> None:
        assert representatives(AGES, HOME, []) == {number: number for number in AGES}

    def test_are_the_older_of_two(self) -> None:
        assert representatives(AGES, HOME, [join(1, 3, 2)])[3] == 2

    def test_are_the_chosen_one(self) -> None:
        assert representatives(AGES, HOME, [join(1, 3, 2, is_chosen=True)])[2] == 3

    def test_follow_a_record_that_its_pos_has_moved(self) -> None:
        places = [Place(10, 1, 2), *HOME[1:]]

        assert representatives(AGES, places, [])[1] == 2

    def test_stay_with_somebody_who_still_has_a_record(self) -> None:
        places = [Place(10, 1, 2), Place(30, 3, 1), HOME[1]]

        told = representatives(AGES, places, [])

        assert (told[1], told[3]) == (1, 1)

    def test_carry_a_merge_on_to_where_a_record_went(self) -> None:
        places = [Place(10, 1, 2), *HOME[1:]]

        assert representatives(AGES, places, [join(1, 1, 3)])[3] == 2

    @given(places=_PLACES, joins=_JOINS)
    def test_stand_for_themselves(self, places: list[Place], joins: list[Join]) -> None:
        told = representatives(AGES, places, joins)

        assert all(told[standing] == standing for standing in told.values())

    @given(places=_PLACES, joins=_JOINS)
    def test_are_one_for_all_who_are_connected(
        self, places: list[Place], joins: list[Join]
    ) -> None:
        told = representatives(AGES, places, joins)
        forwards = representatives(AGES, places, [])
        ties = [(forwards[one.survivor_id], forwards[one.absorbed_id]) for one in joins]

        for number, forward in forwards.items():
            around = connected(forward, ties)
            assert {two for two in AGES if told[two] == told[number]} == {
                two for two in AGES if forwards[two] in around
            }

    @given(places=_PLACES, joins=_JOINS)
    def test_do_not_depend_on_the_order_of_telling(
        self, places: list[Place], joins: list[Join]
    ) -> None:
        told = representatives(AGES, places, joins)

        assert representatives(AGES, places[::-1], joins[::-1]) == told
