"""The phone normaliser gives libphonenumber's answers, with or without asking it."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollcall.kit.normalise.phone import Phone, last4, normalise_phone, phone_e164
from rollcall.kit.normalise.tests.judges import library_phone

#: What the standard library's pattern parser attaches to an operation; it has no types of its own.
ParsedArgument = Any

#: Area codes around which the rules are uneven: digits behind the sixth count, parts are not given
#: out, numbers are personal, free or dear, or the code is no area code at all.
UNEVEN_AREAS = (
    "246 268 340 441 500 521 523 524 529 555 600 622 658 664 721 767 800 829 876 900 983 999"
)
NUMBER_SIGNS = "0123456789+-() ./x#,;*~[]extABC\uff0b\uff11\u0661\u2011\u00a0\u200b\u202d\n\t\x00"


def nanp_numbers() -> st.SearchStrategy[str]:
    """Ten digits, half of them from the uneven areas."""
    line = st.integers(0, 9_999_999).map("{:07}".format)
    uneven = st.builds(str.__add__, st.sampled_from(UNEVEN_AREAS.split()), line)
    return st.one_of(uneven, st.integers(0, 9_999_999_999).map("{:010}".format))


def dirty_numbers() -> st.SearchStrategy[str]:
    """Ten digits with random signs slipped in between."""
    gap = st.text(alphabet=NUMBER_SIGNS, max_size=2) | st.sampled_from(["", "-", " ", "+1", "1"])
    gaps = st.lists(gap, min_size=4, max_size=4)
    return st.builds(
        lambda number, g: f"{g[0]}{number[:3]}{g[1]}{number[3:6]}{g[2]}{number[6:]}{g[3]}",
        nanp_numbers(),
        gaps,
    )


class TestPhoneE164:
    @pytest.mark.parametrize(
        "text",
        [
            "4155552671",
            "(415) 555-2671",
            "(415)555-2671",
            "415.555.2671",
            "415 555 2671",
            "1-415-555-2671",
            "14155552671",
            "+1 415 555 2671",
            "+14155552671",
            " 415-555-2671 ",
            "\uff0b1 415 555 2671",
            "\uff14\uff11\uff15-555-2671",
            "\u0664\u0661\u06655552671",
            "\u202d+1 (415) 555-2671\u202c",
            "415\u200b555\u200b2671",
            "415\x00555\x002671",
            "415\t555\t2671",
            "tel:415-555-2671",
            "415-555-2671 x123",
            "(415) 555-2671 ext. 9",
            "011 1 415 555 2671",
        ],
    )
    def test_finds_one_form_for_every_spelling(self, text: str) -> None:
        assert phone_e164(text) == "+14155552671"

    @pytest.mark.parametrize(
        ("text", "e164"),
        [
            ("1-800-FLOWERS", "+18003569377"),
            ("(415) 555-0142", "+14155550142"),
            ("+44 20 7946 0018", "+442079460018"),
            ("+41 44 668 18 00", "+41446681800"),
            ("204-555-0142", "+12045550142"),
            ("+33 6 12 34 56 78", "+33612345678"),
            ("+33612345678", "+33612345678"),
        ],
    )
    def test_reads_letters_reserved_lines_and_other_countries(self, text: str, e164: str) -> None:
        assert phone_e164(text) == e164

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "   ",
            "N/A",
            "none",
            "555-2671",
            "0000000000",
            "5555555555",
            "1234567890",
            "0415555267",
            "4151552671",
            "415555267",
            "41555526711",
            "415-555-2671 or 510-555-2671",
            "4155552671\n5105552671",
            "+4155552671",
            "0003101234",
            "\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2",
            "4" * 5000,
        ],
    )
    def test_is_none_for_what_is_no_valid_number(self, text: str) -> None:
        assert phone_e164(text) is None

    def test_tells_apart_ranges_that_differ_in_the_seventh_digit(self) -> None:
        valid = [phone_e164(f"246521{seventh}000") is not None for seventh in range(10)]

        assert valid == [library_phone(f"246521{seventh}000") is not None for seventh in range(10)]
        assert set(valid) == {True, False}

    @settings(deadline=None, max_examples=400)
    @given(nanp_numbers())
    def test_agrees_with_the_library_on_any_ten_digits(self, number: str) -> None:
        assert phone_e164(number) == library_phone(number)

    @settings(deadline=None, max_examples=600)
    @given(dirty_numbers() | st.text(alphabet=NUMBER_SIGNS, max_size=20) | st.text(max_size=20))
    def test_agrees_with_the_library_on_dirt(self, text: str) -> None:
        assert phone_e164(text) == library_phone(text)

    @settings(deadline=None, max_examples=300)
    @given(dirty_numbers() | st.text(alphabet=NUMBER_SIGNS, min_size=8, max_size=16))
    def test_leaves_its_own_answer_alone(self, text: str) -> None:
        e164 = phone_e164(text)

        assert e164 is None or phone_e164(e164) == e164


class TestLibraryData:
    """What the table of six-digit prefixes rests on, checked for each new release's data."""

    def test_never_looks_at_the_last_three_digits(self) -> None:
        free = {
            (region, kind): _free_digits_at_the_end(pattern)
            for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1]
            for kind, pattern in _patterns(region)
        }

        assert min(free.values()) >= 3

    def test_tries_the_main_region_first_and_without_leading_digits(self) -> None:
        assert phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1][0] == "US"
        assert _metadata("US").leading_digits is None

    def test_has_no_kind_of_number_that_the_table_does_not_know(self) -> None:
        from_library = {kind for kind, _ in _patterns("US")}

        assert from_library <= {
            "fixed_line",
            "mobile",
            "toll_free",
            "premium_rate",
            "personal_number",
        }


