"""One search box, every plausible reading, nothing raised but its own error."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollcall.kit.normalise.search_text import (
    SearchTerms,
    SearchTextError,
    SearchTextProblem,
    parse_search_text,
)

TODAY = dt.date(2026, 11, 22)
BORN_ON = dt.date(1991, 4, 17)
PUBLIC_ID = "018f3c5e-7a10-7bbb-8ccc-0242ac120002"


class TestParseSearchText:
    @pytest.mark.parametrize(
        ("text", "terms"),
        [
            ("(415) 555-0142", SearchTerms(phone_e164="+14155550142")),
            ("+1 415.555.0142", SearchTerms(phone_e164="+14155550142")),
            ("1-800-FLOWERS", SearchTerms(phone_e164="+18003569377")),
            ("\u202d(415)\u00a0555\u20110142\u202c", SearchTerms(phone_e164="+14155550142")),
            (
                "4155550142",
                SearchTerms(
                    phone_e164="+14155550142", id_key="4155550142", external_id="4155550142"
                ),
            ),
            ("0142", SearchTerms(phone_last4="0142", id_key="0142", external_id="0142")),
            ("0000", SearchTerms(phone_last4="0000", external_id="0000")),
            (
                "5550142",
                SearchTerms(phone_suffix="5550142", id_key="5550142", external_id="5550142"),
            ),
            ("555 0142", SearchTerms(phone_suffix="5550142", id_key="5550142")),
            (
                "lopez 55 50142",
                SearchTerms(name_tokens=("lopez",), phone_suffix="5550142", id_key="5550142"),
            ),
            ("20", SearchTerms(id_key="20", external_id="20")),
            ("ana maria lópez", SearchTerms(name_tokens=("ana", "maria", "lopez"))),
            ("O'Neil-Smith, J.", SearchTerms(name_tokens=("oneil", "smith", "j"))),
            ("\uff21na", SearchTerms(name_tokens=("ana",))),
            ("04/17/1991", SearchTerms(born_on=BORN_ON)),
            ("1991-04-17", SearchTerms(born_on=BORN_ON)),
            ("4/17/91", SearchTerms(born_on=BORN_ON)),
            ("4 / 17 / 1991", SearchTerms(born_on=BORN_ON)),
            ("19910417", SearchTerms(born_on=BORN_ON, id_key="19910417", external_id="19910417")),
            ("lopez 1991-04-17", SearchTerms(name_tokens=("lopez",), born_on=BORN_ON)),
            ("04/17/1991, lopez", SearchTerms(name_tokens=("lopez",), born_on=BORN_ON)),
            ("lopez 0142", SearchTerms(name_tokens=("lopez",), phone_last4="0142", id_key="0142")),
            (
                "lopez (415) 555-0142",
                SearchTerms(name_tokens=("lopez",), phone_e164="+14155550142"),
            ),
            ("D1234567", SearchTerms(id_key="D1234567", external_id="D1234567")),
            ("d123 4567", SearchTerms(id_key="D1234567")),
            ("D14155550142", SearchTerms(id_key="D14155550142", external_id="D14155550142")),
            ("Ana@Example.com", SearchTerms(email="ana@example.com")),
            (
                "Ana <ana@example.com> 4/17/91",
                SearchTerms(name_tokens=("ana",), email="ana@example.com", born_on=BORN_ON),
            ),
            ("ana@exa", SearchTerms(name_tokens=("ana", "exa"))),
            (PUBLIC_ID, SearchTerms(public_id=uuid.UUID(PUBLIC_ID), external_id=PUBLIC_ID)),
            (
                "'; DROP TABLE customers;--",
                SearchTerms(name_tokens=("drop", "table", "customers")),
            ),
            ("ana\x00 \U0001f600 l\u202eopez", SearchTerms(name_tokens=("ana", "lopez"))),
        ],
    )
    def test_finds_the_plausible_readings(self, text: str, terms: SearchTerms) -> None:
        assert parse_search_text(text, today=TODAY) == terms

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", SearchTextProblem.EMPTY),
            (" \t\u200b\x00", SearchTextProblem.EMPTY),
            ("a" * 201, SearchTextProblem.TOO_LONG),
            ("\U0001f600 -- %", SearchTextProblem.NOTHING_TO_SEARCH),
            ("\ud800", SearchTextProblem.EMPTY),
        ],
    )
    def test_says_why_there_is_nothing_to_search(
        self, text: str, problem: SearchTextProblem
    ) -> None:
        with pytest.raises(SearchTextError) as caught:
            parse_search_text(text, today=TODAY)

        assert caught.value.problem is problem

    def test_takes_two_hundred_characters(self) -> None:
        assert parse_search_text("a" * 200, today=TODAY).name_tokens == ("a" * 200,)

    def test_does_not_take_a_day_to_come_for_a_birth(self) -> None:
        assert parse_search_text("2026-11-23", today=TODAY).born_on is None

    def test_hides_what_was_typed_from_logs(self) -> None:
        assert "lopez" not in repr(parse_search_text("lopez", today=TODAY))

    @settings(deadline=None, max_examples=600)
    @given(
        st.text(max_size=210)
        | st.text(alphabet="0123456789/-+()@.ana {}\u0661\u202e\x00\U0001f600", max_size=40)
        | st.text(alphabet=st.characters(categories=["Cs", "Cc", "Cf", "Nd", "No"]), max_size=20)
    )
    def test_raises_nothing_but_its_own_error(self, text: str) -> None:
        with contextlib.suppress(SearchTextError):
            assert parse_search_text(text, today=TODAY) != SearchTerms()
