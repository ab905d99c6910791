from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.identity.rules.evidence import Evidence, evidence_of
from rollcall.identity.rules.levels import FIELDS, LEVELS, compare, level_name
from rollcall.identity.rules.spellings import jaro_winkler, one_slip
from rollcall.identity.rules.vetoes import speaks_of_the_person, vetoes
from rollcall.kit.normalise.spelling import count_slips


def level(field: str, a: Evidence, b: Evidence) -> str:
    return level_name(field, compare(a, b)[FIELDS.index(field)])


def levels_of(**names: str) -> tuple[int, ...]:
    return tuple(LEVELS[f].index(names[f]) if f in names else -1 for f in FIELDS)


WORDS = st.text(alphabet="abcde", max_size=7)


class TestCompare:
    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            (("Robert", "Lee"), ("Robert", "Lee"), "exact"),
            (("Robert", "Lee"), ("Bob", "Lee"), "nickname"),
            (("Robert", "Lee"), ("Robret", "Lee"), "near"),
            (("Maria", "Lee"), ("Maeia", "Lee"), "near"),
            (("Edgar", "Lee"), ("Eddy", "Lee"), "nickname"),
            (("James", "Lee"), ("Jimmie", "Lee"), "nickname"),
            (("Jaxonia", "Lee"), ("Jax", "Lee"), "short"),
            (("Rissa", "Lee"), ("Kamarissa", "Lee"), "short"),
            (("Lotty", "Lee"), ("Lothar", "Lee"), "short"),
            (("Anna", "Lee"), ("Sasha", "Lee"), "different"),
            (("Robert", "Lee"), ("Lee", "Robert"), "swapped"),
            (("Robert", "Halvers"), ("Halvers", "Robrt"), "swapped"),
            (("Robert", "Lee"), ("R", "Lee"), "initial"),
            (("Mary Ann", "Lee"), ("Ann", "Lee"), "part"),
            (("Patricia", "Lee"), ("Patryk", "Lee"), "similar"),
            (("Robert", "Lee"), ("Hannah", "Lee"), "different"),
            (("Robert", "Lee"), ("", "Lee"), "missing"),
        ],
    )
    def test_tells_given_names_apart(
        self, one: tuple[str, str], other: tuple[str, str], expected: str
    ) -> None:
        a = evidence_of({"given_name": one[0], "family_name": one[1]})
        b = evidence_of({"given_name": other[0], "family_name": other[1]})
        assert (level("given", a, b), level("given", b, a)) == (expected, expected)

    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            ("de la Cruz", "Delacruz", "exact"),
            ("Garcia-Lopez", "Garcia Lopez", "exact"),
            ("Garcia Lopez", "Lopez", "part"),
            ("O'Neil", "ONeal", "near"),
            ("Gardner", "Gaahdner", "similar"),
            ("Bratcher", "B", "initial"),
            ("Bratcher", "H", "different"),
            ("Smith Jr", "Smith", "exact"),
            ("Smith", "Haugen", "different"),
        ],
    )
    def test_tells_family_names_apart(self, one: str, other: str, expected: str) -> None:
        a, b = evidence_of({"family_name": one}), evidence_of({"family_name": other})
        assert level("family", a, b) == expected

    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            ("1991-03-09", "1991-03-09", "exact"),
            ("1991-03-09", "1991-09-03", "day_month"),
            ("1991-03-09", "1992-03-09", "one_slip"),
            ("1991-03-09", "1991-30-09", "one_slip"),
            ("1991-03-09", "1991-03-28", "two_parts"),
            ("5962-11-13", "1962-12-13", "two_slips"),
            ("1991-03-09", "1964-03-17", "different"),
            ("1991-03-09", "1964-07-28", "different"),
        ],
    )
    def test_tells_birth_dates_apart(self, one: str, other: str, expected: str) -> None:
        assert level("born", Evidence(born=one), Evidence(born=other)) == expected

    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            (("D1234567", "CA"), ("D1234567", None), "exact"),
            (("D1234567", "CA"), ("D1234561", "CA"), "one_slip"),
            (("D1234567", "CA"), ("F7654321", "CA"), "conflict"),
            (("D1234567", "CA"), ("F7654321", "NV"), "different"),
            (("D1234567", "CA"), ("987654321", "CA"), "different"),
            (("D1234567", None), ("F7654321", None), "different"),
        ],
    )
    def test_calls_licences_contradicting_only_of_one_state_and_shape(
        self, one: tuple[str, str | None], other: tuple[str, str | None], expected: str
    ) -> None:
        a = Evidence(licence=one[0], licence_state=one[1])
        b = Evidence(licence=other[0], licence_state=other[1])
        assert level("licence", a, b) == expected

    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            (("9 fig ave", "1", "94601"), ("9 fig ave", None, "94601"), "exact"),
            (("9 fig ave", "1", "94601"), ("9 fig ave", "2", "94601"), "other_unit"),
            (("9 figtree ave", None, "94601"), ("9 figtre ave", None, "94601"), "near"),
            (("9 figtree ave", None, "94601"), ("9 figtree ave", None, "94602"), "street"),
            (("9 fig ave", None, None), ("9 fig ave", None, "94601"), "exact"),
            (("4921 dam rd", None, "94601"), ("4921", None, "94601"), "house"),
            (("5 willow st", None, None), ("5 dilllw st", None, "94601"), "house"),
            (("5 willow st", None, None), ("5 hazel ct", None, None), "different"),
            (("12 golden grove", None, "2601"), ("12 golden gr ove", None, "2610"), "house"),
            ((None, None, "94601"), ("9 fig ave", None, "94601"), "zip"),
            (("4 oak st", None, "94601"), ("9 fig ave", None, "94701"), "different"),
            (("4 oak st", None, None), (None, None, "94701"), "missing"),
        ],
    )
    def test_tells_addresses_apart(
        self,
        one: tuple[str | None, str | None, str | None],
        other: tuple[str | None, str | None, str | None],
        expected: str,
    ) -> None:
        a = Evidence(street=one[0], unit=one[1], zip=one[2])
        b = Evidence(street=other[0], unit=other[1], zip=other[2])
        assert level("address", a, b) == expected

    def test_takes_one_mailbox_at_two_providers_for_near(self) -> None:
        a, b = Evidence(email="zoecruz@gmail.com"), Evidence(email="zoecruz@yahoo.com")
        assert level("email", a, b) == "near"

    @given(st.builds(Evidence, given=WORDS, family=WORDS, family_parts=WORDS, born=WORDS,
                     street=WORDS, unit=WORDS, zip=WORDS, email=WORDS),
           st.builds(Evidence, given=WORDS, family=WORDS, family_parts=WORDS, born=WORDS,
                     street=WORDS, unit=WORDS, zip=WORDS, email=WORDS))  # fmt: skip
    def test_is_symmetrical(self, a: Evidence, b: Evidence) -> None:
        assert compare(a, b) == compare(b, a)


