from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from rollcall.kit.fields import Fields
from rollcall.proofs.rules.given import GivenInvalidError, NothingGivenError, read_given
from rollcall.proofs.rules.ladder import (
    MOST_PEOPLE,
    Factor,
    FoundRecord,
    Given,
    Person,
    Result,
    Step,
    decide,
)
from rollcall.proofs.rules.tokens import mint_code, mint_proof, proof_hash

TODAY = dt.date(2026, 11, 20)
ANA: Fields = {
    "given_name": "Ana María",
    "family_name": "Rämirez-Soto",
    "born_on": "1990-03-14",
    "phone": "+14155550132",
}
LUIS: Fields = {**ANA, "given_name": "Luis", "born_on": "1988-01-02"}
BARE: Fields = {"phone": "+14155550132"}


def person(number: int, *records: Fields) -> Person:
    rows = [
        FoundRecord(record_id=number * 10 + place, values=one) for place, one in enumerate(records)
    ]
    return Person(customer_id=number, records=rows)


def said(**sent: Any) -> Given:
    return read_given({"phone": "4155550132", **sent}, today=TODAY).given


def ask(*people: Person, may_send: bool = False, **sent: Any) -> Step:
    return decide(said(**sent), people, may_send=may_send)


class TestTheLadder:
    def test_never_believes_a_contact_alone(self) -> None:
        assert ask(person(1, ANA)) == Step(
            result=Result.MORE_NEEDED, ask=(Factor.BIRTHDAY, Factor.NAMES)
        )

    def test_finds_by_a_contact_and_a_birth_date_or_names(self) -> None:
        found = Step(result=Result.FOUND, customer_id=1, record_id=10)
        names: dict[str, Any] = {"first_name": "ana", "last_name": "SOTO"}

        assert ask(person(1, ANA), birthday="03/14/1990") == found
        assert ask(person(1, ANA), **names) == found
        assert ask(person(1, ANA), person(2, LUIS), birthday="1990-03-14") == found
        assert ask(person(1, ANA), birthday="1990-03-14", **names) == found

    def test_answers_alike_whether_a_proof_is_wrong_or_not_on_file(self) -> None:
        step = Step(result=Result.MORE_NEEDED, ask=(Factor.NAMES,))

        assert ask(person(1, ANA), birthday="1990-03-15") == step
        assert ask(person(1, BARE), birthday="1990-03-15") == step

    def test_lets_no_right_proof_make_up_for_a_wrong_one(self) -> None:
        wrong: dict[str, Any] = {
            "birthday": "1990-03-15",
            "first_name": "Ana",
            "last_name": "Ramirez",
        }

        assert ask(person(1, ANA), **wrong) == Step(result=Result.NOT_FOUND)

    def test_does_not_believe_parts_of_words_or_half_a_name(self) -> None:
        halves: list[dict[str, Any]] = [
            {"first_name": "An", "last_name": "Soto"},
            {"first_name": "Ana"},
        ]
        for names in halves:
            assert ask(person(1, ANA), **names).result is not Result.FOUND

    def test_never_takes_the_first_of_several(self) -> None:
        twins = (person(1, ANA), person(2, ANA))

        assert ask(*twins, birthday="1990-03-14") == Step(
            result=Result.MORE_NEEDED, ask=(Factor.NAMES,)
        )
        both: dict[str, Any] = {"birthday": "1990-03-14", "first_name": "Ana", "last_name": "Soto"}
        assert ask(*twins, **both) == Step(result=Result.SEVERAL)

    def test_sends_to_staff_whom_nothing_speaks_for_or_against(self) -> None:
        both: dict[str, Any] = {"birthday": "1990-03-14", "first_name": "Ana", "last_name": "Soto"}

        assert ask(person(1, BARE), **both) == Step(result=Result.SEVERAL)
        assert ask(person(1, BARE), may_send=True, **both) == Step(
            result=Result.MORE_NEEDED, ask=(Factor.CODE,)
        )

    def test_offers_a_code_last_and_only_if_it_can_be_sent(self) -> None:
        assert ask(person(1, ANA), may_send=True).ask == (
            Factor.BIRTHDAY,
            Factor.NAMES,
            Factor.CODE,
        )

    def test_believes_a_code_unless_something_else_is_wrong(self) -> None:
        given = said(code="123456")
        found = Step(result=Result.FOUND, customer_id=1, record_id=11)
        people = [person(1, BARE, ANA)]

        assert decide(given, people, proven_by_code=11) == found
        assert decide(given, people, proven_by_code=99).result is Result.MORE_NEEDED
        lied = said(code="123456", birthday="1990-03-15", first_name="X", last_name="Y")
        assert decide(lied, [person(1, ANA)], proven_by_code=10).result is Result.NOT_FOUND

    def test_tells_nobody_in_a_crowd(self) -> None:
        crowd = [person(number, ANA) for number in range(MOST_PEOPLE + 1)]

        assert ask(*crowd, birthday="1990-03-14") == Step(result=Result.SEVERAL)
        assert ask() == Step(result=Result.NOT_FOUND)


class TestWhatIsSent:
    def test_is_brought_into_normal_forms(self) -> None:
        asked = read_given(
            {"phone": " (415) 555-0132", "email": "Ana@Example.com ", "first_name": "José  L.",
             "last_name": "O'Neil", "birthday": "03/14/1990", "code": "123 456",
             "send_code": "email", "anything": 7},
            today=TODAY,
        )  # fmt: skip

        assert asked.given == Given(
            phone="+14155550132",
            email="ana@example.com",
            given_words=("jose", "l"),
            family_words=("oneil",),
            born_on="1990-03-14",
            code="123456",
        )
        assert asked.send_code == "email"

    def test_that_means_nobody_is_refused(self) -> None:
        for sent in ({}, {"birthday": "1990-03-14"}, {"first_name": "Ana"}, {"phone": " "}):
            with pytest.raises(NothingGivenError):
                read_given(sent, today=TODAY)

    def test_that_cannot_be_used_is_told_at_once(self) -> None:
        with pytest.raises(GivenInvalidError) as caught:
            read_given(
                {"phone": 7, "email": "x" * 201, "first_name": "a\0b", "birthday": "1990-13-01",
                 "code": "12345a", "send_code": "pigeon"},
                today=TODAY,
            )  # fmt: skip

        assert caught.value.errors == {
            "phone": ["is not a text"],
            "email": ["is too long (maximum is 200 characters)"],
            "first_name": ["has characters that cannot be kept"],
            "birthday": ["is not a date (YYYY-MM-DD or MM/DD/YYYY) in the past"],
            "code": ["has 6 digits"],
            "send_code": ["is not included in the list"],
        }


class TestTokens:
    def test_are_random_and_recognised_by_their_shape(self) -> None:
        first, second = mint_proof(), mint_proof()

        assert proof_hash(first) != proof_hash(second)
        assert len(proof_hash(first) or b"") == 32
        for wrong in ("", "rcp_", first + "x", first[:-1], first + "\n", "rcp_" + "é" * 43):
            assert proof_hash(wrong) is None

    def test_of_people_have_six_digits(self) -> None:
        codes = {mint_code() for _ in range(50)}

        assert all(len(one) == 6 and one.isdecimal() for one in codes)
        assert len(codes) > 1
