"""What is found wrong before Treez is asked."""

from __future__ import annotations

import pytest

from rollcall.pos.connectors.treez import checks

ANA = {"given_name": "Ana", "family_name": "Lee", "born_on": "1990-01-02"}


def problems(**fields: object) -> list[tuple[str, str, str]]:
    found = checks.of_new({**ANA, **fields})  # type: ignore[dict-item]  # any value
    return [(p.field, p.code, p.message) for p in found]


class TestNew:
    def test_names_and_birth_date_are_enough(self) -> None:
        assert problems() == []
        assert [(p.field, p.message) for p in checks.of_new({})] == [
            ("given_name", "can't be blank"),
            ("family_name", "can't be blank"),
            ("born_on", "can't be blank"),
        ]

    @pytest.mark.parametrize(
        ("day", "message"),
        [
            ("01/02/1990", "expected format is yyyy-MM-dd"),
            ("1990-1-2", "expected format is yyyy-MM-dd"),
            ("1990-02-30", "is not a valid date"),
            ("1899-12-31", "is not a valid date"),
        ],
    )
    def test_birth_dates_are_days(self, day: str, message: str) -> None:
        assert problems(born_on=day) == [("born_on", "invalid", message)]

    @pytest.mark.parametrize("phone", ["+1 415 555 0111", "4155550111", "(415) 555-0111"])
    def test_phones_have_ten_digits(self, phone: str) -> None:
        assert problems(phone=phone) == []

    @pytest.mark.parametrize(
        "phone", ["+442079460018", "0155550111", "1155550111", "555-0111", "x", "\uff14155550111"]
    )
    def test_others_are_no_phones(self, phone: str) -> None:
        message = "has to be a US number with ten digits"
        assert problems(phone=phone) == [("phone", "invalid", message)]

    @pytest.mark.parametrize(
        ("fields", "needed"),
        [
            ({"zip": "94607"}, ["street", "city", "state"]),
            ({"licence": "D1"}, ["licence_expires_on"]),
            ({"medical_id": "M1"}, ["medical_expires_on"]),
            ({"medical_id": "M1", "customer_type": "adult"}, []),
        ],
    )
    def test_some_fields_need_others(self, fields: dict[str, object], needed: list[str]) -> None:
        assert problems(**fields) == [(name, "required", "can't be blank") for name in needed]

    def test_names_have_45_characters(self) -> None:
        assert problems(given_name="x" * 45) == []
        assert problems(family_name="x" * 46)[0][:2] == ("family_name", "too_long")

    @pytest.mark.parametrize("fields", [{"gender": "other"}, {"customer_type": "caregiver"}])
    def test_unknown_words_are_unsupported(self, fields: dict[str, object]) -> None:
        assert [(name, code) for name, code, _ in problems(**fields)] == [
            (name, "unsupported") for name in fields
        ]

    def test_what_is_not_sent_is_not_looked_at(self) -> None:
        assert problems(signed_up_at="x", loyalty_points=-1, groups=["?"]) == []


class TestChanges:
    def test_some_fields_cannot_be_emptied(self) -> None:
        found = checks.of_changes(
            {"born_on": None, "marketing_opt_in": None, "email": "", "groups": [], "points": None}
        )

        assert [(p.field, p.code) for p in found] == [
            ("born_on", "required"), ("marketing_opt_in", "required"),
        ]  # fmt: skip

    def test_an_address_is_emptied_as_a_whole(self) -> None:
        whole = dict.fromkeys(("street", "city", "state", "zip"))

        assert checks.of_changes(whole) == []
        assert [p.field for p in checks.of_changes({"zip": None})] == ["zip"]
        assert [p.field for p in checks.of_changes({**whole, "city": "Oakland"})] == [
            "street", "state", "zip",
        ]  # fmt: skip