class TestJaroWinkler:
    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [("martha", "marhta", 0.9611), ("dixon", "dicksonx", 0.8133), ("abc", "xyz", 0.0),
         ("", "a", 0.0), ("", "", 1.0)],
    )  # fmt: skip
    def test_gives_the_published_values(self, one: str, other: str, expected: float) -> None:
        assert jaro_winkler(one, other) == pytest.approx(expected, abs=1e-4)


class TestOneSlip:
    @given(WORDS, WORDS)
    def test_agrees_with_counting_slips(self, one: str, other: str) -> None:
        assert one_slip(one, other) == (count_slips(one, other, most=1) is not None)


class TestVetoes:
    def test_find_another_birth_date(self) -> None:
        assert vetoes(levels_of(given="exact", family="exact", born="different")) == ("born",)

    def test_find_names_that_are_not_one_persons(self) -> None:
        twins = levels_of(given="different", family="exact", born="exact", email="exact")
        assert vetoes(twins) == ("given",)

    def test_find_two_licences_of_one_state(self) -> None:
        assert vetoes(levels_of(given="exact", licence="conflict")) == ("licence",)

    def test_take_a_new_licence_of_somebody_known_well_for_renewed(self) -> None:
        renewed = levels_of(
            given="exact", family="exact", born="exact", licence="conflict", phone="exact"
        )
        assert vetoes(renewed) == ()

    def test_find_father_and_son(self) -> None:
        assert vetoes(levels_of(given="exact", family="exact", suffix="different")) == ("suffix",)

    @pytest.mark.parametrize(
        "levels",
        [
            levels_of(given="exact", family="exact", born="different", licence="exact"),
            levels_of(family="exact", born="different", licence="exact", address="exact"),
            levels_of(given="different", family="near", born="exact", licence="exact"),
            levels_of(given="different", family="exact", licence="exact", phone="exact"),
        ],
    )
    def test_give_way_to_one_licence_where_the_rest_fits(self, levels: tuple[int, ...]) -> None:
        assert vetoes(levels) == ()

    @pytest.mark.parametrize(
        ("levels", "found"),
        [
            # A card that a family passes around.
            (levels_of(given="different", family="exact", licence="exact"), ("given",)),
            (levels_of(given="different", licence="exact", phone="exact"), ("given",)),
            (levels_of(family="exact", born="different", licence="exact"), ("born",)),
            # Twins who got their licences one after the other.
            (
                levels_of(
                    given="different", family="exact", born="exact", licence="one_slip",
                    phone="exact", address="exact",
                ),
                ("given",),
            ),
            # Father and son of one name.
            (
                levels_of(
                    given="exact", family="exact", born="different", phone="exact",
                    email="exact", address="exact",
                ),
                ("born",),
            ),
        ],
    )  # fmt: skip
    def test_hold_for_families(self, levels: tuple[int, ...], found: tuple[str, ...]) -> None:
        assert vetoes(levels) == found

    def test_find_two_people_on_one_licence(self) -> None:
        levels = levels_of(given="different", family="exact", born="different", licence="exact")
        assert vetoes(levels) == ("born", "given")


class TestSpeaksOfThePerson:
    @pytest.mark.parametrize(
        ("levels", "expected"),
        [
            (levels_of(phone="exact", email="exact", address="exact", family="exact"), False),
            (levels_of(given="initial", family="exact"), False),
            (levels_of(given="initial", family="exact", address="exact"), False),
            (levels_of(given="initial", family="exact", phone="exact"), True),
            (levels_of(given="short", family="exact"), False),
            (levels_of(given="short", family="exact", address="exact"), True),
            (levels_of(given="part", family="exact"), True),
            (levels_of(given="part", family="initial", phone="exact"), False),
            (levels_of(given="similar", family="exact", phone="exact", email="exact"), False),
            (levels_of(given="exact", family="different", phone="exact"), False),
            (levels_of(given="exact", family="different", address="exact"), False),
            (levels_of(given="exact", family="different", phone="exact", email="exact"), True),
            (levels_of(given="exact", family="initial"), True),
            (levels_of(given="nickname", family="exact"), True),
            (levels_of(born="day_month"), True),
            (levels_of(licence="exact"), True),
        ],
    )
    def test_does_not_take_a_household_for_a_person(
        self, levels: tuple[int, ...], expected: bool
    ) -> None:
        assert speaks_of_the_person(levels) is expected