class TestNormalisePhone:
    def test_keeps_the_extension(self) -> None:
        found = normalise_phone("(415) 555-2671 x123")

        assert found == Phone(e164="+14155552671", extension="123")

    def test_reads_a_number_without_country_code_in_the_given_region(self) -> None:
        found = normalise_phone("044 668 18 00", region="CH")

        assert found == Phone(e164="+41446681800")


class TestLast4:
    def test_takes_them_from_a_valid_number(self) -> None:
        assert last4("(415) 555-0142 x77") == "0142"

    def test_is_none_without_a_valid_number(self) -> None:
        assert last4("0142") is None


def _metadata(region: str) -> phonenumbers.PhoneMetadata:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    return metadata


def _patterns(region: str) -> list[tuple[str, str]]:
    """The ten-digit patterns of one region, by kind of number."""
    found = []
    for kind, value in vars(_metadata(region)).items():
        pattern = getattr(value, "national_number_pattern", None)
        if pattern and kind not in {"general_desc", "no_international_dialling"}:
            found.append((kind, pattern))
    # Seven-digit numbers (Canada's 310-xxxx) never reach the table.
    return [(kind, pattern) for kind, pattern in found if pattern != r"310\d{4}"]


def _free_digits_at_the_end(pattern: str) -> int:
    """How many digits at the end of every match may be any digit, by the parsed pattern."""
    return _free_tail(importlib.import_module("re._parser").parse(pattern))


def _free_tail(items: Iterable[tuple[object, ParsedArgument]]) -> int:
    free = 0
    for operation, argument in reversed(list(items)):
        name = str(operation)
        if name == "IN" and "CATEGORY_DIGIT" in str(argument):
            free += 1
        elif name == "MAX_REPEAT" and argument[0] == argument[1] and _free_tail(argument[2]) == 1:
            free += argument[0]
        elif name == "BRANCH":
            return free + min(_free_tail(branch) for branch in argument[1])
        elif name == "SUBPATTERN":
            return free + _free_tail(argument[3])
        else:
            return free
    return free
