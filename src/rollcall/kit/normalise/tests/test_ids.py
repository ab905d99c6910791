"""Ids in one spelling, and no id where none was given."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollcall.kit.normalise.ids import PLACEHOLDERS, id_normal, is_placeholder


class TestIdNormal:
    @pytest.mark.parametrize(
        ("text", "normal"),
        [
            ("d1234567", "D1234567"),
            (" D-123 4567 ", "D1234567"),
            ("MED\u2013ca/00\u200b42", "MEDCA0042"),
            ("\uff24\uff11\uff12\uff13", "D123"),
            ("\u00f1123", "N123"),
            ("0142", "0142"),
        ],
    )
    def test_keeps_letters_and_digits_only(self, text: str, normal: str) -> None:
        assert id_normal(text) == normal

    @pytest.mark.parametrize(
        "text",
        [
            "N/A",
            "n.a.",
            "NA",
            "none",
            "NULL",
            "0",
            "000000",
            "1111111",
            "XXXX",
            "x",
            "unknown",
            "Test",
            "-",
            "'",
            "123456789",
            "no id",
            "\U0001f600",
            "",
        ],
    )
    def test_is_none_for_what_stands_for_nothing(self, text: str) -> None:
        assert id_normal(text) is None
        assert is_placeholder(text)

    @settings(deadline=None, max_examples=400)
    @given(st.text(max_size=20))
    def test_leaves_its_own_answer_alone(self, text: str) -> None:
        normal = id_normal(text)

        assert normal is None or id_normal(normal) == normal

    @settings(deadline=None, max_examples=400)
    @given(st.text(max_size=20))
    def test_is_made_of_ascii_capitals_and_digits(self, text: str) -> None:
        normal = id_normal(text)

        assert normal is None or re.fullmatch("[A-Z0-9]+", normal)

    @settings(deadline=None, max_examples=200)
    @given(st.text(alphabet="abcXYZ019 -/", max_size=20))
    def test_is_blind_to_case(self, text: str) -> None:
        assert id_normal(text.lower()) == id_normal(text.upper()) == id_normal(text)

    def test_lists_placeholders_in_normal_form(self) -> None:
        assert {
            word for word in PLACEHOLDERS if not (word.isalnum() and word == word.upper())
        } == set()
