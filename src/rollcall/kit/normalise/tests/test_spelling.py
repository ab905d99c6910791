from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.kit.normalise.spelling import (
    count_slips,
    one_slip_spellings,
    slips_allowed,
    thirds,
)

WORDS = st.text("abcdeñ", max_size=5)


class TestSlipsAllowed:
    @pytest.mark.parametrize(
        ("word", "slips"),
        [("", 0), ("ana", 0), ("jose", 1), ("ramirez", 1), ("gonzalez", 2), ("x" * 200, 2)],
    )
    def test_grow_with_the_word(self, word: str, slips: int) -> None:
        assert slips_allowed(word) == slips


class TestCountSlips:
    @pytest.mark.parametrize(
        ("one", "other", "slips"),
        [
            ("maria", "maria", 0),
            ("maria", "mraia", 1),
            ("maria", "mara", 1),
            ("maria", "marria", 1),
            ("maria", "mariq", 1),
            ("rodriguez", "rodirgues", 2),
            ("whitcombe", "witcomb", 2),
            ("ca", "abc", None),
            ("maria", "marta", 1),
            ("maria", "", None),
            ("", "", 0),
        ],
    )
    def test_counts(self, one: str, other: str, slips: int | None) -> None:
        assert count_slips(one, other, most=2) == slips
        assert count_slips(other, one, most=2) == slips

    def test_says_nothing_of_words_further_apart(self) -> None:
        assert count_slips("rodriguez", "rodirgues", most=1) is None

    @given(WORDS, WORDS)
    def test_agrees_with_the_textbook(self, one: str, other: str) -> None:
        told = count_slips(one, other, most=2)

        known = textbook(one, other)
        assert told == (known if known <= 2 else None)


class TestOneSlipSpellings:
    def test_are_all_words_one_slip_away(self) -> None:
        spellings = one_slip_spellings("ana")

        assert {"an", "aana", "naa", "anq", "ann", "anab"} <= spellings
        assert "ana" not in spellings
        assert {count_slips("ana", one, most=2) for one in spellings} == {1}

    @given(WORDS, WORDS)
    def test_miss_none(self, one: str, other: str) -> None:
        if count_slips(one, other, most=1) == 1 and set(other) <= {*one, *"abcde"}:
            assert other in one_slip_spellings(one)


class TestThirds:
    @given(st.text(min_size=1, max_size=60))
    def test_are_the_whole_word(self, word: str) -> None:
        assert "".join(thirds(word)) == word

    def test_are_about_equal(self) -> None:
        assert thirds("gonzalez") == ("gon", "zal", "ez")


def textbook(one: str, other: str) -> int:
    """Optimal string alignment, as slowly as it is defined."""
    if not one or not other:
        return len(one) + len(other)
    costs = [
        textbook(one[:-1], other) + 1,
        textbook(one, other[:-1]) + 1,
        textbook(one[:-1], other[:-1]) + (one[-1] != other[-1]),
    ]
    if one[-2:] == other[-2:][::-1] and len(one) > 1 and len(other) > 1:
        costs.append(textbook(one[:-2], other[:-2]) + 1)
    return min(costs)
