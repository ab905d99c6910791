"""Names fold to one comparable form, and come apart only where that is safe."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollcall.kit.normalise.names import NameParts, fold_name, name_tokens, split_full_name


class TestFoldName:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("ALICE", "alice"),
            ("  Ana   María\tLópez ", "ana maria lopez"),
            ("O'Neil", "oneil"),
            ("O\u2019Neil", "oneil"),
            ("O\u00b4Neil", "oneil"),
            ("Smith-Jones", "smith jones"),
            ("Smith\u2013Jones", "smith jones"),
            ("J.R. Smith, Jr.", "j r smith jr"),
            ("Wei\u00df", "weiss"),
            ("S\u00f8ren \u0141ukasz \u00c6sir", "soren lukasz aesir"),
            ("\u0130brahim I\u015f\u0131k", "ibrahim isik"),
            ("Nguy\u1ec5n", "nguyen"),
            ("So\u0338ren", "soren"),
            ("\u845b\U000e0100", "\u845b"),
            ("\uff21\uff4c\uff49\uff43\uff45", "alice"),
            ("A\u200bli\u00adce\u202e", "alice"),
            ("Alice \U0001f600", "alice"),
            ("\u0391\u03bb\u03ad\u03be\u03b7\u03c2", "\u03b1\u03bb\u03b5\u03be\u03b7\u03c3"),
            ("\u5c71\u7530 \u304c\u304f", "\u5c71\u7530 \u304c\u304f"),
            ("", ""),
            ("'-.", ""),
        ],
    )
    def test_folds_what_people_type_differently(self, text: str, folded: str) -> None:
        assert fold_name(text) == folded

    @settings(deadline=None, max_examples=500)
    @given(st.text(max_size=20))
    def test_leaves_its_own_answer_alone(self, text: str) -> None:
        folded = fold_name(text)

        assert fold_name(folded) == folded

    @settings(deadline=None, max_examples=500)
    @given(st.text(max_size=20))
    def test_is_blind_to_case(self, text: str) -> None:
        assert fold_name(text.upper()) == fold_name(text.lower()) == fold_name(text)

    @settings(deadline=None, max_examples=300)
    @given(st.text(max_size=20))
    def test_is_blind_to_how_accents_are_encoded(self, text: str) -> None:
        composed = unicodedata.normalize("NFC", text)
        decomposed = unicodedata.normalize("NFD", text)

        assert fold_name(composed) == fold_name(decomposed)

    @settings(deadline=None, max_examples=300)
    @given(
        st.text(alphabet="abcxyzABCXYZ ", max_size=12),
        st.lists(st.sampled_from("\u0300\u0301\u0303\u0308\u030a\u0327\u0328"), min_size=12),
    )
    def test_is_blind_to_accents(self, text: str, accents: list[str]) -> None:
        accented = "".join(
            letter + accent if letter != " " else letter
            for letter, accent in zip(text, accents, strict=False)
        )

        assert fold_name(accented) == fold_name(text)

    @settings(deadline=None, max_examples=300)
    @given(st.text(max_size=30))
    def test_has_single_spaces_and_no_ascii_capitals(self, text: str) -> None:
        folded = fold_name(text)

        assert folded == " ".join(folded.split())
        assert not any("A" <= character <= "Z" for character in folded)


class TestNameTokens:
    @pytest.mark.parametrize(
        ("text", "tokens"),
        [
            ("O'Neil", ("oneil",)),
            ("María de la Cruz", ("maria", "de", "la", "cruz")),
            ("Smith-Jones", ("smith", "jones")),
            ("Li Li", ("li", "li")),
            ("  ", ()),
        ],
    )
    def test_splits_at_spaces_and_hyphens(self, text: str, tokens: tuple[str, ...]) -> None:
        assert name_tokens(text) == tokens


class TestSplitFullName:
    @pytest.mark.parametrize(
        ("text", "given_name", "middle", "family", "suffix"),
        [
            ("Alice Meyer", "Alice", "", "Meyer", ""),
            ("Smith, John Q.", "John", "Q.", "Smith", ""),
            ("John Q. Smith Jr.", "John", "Q.", "Smith", "Jr."),
            ("John Smith, III", "John", "", "Smith", "III"),
            ("Smith Jr., John", "John", "", "Smith", "Jr."),
            ("Smith, John, Jr.", "John", "", "Smith", "Jr."),
            ("Smith, John Jr.", "John", "", "Smith", "Jr."),
            ("ANA DE LA CRUZ", "ANA", "", "DE LA CRUZ", ""),
            ("de la Cruz, Ana María", "Ana", "María", "de la Cruz", ""),
            ("Vincent Willem van Gogh", "Vincent", "Willem", "van Gogh", ""),
            ("Van Nguyen", "Van", "", "Nguyen", ""),
            ("Al Smith", "Al", "", "Smith", ""),
            ("Mary-Kate O'Neil", "Mary-Kate", "", "O'Neil", ""),
            ("Mrs. Alice Meyer", "Alice", "", "Meyer", ""),
            ("Maria V", "Maria", "", "V", ""),
            ("Alice", "Alice", "", "", ""),
            ("Jr.", "Jr.", "", "", ""),
            ("Meyer,", "Meyer", "", "", ""),
            ("", "", "", "", ""),
            (" , ", "", "", "", ""),
        ],
    )
    def test_takes_apart(
        self, text: str, given_name: str, middle: str, family: str, suffix: str
    ) -> None:
        assert split_full_name(text) == NameParts(
            full=" ".join(text.split()),
            given=given_name,
            middle=middle,
            family=family,
            suffix=suffix,
        )

    @settings(deadline=None, max_examples=300)
    @given(st.text(alphabet="ab ,.JrvanIdelM", max_size=25))
    def test_gives_every_word_at_most_once_and_invents_none(self, text: str) -> None:
        parts = split_full_name(text)
        words = f"{parts.given} {parts.middle} {parts.family} {parts.suffix}".split()
        source = text.replace(",", " ").split()

        for word in words:
            source.remove(word)
