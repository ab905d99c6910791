from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.identity.rules.addresses import read_address
from rollcall.identity.rules.evidence import Evidence, evidence_of
from rollcall.kit.fields import FIELDS


class TestEvidenceOf:
    def test_reads_normal_forms(self) -> None:
        assert evidence_of(
            {
                "given_name": " Zoë M. ",
                "family_name": "de la Cruz Jr.",
                "born_on": "03/09/1991",
                "gender": "Female",
                "licence": "d123-4567",
                "licence_state": "ca",
                "medical_id": "mm 123456",
                "phone": "(415) 967-5098",
                "email": "Zoe.Cruz+pos@GMail.com",
                "street": "12 North Main Street #4",
                "zip": "94601-1234",
            }
        ) == Evidence(
            given="zoe",
            family="delacruz",
            family_parts="cruz",
            suffix="2",
            born="1991-03-09",
            gender="f",
            licence="D1234567",
            licence_state="CA",
            medical="MM123456",
            phone="+14159675098",
            email="zoecruz@gmail.com",
            street="12 n main st",
            unit="4",
            zip="94601",
        )

    def test_is_empty_without_fields(self) -> None:
        assert evidence_of({}) == Evidence()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("given_name", "Guest"),
            ("given_name", "Walkin Customer"),
            ("phone", "0000000000"),
            ("phone", "5555555555"),
            ("phone", "1234567890"),
            ("phone", "n/a"),
            ("email", "none@none.com"),
            ("email", "not an address"),
            ("licence", "N/A"),
            ("licence", "0000000"),
            ("licence_state", "CA"),
            ("medical_id", "7"),
            ("born_on", "soon"),
            ("born_on", "00000000"),
            ("zip", "00000"),
            ("gender", "unspecified"),
            ("given_name", "x" * 100_000),
            ("email", "x" * 100_000),
        ],
    )
    def test_takes_what_says_nothing_for_nothing(self, field: str, value: str) -> None:
        assert evidence_of({field: value}) == Evidence()

    def test_keeps_the_digits_of_a_day_that_no_calendar_has(self) -> None:
        assert evidence_of({"born_on": "19913209"}).born == "1991-32-09"

    def test_keeps_a_phone_that_is_no_valid_number(self) -> None:
        assert evidence_of({"phone": "055 012 9876"}).phone == "0550129876"

    def test_keeps_a_single_letter_as_a_name(self) -> None:
        assert evidence_of({"given_name": "J."}).given == "j"

    @given(
        st.dictionaries(
            st.sampled_from(sorted(FIELDS)),
            st.one_of(st.text(max_size=300), st.none(), st.booleans(), st.integers()),
        )
    )
    def test_never_fails(self, record: dict[str, str | int | bool | None]) -> None:
        values = dataclasses.astuple(evidence_of(record))
        assert all(value is None or value for value in values)


class TestReadAddress:
    @pytest.mark.parametrize(
        ("street", "line", "unit"),
        [
            ("9 Fig Avenue Apt 12", "9 fig ave", "12"),
            ("9 Fig Ave., Unit #12", "9 fig ave", "12"),
            ("9 Fig Av", "9 fig ave", None),
            ("Unit 5", "unit 5", None),
            ("Apt", None, None),
            ("#", None, None),
            ("", None, None),
        ],
    )
    def test_sets_the_unit_apart(self, street: str, line: str | None, unit: str | None) -> None:
        assert read_address(street, "")[:2] == (line, unit)

    def test_keeps_foreign_postcodes(self) -> None:
        assert read_address("", "SW1A 1AA").zip == "sw1a1aa"
