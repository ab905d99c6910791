from __future__ import annotations

import pytest

from rollcall.customers.rules.values import folded_names, normalise_fields, search_values
from rollcall.kit.fields import Fields, FieldValue


class TestNormaliseFields:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ({"phone": "(415) 555-0134"}, {"phone": "+14155550134"}),
            ({"phone": " 555-0134 "}, {"phone": "555-0134"}),
            ({"phone": "  "}, {"phone": None}),
            ({"phone": None}, {"phone": None}),
            ({"email": " Ana.Reyes@Example.COM "}, {"email": "ana.reyes@example.com"}),
            ({"email": " not an address "}, {"email": "not an address"}),
            ({"email": " "}, {"email": None}),
            ({"notes": " as it is "}, {"notes": " as it is "}),
            ({}, {}),
        ],
    )
    def test_keeps_what_has_no_normal_form(self, given: Fields, kept: Fields) -> None:
        assert normalise_fields(given) == kept

    def test_leaves_what_it_was_given_alone(self) -> None:
        given: dict[str, FieldValue] = {"phone": "(415) 555-0134"}

        normalise_fields(given)

        assert given == {"phone": "(415) 555-0134"}


class TestSearchValues:
    @pytest.mark.parametrize(
        ("values", "found"),
        [
            ({"phone": "+14155550134"}, {"phone": "+14155550134", "phone_last4": "0134"}),
            ({"phone": "555-0134"}, {"phone": "555-0134", "phone_last4": "0134"}),
            ({"phone": "0134"}, {"phone": "0134"}),
            ({"email": "ana@example.com"}, {"email": "ana@example.com"}),
            ({"born_on": "1991-04-17"}, {"born_on": "1991-04-17"}),
            ({"licence": " d123-4567 "}, {"licence": "D1234567"}),
            ({"licence": "N/A"}, {}),
            ({"medical_id": "mm-12-34"}, {"medical_id": "MM1234"}),
            ({"given_name": "Ana", "notes": "4155550134"}, {}),
            ({"phone": None, "licence": None}, {}),
        ],
    )
    def test_are_normal_forms_of_what_is_searched(
        self, values: Fields, found: dict[str, str]
    ) -> None:
        assert search_values(values) == found


class TestFoldedNames:
    def test_have_no_case_accents_or_punctuation(self) -> None:
        assert folded_names({"given_name": "ZOË-Ann", "family_name": "O'Néil"}) == (
            "zoe ann", "oneil",
        )  # fmt: skip

    def test_are_empty_where_there_are_none(self) -> None:
        assert folded_names({"family_name": None}) == ("", "")

    def test_are_short_enough_for_an_index(self) -> None:
        # One character of this name becomes eighteen when it is folded.
        given, family = folded_names({"given_name": "\ufdfa" * 500, "family_name": "ab " * 300})

        assert len(given.encode()) <= 800
        assert len(family) <= 200
        assert family == family.strip()
