from __future__ import annotations

import pytest

from rollcall.identity.rules.pet_names import is_short, pet_forms, pet_stem


class TestIsShort:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("meg", "megan"),
            ("rissa", "marissa"),
            ("gabby", "gabriela"),
            ("jimmie", "jimmy"),
            ("ronny", "ron"),
        ],
    )
    def test_knows_beginnings_ends_and_pet_endings(self, one: str, other: str) -> None:
        assert is_short(one, other)
        assert is_short(other, one)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("mary", "martin"),
            ("marie", "mark"),
            ("al", "alice"),
            ("ana", "diana"),
            ("jamie", "jamel"),
            ("", "ann"),
        ],
    )
    def test_does_not_join_names_that_begin_or_end_alike(self, one: str, other: str) -> None:
        assert not is_short(one, other)
        assert not is_short(other, one)


class TestPetStem:
    @pytest.mark.parametrize(
        ("word", "stem"),
        [("jimmie", "jim"), ("terry", "ter"), ("mary", ""), ("robert", ""), ("ee", ""), ("", "")],
    )
    def test_takes_the_ending_off(self, word: str, stem: str) -> None:
        assert pet_stem(word) == stem


class TestPetForms:
    def test_finds_the_list_under_other_spellings(self) -> None:
        assert {"james", "jim"} <= pet_forms("jimmie")
        assert "edgar" in pet_forms("eddy")

    def test_never_names_the_word_itself(self) -> None:
        assert "jimmie" not in pet_forms("jimmie")

    def test_is_empty_for_what_is_no_name(self) -> None:
        assert pet_forms("qzx") == pet_forms("") == pet_forms("y") == frozenset()
